"""Asking for a recording's clips as one reel."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.clips.reels import reel_service
from app.core.db import transaction
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import go

bp = Blueprint("reels", __name__)


@bp.post("/m/<uuid:id>/reel")
@access("clip:render")
def create(id: UUID) -> Response:
    """Have the clips of a recording rendered one after another, as a recording of its own."""
    with transaction(actor()) as session:
        service = reel_service(session)
        media, seat = service.media.get_for(viewer(), id, "clip:render")
        reel = service.request(viewer(), seat.project, media)
    flash(say("“%(title)s” is being rendered.", title=reel.title))
    return go(url_for("workbench.show", id=reel.public_id))
