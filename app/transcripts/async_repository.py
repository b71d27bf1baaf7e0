"""The repositories of transcripts, lines and speakers as coroutines, over `run_sync`."""

from collections.abc import Sequence

from app.core.async_repository import AsyncRepository
from app.transcripts.models import Speaker, Transcript, TranscriptSegment, TranscriptSource
from app.transcripts.repository import LineRepository, SpeakerRepository, TranscriptRepository


class AsyncTranscriptRepository(AsyncRepository[Transcript]):
    """See `TranscriptRepository`."""

    repository = TranscriptRepository

    async def find(self, media_id: int, language: str, source: TranscriptSource) -> Transcript | None:
        return await self._run(lambda rows: rows.find(media_id, language, source))

    async def find_by_media(self, media_id: int) -> Sequence[Transcript]:
        return await self._run(lambda rows: rows.find_by_media(media_id))


class AsyncLineRepository(AsyncRepository[TranscriptSegment]):
    """See `LineRepository`."""

    repository = LineRepository

    async def find_all(self, transcript_id: int) -> Sequence[TranscriptSegment]:
        return await self._run(lambda rows: rows.find_all(transcript_id))

    async def find_touched(self, transcript_id: int) -> Sequence[TranscriptSegment]:
        return await self._run(lambda rows: rows.find_touched(transcript_id))

    async def count_in(self, transcript_id: int) -> int:
        return await self._run(lambda rows: rows.count_in(transcript_id))


class AsyncSpeakerRepository(AsyncRepository[Speaker]):
    """See `SpeakerRepository`."""

    repository = SpeakerRepository

    async def find_by_media(self, media_id: int) -> Sequence[Speaker]:
        return await self._run(lambda rows: rows.find_by_media(media_id))

    async def find_by_name(self, media_id: int, name: str) -> Speaker | None:
        return await self._run(lambda rows: rows.find_by_name(media_id, name))

    async def labels(self, media_id: int) -> set[str]:
        return await self._run(lambda rows: rows.labels(media_id))
