"""The pages of clips: edit with conflicts shown, split, and the list of a project."""

from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.audit.sentences import last_saver
from app.auth.once import claim
from app.clips.asking import asked_filter, filter_query
from app.clips.conflicts import conflict
from app.clips.dicts import clip_dict
from app.clips.forms import ClipForm, SplitForm
from app.clips.lists import clip_lines
from app.clips.models import Clip
from app.clips.overlaps import describe
from app.clips.reads import described
from app.clips.service import ClipFields, clip_service
from app.clips.tagging import carrier_of
from app.core.db import reading, transaction
from app.core.errors import Invalid, Stale
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.forms import sent_mark
from app.core.web.htmx import as_list, go, is_for_program, refusal, render, wants_json
from app.media.clock import Clock, clock_of
from app.media.models import Media
from app.media.reads import media_by_ids
from app.projects.service import Seat, project_service
from app.tags.links import names_of
from app.tags.service import tag_service

bp = Blueprint("clips", __name__)


@bp.get("/p/<slug>/clips")
@bp.get("/p/<slug>/clips.json", endpoint="index_json")
@access("clip:view")
def index(slug: str) -> Response:
    """List a project's clips in their order."""
    wanted = asked_filter()
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "clip:view")
        clips = clip_service(session).clips
        page = clips.find_by_project(seat.project.id, wanted, after=request.args.get("after"))
        if wants_json():
            media = media_by_ids(session, (clip.media_id for clip in page.items))
            return as_list(page, [clip_dict(clip, media[clip.media_id].public_id) for clip in page.items])
        rows = clip_lines(session, page.items)
        total = clips.count_by_project(seat.project.id, wanted) if wanted.is_set else seat.project.clip_count
    return render(
        "clips/index.html",
        project=seat.project,
        counts={"media": seat.project.media_count, "clips": seat.project.clip_count},
        can_edit=seat.may("clip:edit"),
        can_manage=seat.may("project:edit"),
        clips=rows,
        total=total,
        filters=wanted,
        by_me=wanted.by == viewer().public_id,
        page_query=filter_query(wanted),
        next_after=page.next_after,
    )


@bp.post("/clips/<uuid:id>/move")
@access("clip:edit")
def move(id: UUID) -> Response:
    """Let a clip trade places with the one before or after it."""
    with transaction(actor()) as session:
        service = clip_service(session)
        clip, _, seat = service.get_for(viewer(), id, "clip:edit")
        service.move(clip, later=request.form.get("to") == "later")
    return go(url_for("clips.index", slug=seat.project.slug, _anchor=f"clip-{id}"))


@bp.route("/clips/<uuid:id>/edit", methods=["GET", "POST"])
@access("clip:edit")
def edit(id: UUID) -> Response:
    """Change a clip; where both sides changed the same field the page shows both (409)."""
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:edit")
        carried = names_of(session, "clip", [clip.id])[clip.id]
    form = ClipForm()
    if not form.is_submitted():
        fill(form, clip, clock_of(media))
        form.show_tags([name for name, _ in carried])
    elif form.validate():
        try:
            with form.blame(), transaction(actor()) as session:
                service = clip_service(session)
                clip, media, _ = service.get_for(viewer(), id, "clip:edit")
                clock = clock_of(media)
                version = int(form.version.data or 0)
                service.update(clip, media, _typed(form, clip, clock), _seen(form, clip), version)
                tags = tag_service(session)
                tags.edit_on(carrier_of(clip), request.form.get("tags"), form.seen_tags.data, viewer().id)
            if not form.has_errors:
                return go(_on_its_page(clip, media))
        except Stale as stale:
            return _conflict(id, form, stale)
    return _edit_page(form, clip, media, seat)


@bp.route("/clips/<uuid:id>/split", methods=["GET", "POST"])
@access("clip:edit")
def split(id: UUID) -> Response:
    """Cut a clip in two."""
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:edit")
    clock, form = clock_of(media), SplitForm()
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            service = clip_service(session)
            clip, media, _ = service.get_for(viewer(), id, "clip:edit")
            claim(session, viewer().id, sent_mark()).leads_to(_on_its_page(clip, media))
            service.split(viewer(), clip, media, clock.read(form.at_timecode.data or "", "at_timecode"))
        if not form.has_errors:
            return go(_on_its_page(clip, media))
    elif not form.is_submitted():
        form.at_timecode.data = clock.show(_inside(clip, request.args.get("f", "")))
    return render(
        "clips/split.html",
        code=422 if form.has_errors else 200,
        form=form,
        clip=described(clip, media),
        media=media,
        project=seat.project,
    )


