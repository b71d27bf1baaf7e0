"""One line: correct it in place, split and join, bring back an earlier wording."""

from uuid import UUID

from flask import Blueprint, url_for
from flask import Response as FlaskResponse
from flask import json as flask_json
from werkzeug.wrappers import Response

from app.audit.sentences import last_saver
from app.auth.reads import names_of
from app.core.db import reading, transaction
from app.core.errors import Stale
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import go, render, wants_piece
from app.transcripts.answers import names, shown_lines
from app.transcripts.forms import LineForm, RevertForm
from app.transcripts.models import TranscriptSegment
from app.transcripts.reads import speakers_of, to_dict
from app.transcripts.service import Correction, transcript_service
from app.transcripts.speakers import speaker_service

bp = Blueprint("lines", __name__)


@bp.get("/lines/<uuid:id>")
@access("media:view")
def show(id: UUID) -> Response:
    """Lead to the line in its transcript; for htmx the line as it is read."""
    with reading() as session:
        service = transcript_service(session)
        line, media, seat = service.get_for(viewer(), id, "media:view")
        if wants_piece():
            lines = shown_lines(session, service, line)
            return render("transcripts/line.swap.html", lines=lines, gone=None, said=None, **names(media, seat))
    return go(_in_its_transcript(line, media.public_id))


@bp.get("/lines/<uuid:id>.json")
@access("media:view")
def show_json(id: UUID) -> Response:
    """Answer the line with its words."""
    with reading() as session:
        line, media, _ = transcript_service(session).get_for(viewer(), id, "media:view")
        speaker = speakers_of(session, media.id).get(line.speaker_id or 0)
    return FlaskResponse(flask_json.dumps(to_dict(line, speaker)), mimetype="application/json")


@bp.route("/lines/<uuid:id>/edit", methods=["GET", "POST"])
@access("transcript:edit")
def edit(id: UUID) -> Response:
    """Correct a line; a stale one shows both texts and keeps what was typed (409)."""
    form = LineForm()
    if not form.is_submitted():
        return _form_page(id, form)
    return _change(id, form, "save")


@bp.post("/lines/<uuid:id>/split")
@access("transcript:edit")
def split(id: UUID) -> Response:
    """Save what was typed, then part the line before a word."""
    return _change(id, LineForm(), "split")


@bp.post("/lines/<uuid:id>/join")
@access("transcript:edit")
def join(id: UUID) -> Response:
    """Save what was typed, then take the next line in."""
    return _change(id, LineForm(), "join")


@bp.post("/lines/<uuid:id>/revert")
@access("transcript:edit")
def revert(id: UUID) -> Response:
    """Bring back what a line was; what it is now is kept as well."""
    form = RevertForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            service = transcript_service(session)
            line, _, _ = service.get_for(viewer(), id, "transcript:edit")
            service.revert(viewer(), line, int(form.to.data or 0), int(form.version.data or 0))
            return go(url_for("lines.edit", id=id))
    with reading() as session:
        transcript_service(session).get_for(viewer(), id, "transcript:edit")
    refused = LineForm(formdata=None)
    refused.form_errors.extend(words for errors in form.errors.values() for words in errors)
    return _form_page(id, refused)


def _change(id: UUID, form: LineForm, then: str) -> Response:
    """Save the form, do what the pressed button says besides, and answer the lines that changed."""
    gone = None
    if form.validate():
        try:
            with form.blame(), transaction(actor()) as session:
                service = transcript_service(session)
                line, media, seat = service.get_for(viewer(), id, "transcript:edit")
                voice = speaker_service(session).named(media, form.speaker.data) if form.speaker.data else None
                service.correct(viewer(), line, Correction(form.text.data or "", int(form.version.data or 0), voice))
                if voice is not None and form.following.data:
                    service.name_following(viewer(), line, voice)
                lines = [line]
                if then == "split":
                    lines.append(service.split(viewer(), line, form.at.data or 0, line.version))
                elif then == "join":
                    gone = service.join(viewer(), line, line.version).public_id
        except Stale as stale:
            return _form_page(id, form, stale)
        if not form.has_errors:
            if not wants_piece():
                return go(_in_its_transcript(line, media.public_id))
            with reading() as session:
                shown = shown_lines(session, transcript_service(session), *lines)
            said = {"split": say("Split"), "join": say("Joined")}.get(then, say("Saved"))
            return render("transcripts/line.swap.html", lines=shown, gone=gone, said=said, **names(media, seat))
    return _form_page(id, form)


def _form_page(id: UUID, form: LineForm, stale: Stale | None = None) -> Response:
    """Answer the form with what was typed, or with the line as it is when nothing was."""
    with reading() as session:
        service = transcript_service(session)
        line, media, seat = service.get_for(viewer(), id, "transcript:edit")
        speakers = speakers_of(session, media.id)
        revisions = [] if wants_piece() else service.lines.revisions(line.id)
        people = names_of(session, (each.edited_by for each in revisions))
        shown = shown_lines(session, service, line)[0]
        saver = last_saver(session, "line", line.id) if stale else None
    if not form.is_submitted() and not form.form_errors:
        _fill(form, line, shown.speaker)
    form.version.data = str(line.version) if stale or not form.version.data else form.version.data
    return render(
        "transcripts/edit.html",
        "transcripts/_form.html",
        code=409 if stale else 422 if form.has_errors else 200,
        form=form,
        line=shown,
        words=[word[2] for word in line.words_json],
        voices=sorted(speaker.display_name for speaker in speakers.values()),
        revisions=[(each, people.get(each.edited_by or 0)) for each in revisions],
        theirs=(saver or say("Somebody"), line.text) if stale else None,
        **names(media, seat),
    )


def _fill(form: LineForm, line: TranscriptSegment, speaker: str | None) -> None:
    form.text.data, form.version.data, form.speaker.data = line.text, str(line.version), speaker or ""


def _in_its_transcript(line: TranscriptSegment, media_id: UUID) -> str:
    return url_for("transcripts.show", id=media_id, at=line.start_ms, _anchor=f"line-{line.public_id}")
