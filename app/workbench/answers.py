"""What a change to a clip answers: the swap file for htmx, the page again for a plain form."""

from typing import Any
from uuid import UUID

from flask import current_app, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.auth.models import User
from app.clips.forms import DraftForm
from app.core.db import reading
from app.core.errors import Invalid
from app.core.web.htmx import go, is_for_program, refusal, render, wants_piece
from app.media.clock import Clock, clock_of
from app.media.models import Media
from app.media.service import media_service
from app.media.tus import storage
from app.projects.service import Seat
from app.transcripts.engine import is_ready
from app.workbench.drawing import MOST_PPS
from app.workbench.matches import matches_in
from app.workbench.reads import Draft, Place, Workbench, workbench


def place_asked() -> Place:
    """Read the frame, clip and zoom the address names; what makes no sense is as if not there."""
    frame, clip = request.args.get("f", ""), request.args.get("clip", "")
    return Place(
        frame=int(frame) if frame.isdecimal() and len(frame) < 13 else None,
        clip=_uuid(clip),
        pps=_zoom(request.args.get("z", "")),
    )


def page(session: Session, person: User, media: Media, place: Place, form: DraftForm | None = None) -> Workbench:
    """Read the page with an empty draft, or with the form that was refused."""
    wb = workbench(session, person, media, storage(), place)
    wb.draft = _draft(form or _empty_draft(), clock_of(media))
    return wb


def show(media_id: UUID, person: User, place: Place, *, form: DraftForm | None = None) -> Response:
    """Answer the whole page; 422 where the form was refused."""
    with reading() as session:
        media, seat = media_service(session).get_for(person, media_id, "media:view")
        wb = page(session, person, media, place, form)
        matches = matches_in(session, media, request.args.get("q", ""), wb.at_frame)
    refused = form is not None and form.has_errors
    return render(
        "workbench/show.html",
        "workbench/_draft.html" if refused else None,
        code=422 if refused else 200,
        matches=matches,
        form=form,
        **names(wb, media, seat),
    )


def changed(
    template: str, person: User, media_id: UUID, *, code: int = 200, place: Place | None = None, **values: Any
) -> Response:
    """Answer the swap file after a change, or lead a plain form back to the page."""
    place = place or Place()
    if code >= 400 and is_for_program():
        return refusal(code, {"words": values.get("toast", {}).get("text")})
    if not wants_piece():
        clip = f"{place.clip}" if place.clip else None
        return go(url_for("workbench.show", id=media_id, clip=clip, _anchor=f"clip-{clip}" if clip else "clips"))
    with reading() as session:
        media, seat = media_service(session).get_for(person, media_id, "media:view")
        wb = page(session, person, media, place)
    return render(template, code=code, **names(wb, media, seat), **values)


def names(wb: Workbench, media: Media, seat: Seat) -> dict[str, Any]:
    """Return what every template of this page needs."""
    wordless = wb.told.transcript is None and media.audio_codec is not None
    missing = is_ready(current_app.config["SETTINGS"], seat.project.language) if wordless else None
    edits = seat.may("clip:edit")
    return {"wb": wb, "media": wb.media, "project": seat.project, "can_edit": edits, "missing": missing}


def _empty_draft() -> DraftForm:
    """Return a form that holds only what the address says, as the pages of frames do."""
    form = DraftForm(formdata=None)
    form.in_timecode.data = request.args.get("in_timecode", "")[:40]
    form.out_timecode.data = request.args.get("out_timecode", "")[:40]
    return form


def _draft(form: DraftForm, clock: Clock) -> Draft:
    draft = Draft(form)
    try:
        in_point = clock.read(form.in_timecode.data or "", "in_timecode")
        out_point = clock.read_out(form.out_timecode.data or "", "out_timecode")
    except Invalid:
        return draft
    if in_point < out_point:
        draft.in_s, draft.out_s = clock.seconds(in_point), clock.seconds(out_point)
        draft.length_text = clock.length(out_point - in_point)
    return draft


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _zoom(text: str) -> float:
    """Read pixels a second, from 0 (fit) to 400."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 < value <= MOST_PPS else 0.0
