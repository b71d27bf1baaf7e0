"""Clips that machines suggest of the most important topics, and what people make of them: accept or refuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.analysis.models import ContentSegment
from app.analysis.reads import QUIET, all_of
from app.analysis.topic_reads import topics_of
from app.analysis.topics import TopicService, told_of, topic_service
from app.auth.models import User
from app.clips.models import Clip, ClipOrigin
from app.clips.service import LONGEST_TITLE, ClipService, clip_service
from app.clips.suggestions import apart, snapped
from app.core.errors import NotFound
from app.core.texts import say
from app.core.words import lasts
from app.media.clock import Clock
from app.media.models import Media
from app.transcripts.reads import end_tick, first_tick

# Of the most important topic's weight: what counts less is no highlight.
LEAST_IMPORTANCE = 0.5
MOST = 20


@dataclass(frozen=True)
class Suggestion:
    """A clip that is not yet one: [in_point, out_point) in ticks, of a topic."""

    topic: ContentSegment
    in_point: int
    out_point: int


class HighlightService:
    """The rules of suggested clips."""

    def __init__(self, session: Session, clips: ClipService, topics: TopicService) -> None:
        self.session = session
        self.clips = clips
        self.topics = topics

    def suggestions(self, media: Media, clock: Clock) -> list[Suggestion]:
        """Return what is suggested, in time order: never sharing a tick with each other or with an accepted one."""
        transcript = told_of(self.topics.transcripts, media)
        wanted = self._wanted(media)
        if transcript is None or not wanted:
            return []
        lines = self.topics.transcripts.lines.find_all(transcript.id)
        words = sorted((int(word[0]), int(word[1])) for line in lines for word in line.words_json)
        quiet = [(each.start_ms, each.end_ms) for each in all_of(self.session, media) if each.silence_type in QUIET]
        found = [(topic, snapped((topic.start_ms, topic.end_ms), words, quiet)) for topic in wanted]
        spans = [(topic, self._ticks(media, clock, span)) for topic, span in found if span is not None]
        taken = [(clip.in_point, clip.out_point) for clip in self._accepted(media)]
        placed = apart([span for _, span in spans], taken)
        return [Suggestion(topic, *span) for (topic, _), span in zip(spans, placed, strict=True) if span is not None]

    def accept(self, editor: User, media: Media, clock: Clock, topic_id: UUID) -> Clip:
        """Make a suggestion a clip; one that was accepted already is returned. Raises `NotFound` for any other."""
        for clip in self._accepted(media):
            topic = self.topics.topics.get(clip.content_segment_id) if clip.content_segment_id else None
            if topic is not None and topic.public_id == topic_id:
                return clip
        return self._make(editor, media, self._named(media, clock, topic_id))

    def accept_all(self, editor: User, media: Media, clock: Clock) -> list[Clip]:
        """Make every suggestion a clip."""
        return [self._make(editor, media, suggestion) for suggestion in self.suggestions(media, clock)]

    def refuse(self, media: Media, topic_id: UUID) -> None:
        """Suggest no clip of this topic any more; raises `NotFound` for a topic of another recording."""
        topic = self.topics.topics.get_by_public_id(topic_id)
        if topic is None or topic.media_id != media.id:
            raise NotFound()
        self.topics.refuse(topic)

    def refuse_all(self, media: Media, clock: Clock) -> int:
        """Suggest none of what is suggested now any more; returns how many."""
        found = self.suggestions(media, clock)
        for suggestion in found:
            self.topics.refuse(suggestion.topic)
        return len(found)

    def _named(self, media: Media, clock: Clock, topic_id: UUID) -> Suggestion:
        for suggestion in self.suggestions(media, clock):
            if suggestion.topic.public_id == topic_id:
                return suggestion
        raise NotFound(say("This is not suggested any more. Reload the page."))

    def _make(self, editor: User, media: Media, suggestion: Suggestion) -> Clip:
        topic = suggestion.topic
        clip = Clip(
            project_id=media.project_id,
            media_id=media.id,
            content_segment_id=topic.id,
            title=topic.topic[:LONGEST_TITLE],
            topic=topic.topic[:LONGEST_TITLE],
            notes=topic.description or None,
            importance_score=topic.importance_score,
            in_point=suggestion.in_point,
            out_point=suggestion.out_point,
            origin=ClipOrigin.SUGGESTED,
            created_by=editor.id,
        )
        return self.clips.add(media, clip)

    def _wanted(self, media: Media) -> list[ContentSegment]:
        """Return the most important topics nobody decided on, in time order."""
        made = {clip.content_segment_id for clip in self._accepted(media)}
        open_ones = [
            topic
            for topic in topics_of(self.session, media.id)
            if topic.importance_score >= LEAST_IMPORTANCE and topic.refused_at is None and topic.id not in made
        ]
        best = sorted(open_ones, key=lambda topic: (-topic.importance_score, topic.start_ms))[:MOST]
        return sorted(best, key=lambda topic: topic.start_ms)

    def _accepted(self, media: Media) -> list[Clip]:
        return [clip for clip in self.clips.clips.find_by_media(media.id) if clip.origin is ClipOrigin.SUGGESTED]

    def _ticks(self, media: Media, clock: Clock, span: tuple[int, int]) -> tuple[int, int]:
        out_point = min(end_tick(clock, span[1]), media.duration_frames)
        return min(first_tick(clock, span[0]), max(0, out_point - 1)), out_point


def described(found: Sequence[Suggestion], clock: Clock) -> list[dict[str, Any]]:
    """Return what the page prints of suggestions."""
    return [
        {
            "topic_id": each.topic.public_id,
            "title": each.topic.topic,
            "description": each.topic.description,
            "percent": round(100 * each.topic.importance_score),
            "at_text": lasts(int(clock.seconds(each.in_point))),
            "in_point": each.in_point,
            "out_point": each.out_point,
            "in_timecode": clock.show(each.in_point),
            "out_timecode": clock.show_out(each.out_point),
            "length_text": clock.length(each.out_point - each.in_point),
        }
        for each in found
    ]


def highlight_service(session: Session) -> HighlightService:
    """Build the service on this session."""
    return HighlightService(session, clip_service(session), topic_service(session))
