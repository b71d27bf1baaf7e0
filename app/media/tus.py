"""The tus 1.0 protocol: creation, termination, checksum and expiration over `/uploads`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, current_app, request, url_for
from sqlalchemy.orm import Session

from app.core.db import reading, transaction
from app.core.errors import Conflict, DomainError, Forbidden, Hidden, Invalid, NotFound, disk_trouble
from app.core.storage import LocalStorage
from app.core.texts import say
from app.core.web.access import PUBLIC, access, actor, for_uploads, viewer
from app.core.web.rates import uncounted
from app.media.models import Media, Upload, UploadState
from app.media.service import media_service
from app.media.sidecars import is_captions, keep_captions, put_captions_in_place, recording_for
from app.media.tus_headers import ALGORITHMS, checksum_in, metadata_in, number_in
from app.media.uploads import (
    Checksum,
    Chunk,
    OffsetConflict,
    Received,
    UploadService,
    already_in_place,
    append,
    examine,
    only_writer,
    put_in_place,
    upload_service,
)
from app.projects.models import Project
from app.projects.service import project_service

log = logging.getLogger("rushes.uploads")
bp = Blueprint("tus", __name__, url_prefix="/uploads")

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
MAX_CHUNK = 8 * 1024 * 1024
OFFSET_STREAM = "application/offset+octet-stream"


def storage() -> LocalStorage:
    """Return the app's store."""
    kept: LocalStorage = current_app.extensions["storage"]
    return kept


def uploads_in(session: Session) -> UploadService:
    """Build the service on this session."""
    return upload_service(session, storage(), current_app.config["SETTINGS"].max_upload_bytes)


@bp.after_request
def speak_tus(answer: Response) -> Response:
    """Say which protocol this is on every answer."""
    answer.headers["Tus-Resumable"] = VERSION
    return answer


