"""The voices of a recording: how much each says, rename, merge."""

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.core.db import reading, transaction
from app.core.errors import NotFound
from app.core.pagination import Page
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import as_list, go, render, wants_json
from app.core.words import lasts
from app.media.models import Media
from app.transcripts.answers import asked_transcript, names
from app.transcripts.forms import MergeForm, SpeakerForm
from app.transcripts.models import Speaker
from app.transcripts.service import transcript_service
from app.transcripts.speakers import SpeakerService, Voice, speaker_service

bp = Blueprint("speakers", __name__)


@bp.get("/m/<uuid:id>/speakers")
@bp.get("/m/<uuid:id>/speakers.json", endpoint="index_json")
@access("media:view")
def index(id: UUID) -> Response:
    """List the voices by how much they say."""
    return _page(id)


@bp.post("/speakers/<uuid:id>/edit")
@access("transcript:edit")
def edit(id: UUID) -> Response:
    """Rename a voice in all its lines."""
    form = SpeakerForm()
    with reading() as session:
        speaker, media, _ = speaker_service(session).get_for(viewer(), id, "transcript:edit")
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            service = speaker_service(session)
            speaker, media, _ = service.get_for(viewer(), id, "transcript:edit")
            service.rename(speaker, form.name.data or "")
        if not form.has_errors:
            return go(url_for("speakers.index", id=media.public_id))
    return _page(media.public_id, refused=speaker, form=form)


@bp.post("/speakers/<uuid:id>/merge")
@access("transcript:edit")
def merge(id: UUID) -> Response:
    """Give all lines of a voice to another and remove the first."""
    form = MergeForm()
    with reading() as session:
        speaker, media, _ = speaker_service(session).get_for(viewer(), id, "transcript:edit")
    with form.blame(), transaction(actor()) as session:
        service = speaker_service(session)
        speaker, media, _ = service.get_for(viewer(), id, "transcript:edit")
        service.merge(speaker, _other(service, media, form))
    if form.has_errors:
        return _page(media.public_id, refused=speaker, form=form)
    return go(url_for("speakers.index", id=media.public_id))


def _page(id: UUID, *, refused: Speaker | None = None, form: SpeakerForm | MergeForm | None = None) -> Response:
    with reading() as session:
        service = transcript_service(session)
        media, seat = service.media.get_for(viewer(), id, "media:view")
        voices = speaker_service(session).voices(media, service.choose(media, asked_transcript()))
    if wants_json():
        return as_list(Page(voices), [voice_dict(voice) for voice in voices])
    errors = [words for found in form.errors.values() for words in found] if form else []
    rows = [
        {
            "public_id": voice.speaker.public_id,
            "name": voice.speaker.display_name,
            "hue": voice.speaker.color,
            "lines": voice.lines,
            "talk_text": lasts(voice.talk_ms / 1000),
            "share": voice.share,
            "errors": errors if refused is not None and voice.speaker.id == refused.id else [],
            "typed": form.name.data if isinstance(form, SpeakerForm) and refused == voice.speaker else None,
        }
        for voice in voices
    ]
    return render("transcripts/speakers.html", code=422 if errors else 200, voices=rows, **names(media, seat))


def voice_dict(voice: Voice) -> dict[str, Any]:
    """Return a voice as programs read it."""
    about = {"public_id": str(voice.speaker.public_id), "name": voice.speaker.display_name}
    return {**about, "lines": voice.lines, "talk_ms": voice.talk_ms, "share": voice.share}


def _other(service: SpeakerService, media: Media, form: MergeForm) -> Speaker:
    """Return the chosen voice; raises `NotFound` for one that is not of this recording."""
    found = {str(each.public_id): each for each in service.speakers.find_by_media(media.id)}
    if form.into.data not in found:
        raise NotFound()
    return found[form.into.data]
