"""Topics as pages and programs read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.analysis.chapters import Chapter
from app.analysis.models import ContentSegment
from app.analysis.repository import TopicRepository
from app.core.words import lasts
from app.media.clock import Clock
from app.transcripts.reads import first_tick


@dataclass(frozen=True)
class TopicRow:
    """One topic; `percent` is its importance of 100."""

    public_id: UUID
    topic: str
    description: str
    keywords: list[str]
    concepts: list[str]
    frame: int
    at_text: str
    length_text: str
    percent: int
    version: int
    edited: bool


def topics_of(session: Session, media_id: int) -> list[ContentSegment]:
    """Return a recording's topics in the order they begin."""
    return TopicRepository(session).find_by_media(media_id)


def shown(topics: Sequence[ContentSegment], clock: Clock) -> list[TopicRow]:
    """Return topics as the page shows them."""
    return [
        TopicRow(
            public_id=topic.public_id,
            topic=topic.topic,
            description=topic.description,
            keywords=list(topic.keywords),
            concepts=list(topic.concepts),
            frame=first_tick(clock, topic.start_ms),
            at_text=lasts(topic.start_ms // 1000),
            length_text=lasts((topic.end_ms - topic.start_ms) / 1000),
            percent=round(100 * topic.importance_score),
            version=topic.version,
            edited=topic.updated_by is not None,
        )
        for topic in topics
    ]


def chapters_of(topics: Sequence[ContentSegment]) -> list[Chapter]:
    """Return topics as chapters."""
    return [Chapter(topic.start_ms, topic.end_ms, topic.topic) for topic in topics]


def topic_to_dict(topic: ContentSegment) -> dict[str, Any]:
    """Return what of a topic programs may read."""
    return {
        "public_id": str(topic.public_id),
        "start_ms": topic.start_ms,
        "end_ms": topic.end_ms,
        "topic": topic.topic,
        "description": topic.description,
        "importance": topic.importance_score,
        "keywords": topic.keywords,
        "concepts": topic.concepts,
        "edited": topic.updated_by is not None,
        "version": topic.version,
    }
