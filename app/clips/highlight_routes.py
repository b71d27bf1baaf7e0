"""A recording's suggested clips: the list, accepted or refused one by one or all."""

from uuid import UUID

from flask import Blueprint, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clips.highlights import HighlightService, described, highlight_service
from app.core.db import reading, transaction
from app.core.texts import plural, say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import as_json, go, render, wants_piece
from app.media.clock import Clock
from app.media.models import Media
from app.transcripts.answers import clock_for

bp = Blueprint("highlights", __name__)

SHOWN = ("topic_id", "title", "description", "in_point", "out_point")


@bp.get("/m/<uuid:id>/highlights")
@access("clip:view")
def show(id: UUID) -> Response:
    """List the suggested clips."""
    return _page(id)


@bp.get("/m/<uuid:id>/highlights.json")
@access("clip:view")
def show_json(id: UUID) -> Response:
    """Answer the suggested clips."""
    with reading() as session:
        service, media, clock = _of(session, id, "clip:view")
        rows = described(service.suggestions(media, clock), clock)
    listed = [{name: str(row[name]) if name == "topic_id" else row[name] for name in SHOWN} for row in rows]
    return as_json({"media": str(id), "highlights": listed})


@bp.post("/m/<uuid:id>/highlights/<uuid:topic>/acceptance")
@access("clip:edit")
def accept(id: UUID, topic: UUID) -> Response:
    """Make one suggestion a clip."""
    with transaction(actor()) as session:
        service, media, clock = _of(session, id, "clip:edit")
        clip = service.accept(viewer(), media, clock, topic)
    return _changed(id, f"Saved “{clip.title}”.")


@bp.post("/m/<uuid:id>/highlights/<uuid:topic>/refusal")
@access("clip:edit")
def refuse(id: UUID, topic: UUID) -> Response:
    """Suggest no clip of this topic any more."""
    with transaction(actor()) as session:
        service, media, _ = _of(session, id, "clip:edit")
        service.refuse(media, topic)
    return _changed(id, say("It is not suggested any more."))


@bp.post("/m/<uuid:id>/highlights/acceptance")
@access("clip:edit")
def accept_all(id: UUID) -> Response:
    """Make every suggestion a clip."""
    with transaction(actor()) as session:
        service, media, clock = _of(session, id, "clip:edit")
        clips = service.accept_all(viewer(), media, clock)
    return _changed(id, say("Saved %(clips)s.", clips=plural(len(clips), "clip", "clips")))


@bp.post("/m/<uuid:id>/highlights/refusal")
@access("clip:edit")
def refuse_all(id: UUID) -> Response:
    """Suggest none of these any more."""
    with transaction(actor()) as session:
        service, media, clock = _of(session, id, "clip:edit")
        count = service.refuse_all(media, clock)
    return _changed(id, say("%(suggestions)s refused.", suggestions=plural(count, "suggestion", "suggestions")))


def _of(session: Session, id: UUID, permission: str) -> tuple[HighlightService, Media, Clock]:
    service = highlight_service(session)
    media, _ = service.clips.media.get_for(viewer(), id, permission)
    return service, media, clock_for(service.topics.transcripts, media)


def _changed(id: UUID, said: str) -> Response:
    """Answer the list as it is now, or lead a plain form back to it."""
    return _page(id, said) if wants_piece() else go(url_for("highlights.show", id=id))


def _page(id: UUID, said: str | None = None) -> Response:
    with reading() as session:
        service, media, clock = _of(session, id, "clip:view")
        seat = service.clips.media.projects.seat_of(viewer(), media.project_id, "clip:view")
        rows = described(service.suggestions(media, clock), clock)
    return render(
        "clips/highlights.html",
        "clips/_highlights.html",
        rows=rows,
        said=said,
        media=media,
        project=seat.project,
        can_edit=seat.may("clip:edit"),
    )
