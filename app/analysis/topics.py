"""What people do with topics: name and describe them, take one away, have them found again."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.analysis.models import ContentSegment
from app.analysis.repository import TopicRepository
from app.auth.models import User
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.texts import later, say
from app.index.bulk import move_documents
from app.jobs.models import Job
from app.media.models import Media
from app.media.moves import follows_moves
from app.media.service import MediaService, media_service
from app.projects.service import Seat
from app.transcripts.models import Transcript, TranscriptStatus
from app.transcripts.service import TranscriptService, transcript_service

LONGEST_TOPIC = 255
LONGEST_DESCRIPTION = 5000
NO_TRANSCRIPT = later("There is no transcript to find topics in.")


@dataclass(frozen=True)
class TopicFields:
    """What a person calls a topic, and says of it."""

    topic: str
    description: str


class TopicService:
    """The rules of topics."""

    def __init__(self, session: Session, media: MediaService, transcripts: TranscriptService) -> None:
        self.session = session
        self.media = media
        self.transcripts = transcripts
        self.topics = TopicRepository(session)

    def get_for(self, viewer: User, public_id: UUID, permission: str) -> tuple[ContentSegment, Media, Seat]:
        """Return the topic, its recording and the viewer's seat; raises `NotFound` or `Forbidden`."""
        topic = self.topics.get_by_public_id(public_id)
        media = self.media.media.get(topic.media_id) if topic else None
        if topic is None or media is None or media.deleted_at is not None:
            raise NotFound()
        return topic, media, self.media.projects.seat_of(viewer, media.project_id, permission)

    def edit(self, editor: User, topic: ContentSegment, fields: TopicFields, version: int) -> ContentSegment:
        """Name and describe a topic; from then on finding topics again leaves it alone.

        Raises `Stale`, with both values, where somebody else changed it since `version`, and `Invalid`.
        """
        wanted = _checked(fields)
        changed = {name: value for name, value in wanted.items() if value != getattr(topic, name)}
        if version != topic.version and changed:
            theirs = {name: getattr(topic, name) for name in changed}
            raise Stale(say("Somebody saved this topic while you were editing."), changed, theirs, topic.version)
        return self.topics.update(topic, {**changed, "updated_by": editor.id}) if changed else topic

    def delete(self, topic: ContentSegment) -> None:
        """Take a topic away; clips made of it stay."""
        self.topics.delete(topic.id)

    def refuse(self, topic: ContentSegment) -> None:
        """Remember that nobody wants a clip of this topic."""
        if topic.refused_at is None:
            self.topics.update(topic, {"refused_at": now()})

    def find(self, person: User, media: Media, cost: float | None = None) -> Job:
        """Ask for topics to be found again; those people changed stay. Raises `Conflict` without a transcript.

        `cost`: what a new topic costs, None as usual; less finds more of them.
        """
        if told_of(self.transcripts, media) is None:
            raise Conflict(NO_TRANSCRIPT)
        return self.media.jobs.enqueue(
            "topics",
            project_id=media.project_id,
            media_id=media.id,
            name=media.title,
            params={} if cost is None else {"cost": cost},
            created_by=person.id,
            idempotency_key=f"topics:{media.public_id}",
        )


def told_of(transcripts: TranscriptService, media: Media) -> Transcript | None:
    """Return the transcript people read first, where it has lines."""
    transcript = transcripts.choose(media)
    return transcript if transcript is not None and transcript.status is TranscriptStatus.READY else None


def material_of(session: Session, media_id: int) -> dict[str, Any] | None:
    """Return what topics are found in: the lines, and the spans somebody described; None without a transcript."""
    service = topic_service(session)
    media = service.media.media.get(media_id)
    transcript = told_of(service.transcripts, media) if media else None
    if transcript is None:
        return None
    lines = service.transcripts.lines.find_all(transcript.id)
    ordered = sorted((line.start_ms, line.end_ms, line.text) for line in lines)
    kept = [(row.start_ms, row.end_ms) for row in service.topics.find_touched(media_id)]
    return {"lines": ordered, "kept": kept}


def _checked(fields: TopicFields) -> dict[str, str]:
    topic, description = " ".join(fields.topic.split()), " ".join(fields.description.split())
    if not topic:
        raise Invalid(say("Give the topic a name."), "topic")
    if len(topic) > LONGEST_TOPIC:
        raise Invalid(say("Use at most %(most)s characters.", most=LONGEST_TOPIC), "topic")
    if len(description) > LONGEST_DESCRIPTION:
        raise Invalid(
            say("Use at most %(most)s characters.", most=f"{LONGEST_DESCRIPTION:,}"),
            "description",
        )
    return {"topic": topic, "description": description}


@follows_moves
def take_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let a recording's topics follow it to its new project."""
    TopicRepository(session).move_media(media.id, media.project_id)
    move_documents(session, ContentSegment.tracking.entity_type, media.id, media.project_id)


def topic_service(session: Session) -> TopicService:
    """Build the service on this session."""
    return TopicService(session, media_service(session), transcript_service(session))
