"""Take files in: resumable uploads (tus 1.0), plain forms, and the one way both become recordings."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.malware import require_clean
from app.core.storage import LocalStorage, blob_key, sha256_of
from app.core.texts import later, say
from app.media.models import Media, MediaKind, MediaSource, Upload, UploadState
from app.media.names import clean_filename
from app.media.registration import NewMedia
from app.media.service import MediaService, media_service
from app.processing.errors import MediaRefused
from app.processing.formats import recognise
from app.projects.models import Project

UPLOAD_LASTS = timedelta(days=3)
BLOCK = 1024 * 1024
GONE = later("This upload is gone. Start it again.")


class OffsetConflict(Conflict):
    """The client sent bytes for another place than the one that is next."""


class ChecksumMismatch(Invalid):
    """The bytes that came are not the bytes that were announced (tus: 460)."""

    status = 460


@dataclass(frozen=True)
class Checksum:
    """What the client says its chunk hashes to."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True)
class Chunk:
    """Where the client says its bytes belong, and how many there are."""

    place: int
    length: int

    @property
    def end(self) -> int:
        return self.place + self.length


@dataclass(frozen=True)
class Received:
    """What a finished upload turned out to be."""

    path: Path
    filename: str
    size: int
    sha256: str


class UploadService:
    """Resumable uploads: an offset is only promised once its bytes are on disk."""

    def __init__(self, session: Session, storage: LocalStorage, media: MediaService, max_bytes: int) -> None:
        self.session = session
        self.storage = storage
        self.media = media
        self.max_bytes = max_bytes

    def begin(self, person: User, project: Project, filename: str, size_bytes: int) -> Upload:
        """Make room for an upload; raises `Invalid` for a size that cannot be, `TooLarge` without room."""
        if size_bytes <= 0:
            raise Invalid(say("The file is empty. Send it again, or check that it was copied completely."), "files")
        if size_bytes > self.max_bytes:
            raise Invalid(say("The file is larger than this server takes."), "files")
        self.storage.require_room(size_bytes)
        self.media.require_quota(project, size_bytes)
        upload = Upload(
            project_id=project.id,
            user_id=person.id,
            filename=clean_filename(filename),
            size_bytes=size_bytes,
            expires_at=now() + UPLOAD_LASTS,
        )
        self.session.add(upload)
        # Its public id names the file that is made next.
        self.session.flush()
        self.storage.begin(upload.public_id.hex)
        return upload

    def get_for(self, person: User, public_id: UUID) -> Upload:
        """Return the person's own upload; raises `NotFound` where it is another's, expired or gone."""
        upload = self.session.scalar(sa.select(Upload).where(Upload.public_id == public_id))
        if upload is None or upload.user_id != person.id or upload.expires_at < now():
            raise NotFound(GONE)
        self.media.projects.seat_of(person, upload.project_id, "media:upload")
        return upload

    def check(self, upload: Upload, offset: int, length: int) -> None:
        """Raise `OffsetConflict` for a wrong place, `Invalid` for more bytes than are left."""
        if offset != upload.offset_bytes or upload.state is not UploadState.RECEIVING:
            raise OffsetConflict(say("The upload goes on at another place."))
        if length < 0 or offset + length > upload.size_bytes:
            raise Invalid(say("This chunk is longer than what is left of the file."), "files")

    def promise(self, upload: Upload, chunk: Chunk) -> None:
        """Move the offset over bytes that are on disk; raises `OffsetConflict` where somebody was faster."""
        moved = self.session.connection().execute(
            sa.update(Upload)
            .where(Upload.id == upload.id, Upload.offset_bytes == chunk.place)
            .values(offset_bytes=chunk.end, expires_at=now() + UPLOAD_LASTS)
        )
        if moved.rowcount != 1:
            raise OffsetConflict(say("The upload goes on at another place."))

    def remember(self, upload: Upload, examined: Received) -> None:
        """Write down what the whole file is before it moves, so that it is found again after a crash."""
        upload.sha256 = examined.sha256

    def abandon(self, upload: Upload) -> None:
        """Forget an upload and remove what came of it."""
        self.session.delete(upload)
        self.storage.incoming(upload.public_id.hex).unlink(missing_ok=True)

    def finish(self, person: User, upload: Upload, received: Received) -> Media:
        """Make a recording of a whole upload whose file is already in its place."""
        project = self.media.projects.seat_of(person, upload.project_id, "media:upload").project
        media = self.register(person, project, received)
        upload.state = UploadState.FINISHED
        upload.sha256 = received.sha256
        upload.media_public_id = media.public_id
        return media

    def register(self, person: User, project: Project, received: Received, kind: str = "ingest") -> Media:
        """Add the recording whose bytes are in the store already, and its job; raises `Conflict` for a duplicate."""
        known = recognise(received.path)
        return self.media.register(
            project,
            NewMedia(
                filename=received.filename,
                file_size=received.size,
                sha256=received.sha256,
                content_type=known.video_type,
                kind=MediaKind.VIDEO,
                source=MediaSource.UPLOAD,
                storage_key=blob_key(received.sha256),
            ),
            person.id,
            kind,
        )

    def sweep(self) -> int:
        """Remove uploads past their time with their files; return how many."""
        late: Iterable[Upload] = self.session.scalars(sa.select(Upload).where(Upload.expires_at < now())).all()
        for upload in late:
            self.abandon(upload)
        return len(list(late))


