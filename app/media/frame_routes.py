"""Picking frames without scripts: a strip of exact pictures made by the server."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, request, url_for
from werkzeug.wrappers import Response

from app.core.db import reading
from app.core.errors import Invalid, NotFound
from app.core.texts import say
from app.core.web.access import access, sends_a_file, viewer
from app.core.web.htmx import render
from app.media.clock import clock_of
from app.media.file_routes import FOR_EVER, send
from app.media.files import original
from app.media.models import Media, MediaKind, RenditionKind
from app.media.service import media_service
from app.media.stills import frame_key, make_frames, tile
from app.media.tus import storage
from app.projects.models import Project

bp = Blueprint("frames", __name__)

SHOWN = 12


@bp.get("/m/<uuid:id>/frames")
@access("media:view")
def show(id: UUID) -> Response:
    """Show twelve pictures around a frame, each with a button that takes it as in or out."""
    with reading() as session:
        service = media_service(session)
        media, seat = service.get_for(viewer(), id, "media:view")
        index = service.media.rendition(media.id, RenditionKind.FRAME_INDEX)
    if media.kind is not MediaKind.VIDEO or index is None:
        raise NotFound(say("There are no frames to pick from yet."))
    step, around = _step(), _around(media)
    first = max(0, around - step * (SHOWN // 2))
    wanted = [first + step * number for number in range(SHOWN) if first + step * number < media.duration_frames]
    made = make_frames(storage(), media, original(storage(), media), storage().path_of(index.path), wanted)
    return render("media/frames.html", **_names(media, seat.project, made, around, step))


@bp.get("/m/<uuid:id>/frames/<int:number>.jpg")
@access("media:view")
@sends_a_file
def picture(id: UUID, number: int) -> Response:
    """Send the picture of one exact frame that the strip has made."""
    with reading() as session:
        media, _ = media_service(session).get_for(viewer(), id, "media:view")
    path = storage().path_of(frame_key(media, number))
    if not path.is_file():
        abort(404)
    answer = send(path, "image/jpeg", f"{media.sha256 or media.public_id}-{number}")
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


@bp.get("/m/<uuid:id>/tile/<int:number>.jpg")
@access("media:view")
@sends_a_file
def small(id: UUID, number: int) -> Response:
    """Send the filmstrip's picture nearest to a frame: for lists, where nearly is enough."""
    with reading() as session:
        service = media_service(session)
        media, _ = service.get_for(viewer(), id, "media:view")
        strip = service.media.rendition(media.id, RenditionKind.FILMSTRIP)
    if strip is None:
        abort(404)
    answer = current_app.response_class(tile(storage(), strip, number), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _names(media: Media, project: Project, made: list[int], around: int, step: int) -> dict[str, Any]:
    label = clock_of(media).show
    kept: dict[str, Any] = {name: request.args.get(name, "")[:40] for name in ("in_timecode", "out_timecode")}
    which = "out" if request.args.get("set") == "out" else "in"

    def link(frame: int, by: int) -> str:
        return url_for("frames.show", id=media.public_id, around=frame, step=by, set=which, **kept)

    a_second = max(1, round(media.rate_num / media.rate_den))
    last = media.duration_frames - 1
    return {
        "media": media,
        "project": project,
        "which": which,
        "around_timecode": label(around),
        "pictures": [
            (number, label(number), url_for("frames.picture", id=media.public_id, number=number), number == around)
            for number in made
        ],
        "steps": [
            (words, link(around, by), by == step)
            for words, by in (("1 frame", 1), ("10 frames", 10), ("1 s", a_second), ("10 s", 10 * a_second))
        ],
        "earlier_href": link(max(0, around - step * SHOWN), step) if made and made[0] > 0 else None,
        "later_href": link(min(last, around + step * SHOWN), step) if made and made[-1] < last else None,
        **kept,
    }


def _around(media: Media) -> int:
    """Read which frame the pictures surround: a number, or a typed timecode that exists."""
    text = request.args.get("around_timecode", "")
    frame = request.args.get("around", type=int) or 0
    if text:
        try:
            frame = clock_of(media).read(text, "around_timecode")
        except Invalid:
            frame = 0
    return max(0, min(frame, media.duration_frames - 1))


def _step() -> int:
    return max(1, min(request.args.get("step", 1, type=int) or 1, 100_000))
