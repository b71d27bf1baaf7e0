"""Songs: the list across my projects, the list of one, and the page of a song with its player."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.db import reading
from app.core.web.access import SIGNED_IN, access, viewer
from app.core.web.htmx import as_json, as_list, go, render, wants_json
from app.jobs.reads import latest_job
from app.media.reads import media_by_ids
from app.projects.models import Project
from app.projects.service import project_service
from app.songs.engine import choose
from app.songs.filters import SORTS, SongFilter, SongRow
from app.songs.forms import ConfirmForm
from app.songs.reads import heard, job_words, row_dict, song_dict, song_lines
from app.songs.service import song_service

bp = Blueprint("songs", __name__)


@bp.get("/songs")
@bp.get("/songs.json", endpoint="mine_json")
@access(SIGNED_IN)
def mine() -> Response:
    """List the songs of all my projects."""
    with reading() as session:
        projects = project_service(session).visible(viewer())
        return _list(session, "songs/mine.html", projects)


@bp.get("/p/<slug>/songs")
@bp.get("/p/<slug>/songs.json", endpoint="index_json")
@access("media:view")
def index(slug: str) -> Response:
    """List a project's songs."""
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "media:view")
        return _list(
            session,
            "songs/index.html",
            [seat.project],
            project=seat.project,
            counts={"media": seat.project.media_count, "clips": seat.project.clip_count},
            can_edit=seat.may("media:upload"),
            can_manage=seat.may("project:edit"),
        )


@bp.get("/songs/<uuid:id>")
@bp.get("/songs/<uuid:id>.json", endpoint="show_json")
@access("media:view")
def show(id: UUID) -> Response:
    """Show a song: its player, its lyrics, its stems."""
    with reading() as session:
        song, media, seat = song_service(session).get_song(viewer(), id, "media:view")
        job = latest_job(session, media.id) if media is not None else None
        played = heard(session, song, media, job)
    if wants_json():
        return as_json(song_dict(song, row_dict(SongRow(song, job), media, seat.project), played))
    return render(
        "songs/show.html",
        song=song,
        media=media,
        project=seat.project,
        played=played,
        at_s=_seconds_asked(played.duration_s),
        better=choose(current_app.config["SETTINGS"]).folder is not None,
        can_edit=seat.may("media:edit"),
        can_control=seat.may("job:control"),
        form=ConfirmForm(),
    )


@bp.get("/m/<uuid:id>/song")
@access("media:view")
def of_recording(id: UUID) -> Response:
    """Lead to a recording's song, or to the page where it becomes one."""
    with reading() as session:
        service = song_service(session)
        media, seat = service.media.get_for(viewer(), id, "media:view")
        song = service.songs.find_by_media(media.id)
    if song is None or song.deleted_at is not None:
        return go(url_for("song_edits.new", slug=seat.project.slug, media=id))
    return go(url_for("songs.show", id=song.public_id))


@bp.get("/songs/<uuid:id>/status")
@access("media:view")
def status(id: UUID) -> Response:
    """Answer the line about the newest job on a song; it asks again only while one is active."""
    with reading() as session:
        _, media, seat = song_service(session).get_song(viewer(), id, "media:view")
        job = job_words(latest_job(session, media.id)) if media is not None else None
    finished = job is not None and job.status == "completed"
    return render("songs/_status.html", song_id=id, job=job, finished=finished, can_control=seat.may("job:control"))


def _list(session: Session, page: str, projects: Sequence[Project], **values: Any) -> Response:
    wanted, by_id = _wanted(), {project.id: project for project in projects}
    service = song_service(session)
    found = service.get_songs(list(by_id), wanted, request.args.get("after"))
    if wants_json():
        media = media_by_ids(session, (row.song.media_id for row in found.items))
        rows = [row_dict(row, media.get(row.song.media_id or 0), by_id[row.song.project_id]) for row in found.items]
        return as_list(found, rows)
    return render(
        page,
        songs=song_lines(session, found.items, by_id),
        total=service.songs.count_in(list(by_id), wanted.q),
        filters=wanted,
        page_query=urlencode({name: value for name, value in vars(wanted).items() if value}),
        next_after=found.next_after,
        **values,
    )


def _wanted() -> SongFilter:
    sort = request.args.get("sort", "")
    return SongFilter(request.args.get("q", "")[:200], sort if sort in SORTS else "")


def _seconds_asked(duration_s: float) -> float:
    """Return where the address asks to begin, in seconds, inside the recording."""
    asked = request.args.get("t", "")
    known = asked.replace(".", "", 1).isdecimal() and asked.isascii() and len(asked) < 12
    return min(float(asked), duration_s) if known else 0.0