@contextmanager
def only_writer(path: Path) -> Iterator[int]:
    """Open an incoming file as its only writer.

    Raises `OffsetConflict` while another one writes, `NotFound` where the file is gone.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError as error:
        raise NotFound(GONE) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OffsetConflict(say("This upload is being written to already.")) from error
        yield descriptor
    finally:
        os.close(descriptor)


def append(descriptor: int, offset: int, body: IO[bytes], length: int, checksum: Checksum | None = None) -> int:
    """Write up to `length` bytes at `offset`, make them durable, and return how many there were.

    Raises `ChecksumMismatch`, with nothing kept, where the bytes are not those the client announced.
    """
    # After a crash the file may be longer than its row promises; what lies beyond was never promised.
    os.ftruncate(descriptor, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    digest = hashlib.new(checksum.algorithm) if checksum else None
    left = length
    while left and (block := body.read(min(BLOCK, left))):
        left -= len(block)
        if digest:
            digest.update(block)
        while block:
            block = block[os.write(descriptor, block) :]
    if checksum and digest and digest.digest() != checksum.digest:
        os.ftruncate(descriptor, offset)
        raise ChecksumMismatch(say("The chunk was damaged on the way. Send it again."), "files")
    os.fdatasync(descriptor)
    return length - left


def examine(path: Path, filename: str) -> Received:
    """Look at a whole file and hash it; raises `Invalid` with the sentence that says why it is refused."""
    require_clean(path, filename)
    try:
        recognise(path)
    except MediaRefused as refusal:
        raise Invalid(refusal.reason, "files") from refusal
    return Received(path, filename, path.stat().st_size, sha256_of(path))


def put_in_place(storage: LocalStorage, received: Received) -> tuple[Received, bool]:
    """Move an examined file to the store; the flag says whether it was not there before."""
    key = blob_key(received.sha256)
    target = storage.path_of(key)
    if target.exists():
        received.path.unlink()
        return Received(target, received.filename, received.size, received.sha256), False
    storage.adopt(received.path, key)
    return Received(target, received.filename, received.size, received.sha256), True


def already_in_place(storage: LocalStorage, upload: Upload) -> Received | None:
    """Return the file of an upload that went to the store when a crash came before its recording; None otherwise."""
    if upload.state is UploadState.FINISHED or not upload.sha256 or storage.incoming(upload.public_id.hex).exists():
        return None
    path = storage.path_of(blob_key(upload.sha256))
    return Received(path, upload.filename, upload.size_bytes, upload.sha256) if path.exists() else None


def upload_service(session: Session, storage: LocalStorage, max_bytes: int) -> UploadService:
    """Build the service on this session and store."""
    return UploadService(session, storage, media_service(session), max_bytes)
