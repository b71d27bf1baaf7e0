"""A recording's transcript: its page and pages of lines, files of it, and how another one comes to be."""

import json
from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response

from app.audit.service import AuditService
from app.core.db import reading, transaction
from app.core.errors import NotFound
from app.core.malware import require_clean
from app.core.texts import say
from app.core.web.access import access, actor, sends_a_file, viewer
from app.core.web.htmx import go, render
from app.core.web.rates import costly
from app.media.models import Media
from app.media.names import clean_filename
from app.media.service import media_service
from app.transcripts.answers import asked_transcript, clock_for, names, wanted
from app.transcripts.captions import CONTENT_TYPES, write
from app.transcripts.engine import is_ready
from app.transcripts.finding import find_lines
from app.transcripts.forms import ConfirmForm, ImportForm
from app.transcripts.imports import Brought, bring
from app.transcripts.models import Transcript
from app.transcripts.reading import LARGEST_BYTES, read
from app.transcripts.reads import cues_of, speakers_of, title_of, to_dict, told
from app.transcripts.service import TranscriptService, transcript_service

bp = Blueprint("transcripts", __name__)


@bp.get("/m/<uuid:id>/transcript")
@access("media:view")
def show(id: UUID) -> Response:
    """Show a page of lines, with what can be done to the whole; for htmx the lines alone."""
    with reading() as session:
        service = transcript_service(session)
        media, seat = service.media.get_for(viewer(), id, "media:view")
        clock, typed = clock_for(service, media), request.args.get("find", "")
        page = told(session, media, clock, wanted())
        found = find_lines(session, page.transcript, clock, typed) if page.transcript and typed else None
        others = service.transcripts.find_by_media(media.id)
    return render(
        "transcripts/show.html",
        "transcripts/_lines.html",
        **names(media, seat, told=page),
        found=found,
        others=[(each.public_id, title_of(each)) for each in others],
        missing=is_ready(current_app.config["SETTINGS"], seat.project.language),
        form=ConfirmForm(),
    )


@bp.get("/m/<uuid:id>/transcript.json")
@access("media:view")
def show_json(id: UUID) -> Response:
    """Answer every line with its words, by public ids."""
    with reading() as session:
        _, media, transcript = _chosen(session, id)
        speakers = speakers_of(session, media.id)
        lines = transcript_service(session).lines.find_all(transcript.id)
    about = {"public_id": str(transcript.public_id), "media": str(id), "language": transcript.language}
    rows = [to_dict(line, speakers.get(line.speaker_id or 0)) for line in lines]
    return FlaskResponse(
        json.dumps({**about, "source": transcript.source.value, "lines": rows}, ensure_ascii=False),
        mimetype="application/json",
    )


@bp.get("/m/<uuid:id>/transcript.<any(vtt,srt,txt,csv):form>")
@access("media:view")
@sends_a_file
@costly
def export(id: UUID, form: str) -> Response:
    """Send the lines as a file, with the speakers’ names; the player reads its captions here."""
    with reading() as session:
        _, media, transcript = _chosen(session, id)
        text = write(form, cues_of(session, transcript))
    answer = FlaskResponse(text, content_type=CONTENT_TYPES[form])
    if "download" in request.args:
        filename = f"{media.title}.{transcript.language}.{form}"
        with transaction(actor()) as session:
            AuditService(session).exported("transcript:download", "media", media, filename)
        answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": filename})
    return answer


@bp.route("/m/<uuid:id>/transcript/import", methods=["GET", "POST"])
@access("transcript:edit")
def bring_in(id: UUID) -> Response:
    """Take in a file of lines; a bad one is refused in words."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "transcript:edit")
    form = ImportForm()
    if form.validate_on_submit():
        upload = form.file.data
        with form.blame():
            length_ms = media.duration_frames * 1000 * media.rate_den // media.rate_num
            # One byte more than fits, so that more than fits is seen.
            data = upload.stream.read(LARGEST_BYTES + 1)
            require_clean(data, upload.filename or "")
            cues = read(upload.filename or "", data, length_ms, named=bool(form.named.data))
            with transaction(actor()) as session:
                media, _ = media_service(session).get_for(viewer(), id, "transcript:edit")
                brought = Brought(cues, form.language.data, clean_filename(upload.filename or ""), viewer().id)
                transcript = bring(session, media, brought)
            return go(url_for("transcripts.show", id=id, transcript=transcript.public_id))
    elif not form.is_submitted():
        form.language.data = seat.project.language or "en"
    return render("transcripts/import.html", code=422 if form.has_errors else 200, form=form, **names(media, seat))


@bp.post("/m/<uuid:id>/transcript/recognition")
@access("transcript:edit")
def recognise(id: UUID) -> Response:
    """Ask for the speech to be written down, again where it was."""
    with transaction(actor()) as session:
        service = transcript_service(session)
        media, _ = service.media.get_for(viewer(), id, "transcript:edit")
        service.recognise(viewer(), media)
    return go(url_for("workbench.show", id=id, _anchor="transcript"))


@bp.route("/m/<uuid:id>/transcript/delete", methods=["GET", "POST"])
@access("transcript:edit")
def delete(id: UUID) -> Response:
    """Take a transcript away; a page asks first."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with transaction(actor()) as session:
            service = transcript_service(session)
            media, _ = service.media.get_for(viewer(), id, "transcript:edit")
            service.remove(_named(service, media))
        return go(url_for("transcripts.show", id=id))
    with reading() as session:
        service = transcript_service(session)
        media, seat = service.media.get_for(viewer(), id, "transcript:edit")
        transcript = _named(service, media)
        count = service.lines.count_in(transcript.id)
    return render(
        "transcripts/delete.html",
        form=form,
        transcript=transcript,
        title=title_of(transcript),
        line_count=count,
        **names(media, seat),
    )


def _chosen(session: Session, id: UUID) -> tuple[TranscriptService, Media, Transcript]:
    """Return the recording and the transcript the address names, or the one people read first."""
    service = transcript_service(session)
    media, _ = service.media.get_for(viewer(), id, "media:view")
    return service, media, _named(service, media)


def _named(service: TranscriptService, media: Media) -> Transcript:
    transcript = service.choose(media, asked_transcript())
    if transcript is None:
        raise NotFound(say("This recording has no transcript."))
    return transcript