@bp.before_request
def require_version() -> Response | None:
    """Refuse a client of another version before anything else, as the protocol asks."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        return Response(say("This server speaks tus 1.0.0."), 412, {"Tus-Version": VERSION})
    return None


@bp.errorhandler(DomainError)
def in_words(error: DomainError) -> Response:
    """Answer with the sentence alone: upload clients show it as it is."""
    if isinstance(error, (Forbidden, Hidden)):
        current_app.extensions["note_refusal"](error)
    return Response(str(error), error.status, mimetype="text/plain")


@bp.errorhandler(OSError)
def of_the_disk(error: OSError) -> Response:
    """Say that the disk is full or fails; the offset was not promised, so the client sends the chunk again."""
    known = disk_trouble(error)
    if known is None:
        raise error
    log.error("disk error in an upload", exc_info=error)
    return in_words(known)


@bp.route("", methods=["OPTIONS"], provide_automatic_options=False)
@access(PUBLIC)
def capabilities() -> Response:
    """Say what this server can do."""
    return Response(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            "Tus-Max-Size": str(current_app.config["SETTINGS"].max_upload_bytes),
        },
    )


@bp.post("")
@access("media:upload")
@uncounted
def create() -> Response:
    """Begin an upload; the metadata names the project by its slug and the file by its name."""
    size = number_in("Upload-Length")
    facts = metadata_in(request.headers.get("Upload-Metadata", ""))
    with transaction(actor()) as session:
        seat = project_service(session).get_for(viewer(), facts.get("project", ""), "media:upload")
        upload = uploads_in(session).begin(viewer(), seat.project, facts.get("filename", "untitled"), size)
    return Response(status=201, headers={"Location": url_for("tus.offset", id=upload.public_id), **_expires(upload)})


@bp.route("/<uuid:id>", methods=["HEAD"])
@access("media:upload")
@for_uploads
def offset(id: UUID) -> Response:
    """Say how many bytes are safe."""
    with reading() as session:
        upload = uploads_in(session).get_for(viewer(), id)
    return Response(
        status=200,
        headers={
            "Upload-Offset": str(upload.offset_bytes),
            "Upload-Length": str(upload.size_bytes),
            "Cache-Control": "no-store",
            **_expires(upload),
        },
    )


@bp.patch("/<uuid:id>")
@access("media:upload")
@uncounted
def receive(id: UUID) -> Response:
    """Append one chunk of at most 8 MiB; the last one makes a recording of the file."""
    if request.mimetype != OFFSET_STREAM:
        return Response(say("Send the bytes as %(offset_stream)s.", offset_stream=OFFSET_STREAM), 415)
    length, place = request.content_length, number_in("Upload-Offset")
    if length is None or length > MAX_CHUNK:
        return Response(
            say("Send chunks of at most %(max_chunk)s bytes, each with its Content-Length.", max_chunk=MAX_CHUNK), 413
        )
    checksum = checksum_in(request.headers.get("Upload-Checksum"))
    with reading() as session:
        upload = uploads_in(session).get_for(viewer(), id)
    chunk = Chunk(place, length)
    if (moved := already_in_place(storage(), upload)) is not None:
        with _nothing_left_of_refused(id):
            return _received(upload, chunk, _register(id, chunk, moved))
    try:
        with only_writer(storage().incoming(id.hex)) as descriptor:
            return _take(upload, chunk, descriptor, checksum)
    except NotFound:
        if upload.state is UploadState.RECEIVING:
            # Its bytes are gone: the client hears so at its next question, and begins anew.
            _abandon(id)
        raise


def _take(upload: Upload, chunk: Chunk, descriptor: int, checksum: Checksum | None) -> Response:
    """Keep the chunk and promise it; the last one is promised in the same unit that makes the recording.

    A client that is told its file is whole forgets it, so nothing may come between.
    """
    with reading() as session:
        service = uploads_in(session)
        service.check(service.get_for(viewer(), upload.public_id), chunk.place, chunk.length)
    written = append(descriptor, chunk.place, request.stream, chunk.length, checksum)
    if written != chunk.length:
        raise Invalid(say("The chunk broke off. Send it again."), "files")
    if chunk.end == upload.size_bytes:
        return _received(upload, chunk, _finish(upload, chunk))
    with transaction(actor()) as session:
        service = uploads_in(session)
        upload = service.get_for(viewer(), upload.public_id)
        service.promise(upload, chunk)
    return _received(upload, chunk)


def _received(upload: Upload, chunk: Chunk, media: str | None = None) -> Response:
    headers = {"Upload-Offset": str(chunk.end), **_expires(upload)}
    return Response(status=204, headers=headers | ({"Upload-Media": media} if media else {}))


@bp.delete("/<uuid:id>")
@access("media:upload")
def terminate(id: UUID) -> Response:
    """Forget an upload and its bytes."""
    _abandon(id)
    return Response(status=204)


def _finish(upload: Upload, chunk: Chunk) -> str:
    """Examine, put in place and register the whole file."""
    with _nothing_left_of_refused(upload.public_id):
        if is_captions(upload.filename):
            return _finish_captions(upload)
        examined = examine(storage().incoming(upload.public_id.hex), upload.filename)
        with transaction(actor()) as session:
            service = uploads_in(session)
            service.remember(service.get_for(viewer(), upload.public_id), examined)
        received, _ = put_in_place(storage(), examined)
        return _register(upload.public_id, chunk, received)


@contextmanager
def _nothing_left_of_refused(id: UUID) -> Iterator[None]:
    """Abandon an upload whose file is refused inside; one that somebody else sends as well goes on."""
    try:
        yield
    except OffsetConflict:
        raise
    except (Invalid, Conflict):
        _abandon(id)
        raise


def _register(id: UUID, chunk: Chunk, received: Received) -> str:
    """Make the recording of a file that is in its place, and promise its last chunk."""
    with transaction(actor()) as session:
        service = uploads_in(session)
        upload = service.get_for(viewer(), id)
        service.promise(upload, chunk)
        return str(service.finish(viewer(), upload, received).public_id)


def _abandon(id: UUID) -> None:
    with transaction(actor()) as session:
        service = uploads_in(session)
        service.abandon(service.get_for(viewer(), id))


def _finish_captions(upload: Upload) -> str:
    """Give captions that came by tus to their recording, and forget the upload."""
    path = storage().incoming(upload.public_id.hex)
    with reading() as session:
        project = uploads_in(session).media.projects.seat_of(viewer(), upload.project_id, "media:upload").project
    recording = take_captions(project, path, upload.filename)
    _abandon(upload.public_id)
    return str(recording.public_id)


def take_captions(project: Project, path: Path, filename: str) -> Media:
    """Give a file of captions to the recording of the same name and return that; raises `Invalid`."""
    with reading() as session:
        recording = recording_for(media_service(session), project, filename)
    sent = put_captions_in_place(storage(), recording, path, filename)
    with transaction(actor()) as session:
        service = media_service(session)
        recording, _ = service.get_for(viewer(), recording.public_id, "media:upload")
        replaced = keep_captions(service, recording, sent, viewer().id)
    if replaced and replaced != sent.key:
        storage().remove(replaced)
    return recording


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}
