"""The pages of history: all my projects, one project, one recording, one clip, one song."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.activity.dicts import entry_dict
from app.activity.history import across, of_clip, of_media, of_project, of_song
from app.activity.leads import MayRestore
from app.audit.sentences import Entry
from app.audit.service import read_before
from app.clips.service import clip_service
from app.core.db import reading
from app.core.pagination import Page
from app.core.texts import say
from app.core.web.access import SIGNED_IN, access, viewer
from app.core.web.htmx import as_list, render, wants_json
from app.media.service import media_service
from app.projects.service import Seat, project_service
from app.songs.service import song_service

bp = Blueprint("activity", __name__)


@bp.get("/activity")
@bp.get("/activity.json", endpoint="index_json")
@access(SIGNED_IN)
def index() -> Response:
    """Show what happened in all my projects."""
    with reading() as session:
        page = across(session, viewer(), _before())
    return _page("activity/history.html", page, title=say("Activity"), crumbs=None)


@bp.get("/p/<slug>/activity")
@bp.get("/p/<slug>/activity.json", endpoint="project_json")
@access("project:view")
def project(slug: str) -> Response:
    """Show what happened in one project."""
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "project:view")
        page = of_project(session, seat.project.id, _before(), _restores(seat))
    return _page("activity/project.html", page, **_project_names(seat))


@bp.get("/m/<uuid:id>/history")
@bp.get("/m/<uuid:id>/history.json", endpoint="media_json")
@access("media:view")
def media(id: UUID) -> Response:
    """Show what happened to a recording and everything on it."""
    with reading() as session:
        row, seat = media_service(session).get_for(viewer(), id, "media:view")
        page = of_media(session, row, _before(), _restores(seat))
    return _history(page, seat, (row.title, f"/m/{id}"), say("History"))


@bp.get("/clips/<uuid:id>/history")
@bp.get("/clips/<uuid:id>/history.json", endpoint="clip_json")
@access("clip:view")
def clip(id: UUID) -> Response:
    """Show what happened to one clip."""
    with reading() as session:
        row, recording, seat = clip_service(session).get_for(viewer(), id, "clip:view")
        page = of_clip(session, row.id, _before(), _restores(seat))
    above = (recording.title, f"/m/{recording.public_id}?clip={id}")
    return _history(page, seat, above, say("History of “%(title)s”", title=row.title))


@bp.get("/songs/<uuid:id>/history")
@bp.get("/songs/<uuid:id>/history.json", endpoint="song_json")
@access("media:view")
def song(id: UUID) -> Response:
    """Show what happened to one song."""
    with reading() as session:
        row, _, seat = song_service(session).get_song(viewer(), id, "media:view")
        page = of_song(session, row.id, _before(), _restores(seat))
    return _history(page, seat, (row.title, f"/songs/{id}"), say("History of “%(title)s”", title=row.title))


def _before() -> int | None:
    return read_before(request.args.get("after"))


def _restores(seat: Seat) -> MayRestore:
    """Return what says whether the viewer may bring things back; what has moved on is asked for where it is now."""
    return lambda id: id == seat.project.id and seat.may("media:delete")


def _history(page: Page[Entry], seat: Seat, above: tuple[str, str], here: str) -> Response:
    """Show what happened to one thing, under the page it belongs to."""
    crumbs = [(seat.project.name, f"/p/{seat.project.slug}"), above, (here, None)]
    return _page("activity/history.html", page, title=say("History"), crumbs=crumbs, project=seat.project)


def _page(template: str, page: Page[Entry], **values: Any) -> Response:
    if wants_json():
        return as_list(page, [entry_dict(entry) for entry in page.items])
    return render(template, entries=page.items, next_after=page.next_after, **values)


def _project_names(seat: Seat) -> dict[str, Any]:
    return {
        "project": seat.project,
        "counts": {"media": seat.project.media_count, "clips": seat.project.clip_count},
        "can_manage": seat.may("project:edit"),
    }