def fill(form: ClipForm, clip: Clip, clock: Clock) -> None:
    """Show the clip's present values, and keep them as what the person saw."""
    form.title.data, form.notes.data, form.version.data = clip.title, clip.notes, str(clip.version)
    form.in_timecode.data, form.out_timecode.data = clock.show(clip.in_point), clock.show_out(clip.out_point)
    form.seen_title.data, form.seen_notes.data = clip.title, clip.notes
    form.seen_in.data, form.seen_out.data = str(clip.in_point), str(clip.out_point)


def _typed(form: ClipForm, clip: Clip, clock: Clock) -> ClipFields:
    """Read the form; a field the conflict page was told to keep as theirs is taken from the clip."""
    theirs = {name for name in ("title", "in_timecode", "out_timecode", "notes") if _keeps_theirs(name)}
    return ClipFields(
        clip.title if "title" in theirs else form.title.data or "",
        clip.in_point if "in_timecode" in theirs else clock.read(form.in_timecode.data or "", "in_timecode"),
        clip.out_point if "out_timecode" in theirs else clock.read_out(form.out_timecode.data or "", "out_timecode"),
        clip.notes if "notes" in theirs else form.notes.data,
    )


def _keeps_theirs(name: str) -> bool:
    return request.form.get(f"keep_{name}") == "theirs"


def _seen(form: ClipForm, clip: Clip) -> ClipFields:
    """Read what the person saw when they began; the conflict page showed them the clip as it is now."""
    if not form.seen_in.data:
        if is_for_program() and form.version.data != str(clip.version):
            # A program says only which version it read: what clashes cannot be told apart.
            raise Stale(say("Somebody saved this clip meanwhile. Read it again."), {}, {}, clip.version)
        return ClipFields(clip.title, clip.in_point, clip.out_point, clip.notes)
    try:
        bounds = int(form.seen_in.data), int(form.seen_out.data or -1)
    except ValueError as error:
        raise Invalid(say("The page was damaged. Reload it and try again.")) from error
    return ClipFields(form.seen_title.data or "", *bounds, form.seen_notes.data)


def _edit_page(form: ClipForm, clip: Clip, media: Media, seat: Seat) -> Response:
    clock = clock_of(media)
    with reading() as session:
        service = clip_service(session)
        overlapping = service.find_overlapping(media, clip.in_point, clip.out_point, clip.id)
        known = tag_service(session).names(clip.project_id)
    sentence = describe(overlapping, clip.in_point, clip.out_point, clock)
    return render(
        "clips/edit.html",
        code=422 if form.has_errors else 200,
        form=form,
        clip=clip,
        media=media,
        project=seat.project,
        limits=clock.show(media.duration_frames - 1) if media.duration_frames else None,
        overlaps=[sentence] if sentence else [],
        known_tags=known,
    )


def _conflict(id: UUID, form: ClipForm, stale: Stale) -> Response:
    """Answer 409 with both values of each clashing field; saving again from there settles them."""
    if is_for_program():
        return refusal(409, {"words": str(stale)})
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:edit")
        saver = last_saver(session, "clip", clip.id)
    return render(
        "clips/conflict.html",
        code=409,
        clip=clip,
        media=media,
        project=seat.project,
        action=url_for("clips.edit", id=id),
        heading=say("%(who)s saved this clip while you were editing", who=saver or say("Somebody")),
        conflict=conflict(form, clip, stale, clock_of(media), saver),
    )


def _on_its_page(clip: Clip, media: Media) -> str:
    return url_for("workbench.show", id=media.public_id, clip=clip.public_id, _anchor=f"clip-{clip.public_id}")


def _inside(clip: Clip, asked: str) -> int:
    """Return the asked frame where a split there leaves two clips, else the clip's middle."""
    frame = int(asked) if asked.isdecimal() and len(asked) < 13 else -1
    return frame if clip.in_point < frame < clip.out_point else (clip.in_point + clip.out_point + 1) // 2
