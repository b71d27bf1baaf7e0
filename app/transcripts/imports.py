"""Take in a file of lines as a transcript of its own, in place of the one brought before in the same language."""

from typing import Any

from sqlalchemy.orm import Session

from app.auth.models import User
from app.media.models import Media
from app.transcripts.captions import Cue
from app.transcripts.models import Transcript, TranscriptSource, TranscriptStatus
from app.transcripts.repository import LineRepository, TranscriptRepository
from app.transcripts.results import line_row, remove_lines, write_lines
from app.transcripts.speakers import speaker_service


def bring(session: Session, editor: User, media: Media, cues: list[Cue], language: str) -> Transcript:
    """Write the lines, their search documents and speakers; the earlier import in this language is replaced."""
    transcripts = TranscriptRepository(session)
    found = transcripts.find(media.id, language, TranscriptSource.IMPORT)
    transcript = found or transcripts.create(
        Transcript(
            project_id=media.project_id,
            media_id=media.id,
            language=language,
            source=TranscriptSource.IMPORT,
            created_by=editor.id,
        )
    )
    remove_lines(session, LineRepository(session).find_all(transcript.id))
    voices = speaker_service(session).labelled(media, {cue.speaker for cue in cues if cue.speaker})
    write_lines(session, transcript, [_row(cue, voices) for cue in cues])
    words = sum(len(cue.words) for cue in cues)
    return transcripts.update(transcript, {"word_count": words, "status": TranscriptStatus.READY})


def _row(cue: Cue, voices: dict[str, int]) -> dict[str, Any]:
    # The line keeps the file's own times: captions may stand longer than their words are said.
    times = {"start_ms": cue.start_ms, "end_ms": cue.end_ms, "speaker_id": voices.get(cue.speaker or "")}
    return {**line_row(cue.words, None), **times}
