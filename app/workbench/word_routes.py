"""Make a clip of the words somebody selected in the transcript."""

from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired

from app.clips.models import ClipOrigin
from app.clips.naming import name_of
from app.clips.service import ClipFields, clip_service
from app.core.db import transaction
from app.core.errors import Invalid, NotFound
from app.core.texts import later, say
from app.core.web.access import access, actor, viewer
from app.core.web.forms import Form
from app.media.clock import Clock
from app.media.models import Media
from app.transcripts.answers import clock_for
from app.transcripts.reads import end_tick, first_tick
from app.transcripts.service import TranscriptService, transcript_service
from app.workbench.answers import changed
from app.workbench.reads import Place

bp = Blueprint("workbench_words", __name__)


class WordsForm(Form):
    """The first and the last word to keep: their lines, and their numbers in them, from 0."""

    line = StringField(validators=[InputRequired(later("Choose the first word."))])
    word = IntegerField(validators=[InputRequired(later("Choose the first word."))])
    last_line = StringField()
    last_word = IntegerField(validators=[InputRequired(later("Choose the last word."))])


@bp.post("/m/<uuid:id>/clips/from-words")
@access("clip:edit")
def create(id: UUID) -> Response:
    """Save a clip that begins with the frame the first word begins in and keeps the last one’s."""
    form = WordsForm()
    if not form.validate():
        raise Invalid(" ".join(words for errors in form.errors.values() for words in errors))
    with transaction(actor()) as session:
        service = transcript_service(session)
        media, _ = service.media.get_for(viewer(), id, "clip:edit")
        fields = _fields(service, media, form, clock_for(service, media))
        clip = clip_service(session).create(viewer(), media, fields, ClipOrigin.TRANSCRIPT)
    toast = {
        "text": say("Saved “%(title)s”.", title=clip.title),
        "undo_url": url_for("workbench_clips.delete", id=clip.public_id),
        "fields": {"version": clip.version},
    }
    return changed("workbench/update.swap.html", viewer(), id, place=Place(clip=clip.public_id), toast=toast, said=None)


def _fields(service: TranscriptService, media: Media, form: WordsForm, clock: Clock) -> ClipFields:
    first = _line(form.line.data)
    last = _line(form.last_line.data) if form.last_line.data else first
    lines = [service.lines.get_by_public_id(each) for each in (first, last)]
    one, other = lines
    if one is None or other is None or one.media_id != media.id:
        raise NotFound()
    start_ms, end_ms, text = service.stretch(one, form.word.data or 0, other, form.last_word.data or 0)
    out_point = min(end_tick(clock, end_ms), media.duration_frames)
    return ClipFields(name_of(text), min(first_tick(clock, start_ms), out_point - 1), out_point)


def _line(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise NotFound() from error
