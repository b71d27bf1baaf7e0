"""Clips taken to an editing program as cut lists and tables, and brought in from its files."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.auth.once import claim
from app.clips.asking import asked_filter, filter_query
from app.clips.dicts import clip_dict
from app.core.db import reading, transaction
from app.core.errors import Invalid, NotFound
from app.core.malware import require_clean
from app.core.texts import plural, say
from app.core.timecode import Rate
from app.core.web.access import access, actor, sends_a_file, viewer
from app.core.web.forms import sent_mark
from app.core.web.htmx import as_json, go, render
from app.core.web.rates import costly
from app.exchange.formats import FORMS, LARGEST_BYTES, Form, read_marks
from app.exchange.forms import BringForm
from app.exchange.marks import Found, Mark
from app.exchange.reads import Gathered, cut_list, gather_media, gather_project, groups_of, not_here_yet, table_rows
from app.exchange.service import bring, packed, target_of, unpacked
from app.exchange.tables import write_table
from app.media.clock import Clock, clock_of
from app.media.models import Media
from app.media.service import media_service
from app.projects.models import Project
from app.projects.service import project_service

bp = Blueprint("exchange", __name__)


@dataclass(frozen=True)
class Taken:
    """Clips about to leave, and what they are of: a project's list as it is filtered, or one recording."""

    name: str
    project: Project
    media: Media | None
    clips: Gathered
    query: str = ""


@bp.get("/p/<slug>/clips/export")
@access("clip:view")
def project_forms(slug: str) -> Response:
    """Show the forms a project's clips can be taken along in, by frame rate."""
    with reading() as session:
        return _forms(_of_project(session, slug), url_for("clips.index", slug=slug))


@bp.get("/m/<uuid:id>/clips/export")
@access("clip:view")
def media_forms(id: UUID) -> Response:
    """Show the forms a recording's clips can be taken along in."""
    with reading() as session:
        return _forms(_of_media(session, id), url_for("workbench.show", id=id))


@bp.get("/p/<slug>/clips.<any(csv,edl,fcpxml,xml,otio):ending>")
@access("clip:view")
@sends_a_file
@costly
def project_file(slug: str, ending: str) -> Response:
    """Send a project's clips of one frame rate as a cut list, or all of them as a table."""
    with reading() as session:
        taken = _of_project(session, slug)
    return _send(taken, ending)


@bp.get("/m/<uuid:id>/clips.<any(csv,edl,fcpxml,xml,otio):ending>")
@access("clip:view")
@sends_a_file
@costly
def media_file(id: UUID, ending: str) -> Response:
    """Send a recording's clips as a cut list or a table."""
    with reading() as session:
        taken = _of_media(session, id)
    return _send(taken, ending)


@bp.get("/m/<uuid:id>/clips.json")
@access("clip:view")
def media_json(id: UUID) -> Response:
    """Answer a recording's clips in the order they begin."""
    with reading() as session:
        taken = _of_media(session, id)
    return as_json({"media": str(id), "items": [clip_dict(clip, id) for clip in taken.clips.clips]})


