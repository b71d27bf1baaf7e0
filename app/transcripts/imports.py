"""Take in a file of lines as a transcript of its own, in place of the one brought before in the same language."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.media.models import Media
from app.transcripts.captions import Cue
from app.transcripts.models import Transcript, TranscriptSource, TranscriptStatus
from app.transcripts.repository import LineRepository, TranscriptRepository
from app.transcripts.results import line_row, remove_lines, write_lines
from app.transcripts.speakers import speaker_service


@dataclass(frozen=True)
class Brought:
    """What is brought: the lines, their language, the file they come from, and who brings them, where somebody does."""

    cues: list[Cue]
    language: str
    filename: str
    person_id: int | None


def bring(session: Session, media: Media, brought: Brought) -> Transcript:
    """Write the lines, their search documents and speakers; the earlier import in this language is replaced."""
    transcripts, cues, language = TranscriptRepository(session), brought.cues, brought.language
    found = transcripts.find(media.id, language, TranscriptSource.IMPORT)
    transcript = found or transcripts.create(
        Transcript(
            project_id=media.project_id,
            media_id=media.id,
            language=language,
            source=TranscriptSource.IMPORT,
            created_by=brought.person_id,
        )
    )
    remove_lines(session, LineRepository(session).find_all(transcript.id))
    voices = speaker_service(session).labelled(media, {cue.speaker for cue in cues if cue.speaker})
    write_lines(session, transcript, [_row(cue, voices) for cue in cues])
    words = sum(len(cue.words) for cue in cues)
    facts = {"word_count": words, "status": TranscriptStatus.READY, "engine": brought.filename[:80]}
    return transcripts.update(transcript, facts)


def bring_found(session: Session, media_id: int, brought: Brought) -> int | None:
    """Bring what lay beside a recording, and return how many lines; None where somebody corrected an earlier import.

    Those corrections are worth more than the file they began with.
    """
    media = session.get(Media, media_id)
    if media is None:
        return None
    before = TranscriptRepository(session).find(media.id, brought.language, TranscriptSource.IMPORT)
    if before is not None and LineRepository(session).find_touched(before.id):
        return None
    bring(session, media, brought)
    return len(brought.cues)


def _row(cue: Cue, voices: dict[str, int]) -> dict[str, Any]:
    # The line keeps the file's own times: captions may stand longer than their words are said.
    times = {"start_ms": cue.start_ms, "end_ms": cue.end_ms, "speaker_id": voices.get(cue.speaker or "")}
    return {**line_row(cue.words, None), **times}
