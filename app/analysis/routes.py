"""A recording's silence: the page, its JSON, and listening again."""

from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.analysis.forms import ListenForm
from app.analysis.models import SilenceType
from app.analysis.reads import Asked, all_of, silence_of, stretch_row, to_dict
from app.analysis.reads import parted as part
from app.analysis.service import analysis_service
from app.core.db import reading, transaction
from app.core.errors import Invalid
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.forms import new_mark
from app.core.web.htmx import as_json, go, render
from app.jobs.reads import latest_job
from app.media.service import media_service
from app.transcripts.answers import clock_for
from app.transcripts.service import transcript_service

bp = Blueprint("silence", __name__)

LONGEST_LEAST_S = 3600


@bp.get("/m/<uuid:id>/silence")
@access("media:view")
def show(id: UUID) -> Response:
    """Show where nothing is heard or seen, and what cutting it would take."""
    return _page(id)


@bp.get("/m/<uuid:id>/silence.json")
@access("media:view")
def show_json(id: UUID) -> Response:
    """Answer every silence, and what lies between those long enough to be cut."""
    with reading() as session:
        service = transcript_service(session)
        media, _ = service.media.get_for(viewer(), id, "media:view")
        clock, asked = clock_for(service, media), _asked()
        found, regions = silence_of(session, media, clock, asked), all_of(session, media)
        stretches = [stretch_row(media, clock, span) for span in part(regions, media, found.least_ms)[1]]
    return as_json(
        {
            "media": str(id),
            "threshold_db": found.level_db,
            "least_ms": found.least_ms,
            "cut_ms": found.cut_ms,
            "left_ms": found.left_ms,
            "silences": [to_dict(each) for each in regions if asked.kind in (None, each.silence_type)],
            "stretches": [{name: getattr(each, name) for name in SHOWN} for each in stretches],
        }
    )


SHOWN = ("start_ms", "end_ms", "in_point", "out_point")


@bp.post("/m/<uuid:id>/silence")
@access("media:edit")
def listen(id: UUID) -> Response:
    """Ask for silence to be looked for again, with other numbers."""
    form = ListenForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            service = analysis_service(session)
            media, _ = service.media.get_for(viewer(), id, "media:edit")
            level = form.threshold_db.data
            service.listen(
                viewer(), media, threshold_db=None if level is None else float(level), min_ms=form.min_ms.data or 0
            )
        if not form.has_errors:
            return go(url_for("silence.show", id=id))
    with reading() as session:
        media_service(session).get_for(viewer(), id, "media:edit")
    return _page(id, form)


def _page(id: UUID, form: ListenForm | None = None) -> Response:
    trouble = None
    try:
        asked = _asked()
    except Invalid as error:
        asked, trouble = Asked(), str(error)
    with reading() as session:
        service = transcript_service(session)
        media, seat = service.media.get_for(viewer(), id, "media:view")
        found = silence_of(session, media, clock_for(service, media), asked)
        job = latest_job(session, media.id)
    if form is None:
        form = ListenForm(formdata=None)
        form.threshold_db.data = found.asked.get("threshold_db")
        form.min_ms.data = found.asked.get("min_ms") or found.least_ms
    return render(
        "analysis/silence.html",
        code=422 if form.has_errors or trouble else 200,
        found=found,
        asked=asked,
        form=form,
        trouble=trouble,
        typed=request.args.get("least", f"{found.least_ms / 1000:g}"),
        job=job if job is not None and job.is_active else None,
        media=media,
        project=seat.project,
        can_edit=seat.may("media:edit"),
        can_clip=seat.may("clip:edit"),
        marks=[new_mark() for _ in found.stretches],
    )


def _asked() -> Asked:
    """Read the address; raises `Invalid` for a length that is none."""
    kind, least = request.args.get("type", ""), request.args.get("least", "")
    return Asked(
        kind=SilenceType(kind) if kind in [each.value for each in SilenceType] else None,
        least_ms=_milliseconds(least) if least else None,
        row=_place(request.args.get("row", "")),
        stretch=_place(request.args.get("stretch", "")),
    )


def _milliseconds(text: str) -> int:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= LONGEST_LEAST_S:
        raise Invalid(say("Write a length in seconds, such as 0.7."), "least")
    return round(value * 1000)


def _place(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
