"""A recording's layout: the page, its JSON, putting it right, and looking again."""

from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.analysis.forms import LayoutForm, LookForm
from app.analysis.layout_reads import LayoutPage, layout_of, layout_to_dict, shown
from app.analysis.layouts import LayoutFields, layout_service
from app.analysis.models import LayoutType
from app.core.db import reading, transaction
from app.core.errors import Stale
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import as_json, go, render
from app.jobs.reads import last_run, latest_job
from app.media.models import Media, MediaKind
from app.media.stills import frame_key
from app.media.tus import storage
from app.transcripts.answers import clock_for
from app.transcripts.service import transcript_service

bp = Blueprint("layout", __name__)


@bp.get("/m/<uuid:id>/layout")
@access("media:view")
def show(id: UUID) -> Response:
    """Show where screen and camera lie, over a picture of the recording."""
    return _page(id)


@bp.get("/m/<uuid:id>/layout.json")
@access("media:view")
def show_json(id: UUID) -> Response:
    """Answer the layout, or null."""
    with reading() as session:
        media, _ = layout_service(session).media.get_for(viewer(), id, "media:view")
        row = layout_of(session, media.id)
    return as_json({"media": str(id), "layout": layout_to_dict(row) if row else None})


@bp.post("/m/<uuid:id>/layout/edit")
@access("media:edit")
def edit(id: UUID) -> Response:
    """Put the layout right; a stale one says so and keeps what was typed (409)."""
    form = LayoutForm()
    stale = _save(id, form) if form.validate() else None
    if stale is None and not form.has_errors:
        return go(url_for("layout.show", id=id))
    if stale is not None:
        form.form_errors.append(say("%(stale)s Save again to replace what is saved now.", stale=stale))
        form.version.data = str(stale.version)
    return _page(id, form, code=409 if stale else 422)


@bp.post("/m/<uuid:id>/layout")
@access("media:edit")
def look(id: UUID) -> Response:
    """Ask for the layout to be looked for again, at another number of moments."""
    form = LookForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            service = layout_service(session)
            media, _ = service.media.get_for(viewer(), id, "media:edit")
            service.look(viewer(), media, form.samples.data or 0)
        if not form.has_errors:
            return go(url_for("layout.show", id=id))
    return _page(id, again=form, code=422)


@bp.post("/m/<uuid:id>/layout/delete")
@access("media:edit")
def forget(id: UUID) -> Response:
    """Take away what somebody said of the layout, and have it looked for anew."""
    with transaction(actor()) as session:
        service = layout_service(session)
        media, _ = service.media.get_for(viewer(), id, "media:edit")
        service.forget(viewer(), media)
    return go(url_for("layout.show", id=id))


def _save(id: UUID, form: LayoutForm) -> Stale | None:
    """Save what was typed; returns what stands against it."""
    try:
        with form.blame(), transaction(actor()) as session:
            service = layout_service(session)
            media, _ = service.media.get_for(viewer(), id, "media:edit")
            kind = LayoutType(form.layout_type.data)
            fields = LayoutFields(kind, form.region("screen"), form.region("camera"))
            service.correct(viewer(), media, fields, int(form.version.data or 0))
    except Stale as stale:
        return stale
    return None


def _page(id: UUID, form: LayoutForm | None = None, again: LookForm | None = None, code: int = 200) -> Response:
    needed = "media:edit" if form or again else "media:view"
    with reading() as session:
        service = transcript_service(session)
        media, seat = service.media.get_for(viewer(), id, needed)
        row, job = layout_of(session, media.id), latest_job(session, media.id)
        page = shown(row, clock_for(service, media)) if row else None
        run = last_run(session, media.id, "layout")
    if form is None:
        form = LayoutForm(formdata=None)
        form.fill(page)
    if again is None:
        again = LookForm(formdata=None)
        again.samples.data = (run.params_json or {}).get("samples", again.samples.default) if run else None
    return render(
        "analysis/layout.html",
        code=code,
        found=page,
        picture=_picture(media, page) if page else None,
        form=form,
        again=again,
        has_picture=media.kind is MediaKind.VIDEO,
        has_run=run is not None,
        job=job if job is not None and job.is_active else None,
        media=media,
        project=seat.project,
        can_edit=seat.may("media:edit"),
    )


def _picture(media: Media, page: LayoutPage) -> str:
    """Return where the exact frame is, or the filmstrip's nearest where it was never made."""
    exact = storage().path_of(frame_key(media, page.frame)).is_file()
    return url_for("frames.picture" if exact else "frames.small", id=media.public_id, number=page.frame)
