"""The repositories of transcripts, lines, speakers, topics and layouts in memory."""

from app.analysis.models import ContentSegment, LayoutAnalysis, LayoutType
from app.analysis.repository import LayoutRepository, TopicRepository
from app.transcripts.models import Speaker, Transcript, TranscriptSegment, TranscriptSource
from app.transcripts.repository import LineRepository, SpeakerRepository, TranscriptRepository
from tests.core.memories import Twin


class MemoryTranscripts(Twin):
    repository = TranscriptRepository

    def find(self, media_id: int, language: str, source: TranscriptSource) -> Transcript | None:
        return self.first(lambda row: (row.media_id, row.language, row.source) == (media_id, language, source))

    def find_by_media(self, media_id: int) -> list[Transcript]:
        rows = self.where(lambda row: row.media_id == media_id)
        return sorted(rows, key=lambda row: (row.source is not TranscriptSource.IMPORT, -row.id))


class MemoryLines(Twin):
    repository = LineRepository

    def find_all(self, transcript_id: int) -> list[TranscriptSegment]:
        return sorted(self.where(lambda row: row.transcript_id == transcript_id), key=lambda row: row.seq)

    def find_touched(self, transcript_id: int) -> list[TranscriptSegment]:
        rows = [row for row in self.find_all(transcript_id) if row.updated_by is not None]
        return sorted(rows, key=lambda row: (row.start_ms, row.seq))

    def count_in(self, transcript_id: int) -> int:
        return len(self.find_all(transcript_id))


class MemorySpeakers(Twin):
    repository = SpeakerRepository

    def find_by_media(self, media_id: int) -> list[Speaker]:
        return self.where(lambda row: row.media_id == media_id)

    def find_by_name(self, media_id: int, name: str) -> Speaker | None:
        rows = self.find_by_media(media_id)
        return next((row for row in rows if row.display_name.casefold() == name.casefold()), None)

    def labels(self, media_id: int) -> set[str]:
        return {row.label for row in self.find_by_media(media_id)}


class MemoryTopics(Twin):
    repository = TopicRepository

    def find_by_media(self, media_id: int, *, limit: int = 2000) -> list[ContentSegment]:
        rows = self.where(lambda row: row.media_id == media_id)
        return sorted(rows, key=lambda row: (row.start_ms, row.id))[:limit]

    def find_in_range(self, media_id: int, start_ms: int, end_ms: int) -> list[ContentSegment]:
        return [row for row in self.find_by_media(media_id) if row.start_ms < end_ms and row.end_ms > start_ms]

    def find_touched(self, media_id: int) -> list[ContentSegment]:
        return [row for row in self.find_by_media(media_id) if row.updated_by is not None]

    def top(self, media_id: int, limit: int = 10) -> list[ContentSegment]:
        return sorted(self.find_by_media(media_id), key=lambda row: -row.importance_score)[:limit]


class MemoryLayouts(Twin):
    repository = LayoutRepository

    def find_by_media(self, media_id: int) -> LayoutAnalysis | None:
        return self.first(lambda row: row.media_id == media_id)

    def find_by_kind(self, project_id: int, kind: LayoutType) -> list[LayoutAnalysis]:
        return self.where(lambda row: row.project_id == project_id and row.layout_type is kind)
