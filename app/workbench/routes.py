"""The media page, what its draft form asks and saves, and where the viewer stopped."""

import json
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from app.auth.once import claim
from app.clips.dicts import clip_dict
from app.clips.forms import DraftForm
from app.clips.overlaps import describe
from app.clips.service import ClipFields, ClipService, clip_service
from app.core.db import reading, transaction
from app.core.errors import Invalid
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.forms import sent_mark
from app.core.web.htmx import as_json, render
from app.core.web.rates import uncounted
from app.jobs.reads import latest_job
from app.media.clock import Clock, clock_of
from app.media.dicts import media_dict, rendition_dicts
from app.media.models import Media, RenditionKind
from app.media.reads import renditions_of
from app.media.service import media_service
from app.media.tus import storage
from app.processing.frame_index import FrameIndex
from app.workbench.answers import changed, place_asked
from app.workbench.answers import show as show_page
from app.workbench.reads import Place, job_line

bp = Blueprint("workbench", __name__)


@dataclass(frozen=True)
class Check:
    """What the draft's times mean: errors, or the overlaps they would make."""

    errors: list[str]
    text: str | None = None
    start_after: dict[str, str] | None = None


@bp.get("/m/<uuid:id>")
@access("media:view")
def show(id: UUID) -> Response:
    """Show a recording with its timeline and clips."""
    return show_page(id, viewer(), place_asked())


@bp.get("/m/<uuid:id>.json")
@access("media:view")
def show_json(id: UUID) -> Response:
    """Answer a recording with its clips and what was made of it."""
    with reading() as session:
        service = clip_service(session)
        media, seat = service.media.get_for(viewer(), id, "media:view")
        clips = [clip_dict(clip, id) for clip in service.clips.find_by_media(media.id)]
        made = rendition_dicts(media, renditions_of(session, [media.id])[media.id].values())
    return as_json({**media_dict(media, seat.project.slug), "clips": clips, "renditions": made})


@bp.get("/m/<uuid:id>/status")
@access("media:view")
def status(id: UUID) -> Response:
    """Answer the line about the recording's job; it asks again only while one is active."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "media:view")
        job = latest_job(session, media.id)
    line = job_line(job)
    finished = line is None and job is not None
    wb = {
        "media": {"public_id": id},
        "job": {"finished": True, "public_id": job.public_id} if finished and job else line,
    }
    return render("workbench/_status.html", wb=wb, can_edit=seat.may("job:control"))


@bp.post("/m/<uuid:id>/clips")
@access("clip:edit")
def create(id: UUID) -> Response:
    """Save a new clip."""
    form = DraftForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            service = clip_service(session)
            media, _ = service.media.get_for(viewer(), id, "clip:edit")
            mark = claim(session, viewer().id, sent_mark())
            clip = service.create(viewer(), media, fields_of(form, clock_of(media)))
            mark.leads_to(url_for("workbench_clips.show", id=clip.public_id))
        if not form.has_errors:
            return changed(
                "workbench/create.swap.html",
                viewer(),
                id,
                place=Place(clip=clip.public_id),
                said=say("Saved %(title)s", title=clip.title),
            )
    with reading() as session:
        media_service(session).get_for(viewer(), id, "clip:edit")
    return show_page(id, viewer(), place_asked(), form=form)


@bp.post("/m/<uuid:id>/clips/check")
@access("clip:edit")
@uncounted
def check(id: UUID) -> Response:
    """Say what is wrong with the typed times, or which clips they overlap; nothing is saved."""
    form = DraftForm()
    with reading() as session:
        service = clip_service(session)
        media, _ = service.media.get_for(viewer(), id, "clip:edit")
        found = _check(service, media, form.in_timecode.data or "", form.out_timecode.data or "")
    return render("workbench/_overlap.html", code=422 if found.errors else 200, wb={"check": found})


@bp.get("/m/<uuid:id>/frame-times.json")
@access("media:view")
def frame_times(id: UUID) -> Response:
    """Answer when each frame of a variable-rate recording is shown, in seconds from the first."""
    with reading() as session:
        service = media_service(session)
        media, _ = service.get_for(viewer(), id, "media:view")
        row = service.media.rendition(media.id, RenditionKind.FRAME_INDEX)
    if row is None:
        abort(404)
    index = FrameIndex.load(storage().path_of(row.path))
    times = [round(index.seconds(number), 6) for number in range(len(index))]
    answer = FlaskResponse(json.dumps(times, separators=(",", ":")), mimetype="application/json")
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


@bp.post("/m/<uuid:id>/playhead")
@access("media:view")
@uncounted
def playhead(id: UUID) -> Response:
    """Remember where the viewer stopped."""
    frame = request.form.get("f", "")
    if not frame.isdecimal() or len(frame) > 12:
        raise Invalid(say("f takes a frame number."), "f")
    with transaction(actor()) as session:
        service = media_service(session)
        media, _ = service.get_for(viewer(), id, "media:view")
        service.media.keep_playhead(viewer().id, media.id, min(int(frame), max(0, media.duration_frames - 1)))
    return Response(status=204)


def fields_of(form: DraftForm, clock: Clock, notes: str | None = None) -> ClipFields:
    """Read the typed timecodes; raises `Invalid` with the field."""
    return ClipFields(
        form.title.data or "",
        clock.read(form.in_timecode.data or "", "in_timecode"),
        clock.read_out(form.out_timecode.data or "", "out_timecode"),
        notes,
    )


def _check(service: ClipService, media: Media, in_text: str, out_text: str) -> Check:
    if not in_text or not out_text:
        return Check([])
    clock = clock_of(media)
    try:
        in_point, out_point = clock.read(in_text, "in_timecode"), clock.read_out(out_text, "out_timecode")
        service.validate_bounds(media, in_point, out_point)
    except Invalid as error:
        return Check([str(error)])
    overlapping = service.find_overlapping(media, in_point, out_point)
    last = max(overlapping, key=lambda clip: clip.out_point, default=None)
    fits = last is not None and last.out_point < out_point
    after = {"in_timecode": clock.show(last.out_point), "title": last.title} if last is not None and fits else None
    return Check([], describe(overlapping, in_point, out_point, clock), after)
