"""Who says what: name the voice of a line, rename it once for all its lines, merge two voices into one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import say
from app.media.models import Media
from app.media.service import MediaService, media_service
from app.projects.service import Seat
from app.transcripts.models import Speaker, Transcript
from app.transcripts.repository import LineRepository, SpeakerRepository

LONGEST_NAME = 80
COLORS = 6


@dataclass(frozen=True)
class Voice:
    """One voice with how much it says; `share` is 0 to 100 of everything said."""

    speaker: Speaker
    lines: int
    talk_ms: int
    share: int


class SpeakerService:
    """The rules of voices."""

    def __init__(self, session: Session, media: MediaService) -> None:
        self.session = session
        self.media = media
        self.speakers = SpeakerRepository(session)
        self.lines = LineRepository(session)

    def get_for(self, viewer: User, public_id: UUID, permission: str) -> tuple[Speaker, Media, Seat]:
        """Return the voice, its recording and the viewer's seat; raises `NotFound` or `Forbidden`."""
        speaker = self.speakers.get_by_public_id(public_id)
        media = self.media.media.get(speaker.media_id) if speaker else None
        if speaker is None or media is None or media.deleted_at is not None:
            raise NotFound()
        return speaker, media, self.media.projects.seat_of(viewer, media.project_id, permission)

    def named(self, media: Media, name: str) -> Speaker:
        """Return the recording's voice of this name, made where there is none; raises `Invalid`."""
        name = _clean(name)
        return self.speakers.find_by_name(media.id, name) or self._create(media, name, verified=True)

    def labelled(self, media: Media, names: set[str]) -> dict[str, int]:
        """Return the id of the voice for each name a file uses, made where there is none."""
        return {name: (self.speakers.find_by_name(media.id, name) or self._create(media, name)).id for name in names}

    def rename(self, speaker: Speaker, name: str) -> Speaker:
        """Call a voice something else in all its lines; raises `Conflict` where another is called so."""
        name = _clean(name)
        other = self.speakers.find_by_name(speaker.media_id, name)
        if other is not None and other.id != speaker.id:
            raise Conflict(
                say(
                    "There is a speaker called %(display_name)s. To make them one, merge them.",
                    display_name=other.display_name,
                ),
                "name",
            )
        return self.speakers.update(speaker, {"display_name": name, "verified": True})

    def merge(self, speaker: Speaker, into: Speaker) -> Speaker:
        """Give all lines of one voice to another and remove the first; raises `Invalid` for the same one."""
        if speaker.media_id != into.media_id:
            raise NotFound()
        if speaker.id == into.id:
            raise Invalid(say("Choose another speaker to merge with."), "into")
        for line in self.speakers.lines_of(speaker.id):
            self.lines.update(line, {"speaker_id": into.id})
        self.speakers.delete(speaker.id)
        return into

    def voices(self, media: Media, transcript: Transcript | None) -> list[Voice]:
        """Return the recording's voices by how much they say in a transcript, the most talkative first."""
        talk = {row.speaker_id: row for row in self.speakers.talk(transcript.id)} if transcript else {}
        total = sum(row.talk_ms for row in talk.values()) or 1
        voices = []
        for speaker in self.speakers.find_by_media(media.id):
            row = talk.get(speaker.id)
            said = row.talk_ms if row else 0
            voices.append(Voice(speaker, row.lines if row else 0, said, round(100 * said / total)))
        return sorted(voices, key=lambda voice: -voice.talk_ms)

    def _create(self, media: Media, name: str, *, verified: bool = False) -> Speaker:
        labels = self.speakers.labels(media.id)
        label = name
        while label in labels:
            label = f"{name[: LONGEST_NAME - 6]} {len(labels) + 1}"
            labels.add(label)
        return self.speakers.create(
            Speaker(
                project_id=media.project_id,
                media_id=media.id,
                label=label,
                display_name=name,
                color=len(labels) % COLORS + 1,
                verified=verified,
            )
        )


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(say("Use 1 to %(most)s characters.", most=LONGEST_NAME), "name")
    return name


def speaker_service(session: Session) -> SpeakerService:
    """Build the service on this session."""
    return SpeakerService(session, media_service(session))