@bp.route("/m/<uuid:id>/clips/import", methods=["GET", "POST"])
@access("clip:edit")
def bring_in(id: UUID) -> Response:
    """Look at a file of another program; what it marks becomes clips once that was seen."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "clip:edit")
    form, clock, found = BringForm(), clock_of(media), Found([])
    if form.validate_on_submit():
        with form.blame():
            found = _found(form, media, clock)
            if request.form.get("act") == "save":
                return _bring(id, found.marks)
            with reading() as session:
                found = _new_in(session, media, found)
            form.marks.data = packed(found.marks)
    return render(
        "exchange/import.html",
        code=422 if form.has_errors else 200,
        form=form,
        marks=[_shown(mark, clock) for mark in found.marks],
        of_others=found.of_others,
        here_already=found.here_already,
        media=media,
        project=seat.project,
        example=clock.show(media.duration_frames // 2),
    )


def _found(form: BringForm, media: Media, clock: Clock) -> Found:
    """Read the file, where one was sent, else the marks that were looked at."""
    target, upload = target_of(media, clock), form.file.data
    if upload:
        # One byte more than fits, so that more than fits is seen.
        data = upload.stream.read(LARGEST_BYTES + 1)
        require_clean(data, upload.filename or "")
        return read_marks(upload.filename or "", data, target)
    if form.marks.data:
        return Found(unpacked(form.marks.data, target))
    raise Invalid(say("Choose a file."), "file")


def _new_in(session: Session, media: Media, found: Found) -> Found:
    marks = not_here_yet(session, media, found.marks)
    return replace(found, marks=marks, here_already=len(found.marks) - len(marks))


def _bring(id: UUID, marks: list[Mark]) -> Response:
    with transaction(actor()) as session:
        media, _ = media_service(session).get_for(viewer(), id, "clip:edit")
        there = url_for("workbench.show", id=id, _anchor="clips")
        claim(session, viewer().id, sent_mark()).leads_to(there)
        count = bring(session, viewer(), media, not_here_yet(session, media, marks))
    flash(say("%(clips)s imported.", clips=plural(count, "clip", "clips")))
    return go(there)


def _shown(mark: Mark, clock: Clock) -> dict[str, Any]:
    return {
        "title": mark.title,
        "in_timecode": clock.show(mark.in_point),
        "out_timecode": clock.show_out(mark.out_point),
        "length_text": clock.length(mark.out_point - mark.in_point),
        "notes": mark.notes,
    }


def _of_project(session: Session, slug: str) -> Taken:
    wanted = asked_filter()
    project = project_service(session).get_for(viewer(), slug, "clip:view").project
    return Taken(project.name, project, None, gather_project(session, project.id, wanted), filter_query(wanted))


def _of_media(session: Session, id: UUID) -> Taken:
    media, seat = media_service(session).get_for(viewer(), id, "clip:view")
    return Taken(media.title, seat.project, media, gather_media(session, media))


def _forms(taken: Taken, back_href: str) -> Response:
    return render(
        "exchange/export.html",
        groups=groups_of(taken.clips),
        count=len(taken.clips.clips),
        more=taken.clips.more,
        name=taken.name,
        project=taken.project,
        media=taken.media,
        at=f"/m/{taken.media.public_id}/clips" if taken.media else f"/p/{taken.project.slug}/clips",
        query=taken.query,
        back_href=f"{back_href}?{taken.query}" if taken.query else back_href,
    )


def _send(taken: Taken, ending: str) -> Response:
    if not taken.clips.clips:
        raise NotFound(say("There are no clips here yet."))
    if ending == "csv":
        return _file(taken, write_table(table_rows(taken.clips)), "text/csv", f"{taken.name}.csv")
    form = FORMS[ending]
    rate = _rate(taken, form)
    text = form.write(cut_list(taken.clips, taken.name, rate))
    suffix = "" if rate.is_audio else f" {rate} fps"
    return _file(taken, text, form.content_type, f"{taken.name}{suffix}.{ending}")


def _rate(taken: Taken, form: Form) -> Rate:
    """Return the rate that was asked for, or the only one; raises `Invalid` where none or several fit the form."""
    groups = [group for group in groups_of(taken.clips) if group.forms]
    asked = request.args.get("rate")
    fit = [group for group in groups if asked in (None, group.key) and form in group.forms]
    if len(fit) == 1:
        return fit[0].rate
    if not fit:
        raise Invalid(say("No clips here can be taken along in this form. The page before it says which can."))
    rates = ", ".join(group.key for group in fit)
    raise Invalid(
        say("A cut list has one frame rate, and these clips have several: %(rates)s. Ask for one.", rates=rates)
    )


def _file(taken: Taken, text: str, content_type: str, filename: str) -> Response:
    thing, kind = (taken.media, "media") if taken.media else (taken.project, "project")
    with transaction(actor()) as session:
        AuditService(session).note(
            AuditAction.EXPORT,
            "clip:download",
            kind,
            thing.id,
            filename,
            entity_public_id=thing.public_id,
            project_id=taken.project.id,
            media_id=taken.media.id if taken.media else None,
        )
    answer = FlaskResponse(text, content_type=f"{content_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": filename})
    return answer
