"""What the media page does to one clip: trim, delete, restore, keep an overlap, follow its files."""

from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.audit.sentences import last_saver
from app.clips.dicts import clip_dict, export_dict
from app.clips.exports import export_lines
from app.clips.forms import BoundsForm, ConfirmForm
from app.clips.reads import described, exports_of, render_jobs_of
from app.clips.service import clip_service
from app.core.db import reading, transaction
from app.core.errors import Stale
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import as_json, go, is_for_program, refusal, render, wants_piece
from app.media.clock import clock_of
from app.workbench.answers import changed
from app.workbench.reads import Place

bp = Blueprint("workbench_clips", __name__)


@bp.get("/clips/<uuid:id>")
@access("clip:view")
def show(id: UUID) -> Response:
    """Lead to the clip on its recording's page."""
    with reading() as session:
        clip, media, _ = clip_service(session).get_for(viewer(), id, "clip:view")
    return go(url_for("workbench.show", id=media.public_id, clip=clip.public_id, _anchor=f"clip-{clip.public_id}"))


@bp.get("/clips/<uuid:id>.json")
@access("clip:view")
def show_json(id: UUID) -> Response:
    """Answer a clip with its rendered files."""
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:view")
        files = [export_dict(clip, export) for export in exports_of(session, [clip.id])[clip.id]]
    return as_json({**clip_dict(clip, media.public_id), "project": seat.project.slug, "exports": files})


@bp.post("/clips/<uuid:id>/bounds")
@access("clip:edit")
def bounds(id: UUID) -> Response:
    """Save a trim or a move; a stale one shows the server's clip and offers mine."""
    form = BoundsForm()
    if not form.validate():
        return _refused(id, form)
    try:
        with form.blame(), transaction(actor()) as session:
            service = clip_service(session)
            clip, media, _ = service.get_for(viewer(), id, "clip:edit")
            clock = clock_of(media)
            before = {"in_timecode": clock.show(clip.in_point), "out_timecode": clock.show_out(clip.out_point)}
            in_point = clock.read(form.in_timecode.data or "", "in_timecode")
            out_point = clock.read_out(form.out_timecode.data or "", "out_timecode")
            service.set_bounds(clip, media, in_point, out_point, int(form.version.data or 0), form.seen)
    except Stale as stale:
        return _stale(id, form, stale)
    if form.has_errors:
        return _refused(id, form)
    toast = {
        "text": say("“%(title)s” is now %(length)s long.", title=clip.title, length=clock.length(clip.length)),
        "undo_url": url_for("workbench_clips.bounds", id=id),
        "fields": {**before, "version": clip.version},
    }
    return changed(
        "workbench/update.swap.html", viewer(), media.public_id, place=Place(clip=id), toast=toast, said=None
    )


@bp.post("/clips/<uuid:id>/restore")
@access("clip:edit")
def restore(id: UUID) -> Response:
    """Take a clip out of the trash."""
    with transaction(actor()) as session:
        clip, media = clip_service(session).restore(viewer(), id)
    return changed(
        "workbench/update.swap.html",
        viewer(),
        media.public_id,
        place=Place(clip=id),
        toast=None,
        said=say("%(title)s is back", title=clip.title),
    )


@bp.post("/clips/<uuid:id>/overlaps/<uuid:other>/keep")
@access("clip:edit")
def keep_overlap(id: UUID, other: UUID) -> Response:
    """Stop telling that these two overlap."""
    with transaction(actor()) as session:
        service = clip_service(session)
        clip, media, _ = service.get_for(viewer(), id, "clip:edit")
        service.keep_overlap(viewer(), clip, service.get_for(viewer(), other, "clip:edit")[0])
    return changed(
        "workbench/update.swap.html",
        viewer(),
        media.public_id,
        place=Place(clip=id),
        toast=None,
        said=say("Kept as it is"),
    )


@bp.route("/clips/<uuid:id>/delete", methods=["GET", "POST"])
@access("clip:edit")
def delete(id: UUID) -> Response:
    """Put a clip in the trash; Undo brings it back. Without scripts a page asks first."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with transaction(actor()) as session:
            service = clip_service(session)
            clip, media, _ = service.get_for(viewer(), id, "clip:edit")
            service.delete(clip, media)
        return changed(
            "workbench/delete.swap.html",
            viewer(),
            media.public_id,
            clip=clip,
            said=say("Deleted %(title)s", title=clip.title),
        )
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:edit")
        count = len(exports_of(session, [clip.id])[clip.id])
    return render(
        "clips/delete.html",
        form=form,
        project=seat.project,
        media=media,
        clip=described(clip, media),
        export_count=count,
    )


@bp.get("/clips/<uuid:id>/exports")
@access("clip:view")
def exports(id: UUID) -> Response:
    """Answer the clip's files and the job that makes one; asks again only while it runs."""
    with reading() as session:
        clip, _, _ = clip_service(session).get_for(viewer(), id, "clip:view")
        lines = export_lines(clip, exports_of(session, [clip.id])[clip.id], render_jobs_of(session, [clip.id])[clip.id])
    return render("clips/_exports.html", clip={"public_id": id, "exports": lines})


def _stale(id: UUID, form: BoundsForm, stale: Stale) -> Response:
    """Answer 409: the clip as it is now, and my times one press away."""
    with reading() as session:
        clip, media, _ = clip_service(session).get_for(viewer(), id, "clip:edit")
        saver = last_saver(session, "clip", clip.id)
    toast = {
        "text": say("%(who)s moved this clip a moment ago.", who=saver) if saver else str(stale),
        "undo_url": url_for("workbench_clips.bounds", id=id),
        "fields": {
            "in_timecode": form.in_timecode.data,
            "out_timecode": form.out_timecode.data,
            "version": clip.version,
        },
        "undo_label": say("Use mine"),
    }
    answer = changed(
        "workbench/update.swap.html", viewer(), media.public_id, code=409, place=Place(clip=id), toast=toast, said=None
    )
    if not wants_piece() and not is_for_program():
        return go(url_for("clips.edit", id=id))
    return answer


def _refused(id: UUID, form: BoundsForm) -> Response:
    """Answer 422: the clip as it was, and the sentence that says what would pass."""
    with reading() as session:
        _, media, _ = clip_service(session).get_for(viewer(), id, "clip:edit")
    if is_for_program():
        return refusal(422, {"form": form})
    words = " ".join(error for errors in form.errors.values() for error in errors)
    if not wants_piece():
        return go(url_for("clips.edit", id=id))
    return changed(
        "workbench/update.swap.html",
        viewer(),
        media.public_id,
        code=422,
        place=Place(clip=id),
        toast={"text": words, "undo_url": None},
        said=None,
    )
