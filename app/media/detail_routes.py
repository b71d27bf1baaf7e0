"""The page of a recording's details: what its file is, how it counts, and what was made from it."""

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from app.auth.reads import names_of
from app.core.db import reading
from app.core.web.access import access, viewer
from app.core.web.htmx import render
from app.media.details import file_facts, made_from, picture_facts, sound_facts
from app.media.reads import renditions_of
from app.media.service import media_service

bp = Blueprint("media_details", __name__)


@bp.get("/m/<uuid:id>/details")
@access("media:view")
def show(id: UUID) -> Response:
    """Show everything that is known of the file."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "media:view")
        made = made_from(media, renditions_of(session, [media.id])[media.id])
        by = names_of(session, [media.uploaded_by]).get(media.uploaded_by or 0)
    return render(
        "media/details.html",
        media=media,
        project=seat.project,
        by=by,
        file=file_facts(media),
        picture=picture_facts(media),
        sound=sound_facts(media),
        made=made,
    )
