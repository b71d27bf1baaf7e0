"""The bytes that go out: originals and what was made of them, by id, to those who may see them."""

from pathlib import Path
from uuid import UUID

from flask import Blueprint, abort, request, send_file
from werkzeug.wrappers import Response

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.core.db import reading, transaction
from app.core.web.access import access, actor, sends_a_file, viewer
from app.core.web.headers import FILE_POLICY
from app.core.web.patience import hand_over
from app.media.files import PLAYED_TYPES, original
from app.media.models import Media, RenditionKind
from app.media.service import media_service
from app.media.tus import storage

bp = Blueprint("files", __name__)

FOR_EVER = "private, max-age=31536000, immutable"


@bp.get("/m/<uuid:id>/file")
@access("media:download")
@sends_a_file
def file(id: UUID) -> Response:
    """Send the original: to the player with `?play=1`, else as a download that the history tells."""
    with reading() as session:
        media, _ = media_service(session).get_for(viewer(), id, "media:download")
    path = original(storage(), media)
    if request.args.get("play"):
        return send(path, PLAYED_TYPES.get(media.content_type, media.content_type), media.sha256 or str(media.version))
    if request.method == "GET" and not request.range:
        _tell_export(media)
    return send(path, media.content_type, media.sha256 or str(media.version), download_name=media.filename)


@bp.get("/m/<uuid:id>/renditions/<kind>")
@access("media:view")
@sends_a_file
def rendition(id: UUID, kind: str) -> Response:
    """Send a file made from a recording; its address names its content, so it may be kept."""
    if kind not in set(RenditionKind):
        abort(404)
    with reading() as session:
        service = media_service(session)
        media, _ = service.get_for(viewer(), id, "media:view")
        row = service.media.rendition(media.id, RenditionKind(kind))
    if row is None:
        abort(404)
    path = storage().path_of(row.path)
    if not path.is_file():
        abort(404)
    answer = send(path, row.content_type, row.path)
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


def send(path: Path, content_type: str, etag: str, download_name: str | None = None) -> Response:
    """Send a file with ranges, under a policy that lets nothing in it run."""
    answer: Response = send_file(
        path,
        mimetype=content_type,
        as_attachment=download_name is not None,
        download_name=download_name,
        conditional=True,
        etag=etag,
        max_age=0,
    )
    hand_over(answer)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers.setdefault("Accept-Ranges", "bytes")
    return answer


def _tell_export(media: Media) -> None:
    with transaction(actor()) as session:
        AuditService(session).note(
            AuditAction.EXPORT,
            "media:download",
            "media",
            media.id,
            media.title,
            entity_public_id=media.public_id,
            project_id=media.project_id,
            media_id=media.id,
        )
