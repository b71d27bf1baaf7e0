"""What the speech stage writes: each chunk as it comes, and the whole in one act that leaves people's lines alone.

A line somebody touched keeps its text, its times and its speaker, and owns its stretch of time: recognised words
whose middle falls into it are left out. Everything else of the earlier run is replaced.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.index.bulk import write_documents
from app.media.models import Media
from app.transcripts.models import Transcript, TranscriptChunk, TranscriptSegment, TranscriptSource, TranscriptStatus
from app.transcripts.repository import LineRepository, TranscriptRepository, new_rows, number_lines
from app.transcripts.words import Word, outside, text_of

LINES = TranscriptSegment.metadata.tables["transcript_segments"]


@dataclass(frozen=True)
class Kept:
    """What of a recognition is kept so far: where to go on, and in which language."""

    end_ms: int
    language: str | None


def kept_so_far(session: Session, media_id: int, work_key: str) -> Kept:
    """Return how far an earlier run of the same work came."""
    chunks = _chunks(session, media_id, work_key)
    return Kept(chunks[-1].end_ms, chunks[-1].language) if chunks else Kept(0, None)


def keep_chunk(session: Session, media_id: int, work_key: str, part: dict[str, Any]) -> None:
    """Keep one recognised chunk; a chunk that comes again replaces itself."""
    mine = (TranscriptChunk.media_id == media_id, TranscriptChunk.work_key == work_key)
    session.execute(sa.delete(TranscriptChunk).where(*mine, TranscriptChunk.start_ms == part["start_ms"]))
    session.add(
        TranscriptChunk(
            media_id=media_id,
            work_key=work_key,
            start_ms=part["start_ms"],
            end_ms=part["end_ms"],
            language=part["language"],
            segments_json=part["segments"],
        )
    )


def keep_transcript(session: Session, media_id: int, work_key: str, engine: str, person_id: int | None) -> None:
    """Make the transcript of the kept chunks, in place of the untouched lines of the earlier run.

    A recording without speech gets a transcript that says so. Writes the lines, their search documents and the
    history of the transcript, and removes the chunks.
    """
    media = session.get(Media, media_id)
    if media is None:
        return
    chunks = _chunks(session, media_id, work_key)
    language = chunks[0].language if chunks else "en"
    transcript = _transcript(session, media, language, person_id)
    touched = LineRepository(session).find_touched(transcript.id)
    _remove_untouched(session, transcript)
    spans = [(line.start_ms, line.end_ms) for line in touched]
    rows = [row for chunk in chunks for segment in chunk.segments_json for row in _rows(segment, spans)]
    write_lines(session, transcript, rows)
    words = sum(len(row["words_json"]) for row in rows) + sum(len(line.words_json) for line in touched)
    status = TranscriptStatus.READY if words else TranscriptStatus.SILENT
    TranscriptRepository(session).update(transcript, {"engine": engine, "word_count": words, "status": status})
    session.execute(sa.delete(TranscriptChunk).where(TranscriptChunk.media_id == media_id))


def write_lines(session: Session, transcript: Transcript, rows: list[dict[str, Any]]) -> None:
    """Insert lines in bulk beside those that are there, put all in the order of their times, and index the new.

    ``rows``: ``start_ms``, ``end_ms``, ``text``, ``confidence``, ``words_json``, perhaps ``speaker_id``.
    """
    connection = session.connection()
    mine = LINES.c.transcript_id == transcript.id
    before = set(connection.execute(sa.select(LINES.c.id).where(mine)).scalars())
    if rows:
        moment = now()
        placed = [{"seq": -(1 << 30) + number, "updated_at": moment, **row} for number, row in enumerate(rows)]
        connection.execute(sa.insert(LINES), new_rows(transcript, placed))
    ordered = sa.select(LINES.c.id).where(mine).order_by(LINES.c.start_ms, LINES.c.seq)
    number_lines(connection, list(connection.execute(ordered).scalars()))
    new = [line for line in LineRepository(session).find_all(transcript.id) if line.id not in before]
    write_documents(session, "CREATE", new)


def remove_lines(session: Session, lines: list[TranscriptSegment]) -> None:
    """Remove lines in bulk, and their words from the index."""
    write_documents(session, "DELETE", lines)
    ids = [line.id for line in lines]
    for start in range(0, len(ids), 500):
        session.connection().execute(sa.delete(LINES).where(LINES.c.id.in_(ids[start : start + 500])))
    for line in lines:
        session.expunge(line)


def _chunks(session: Session, media_id: int, work_key: str) -> list[TranscriptChunk]:
    """Return the chunks that follow each other from the beginning without a hole."""
    query = sa.select(TranscriptChunk).where(TranscriptChunk.media_id == media_id, TranscriptChunk.work_key == work_key)
    found: list[TranscriptChunk] = []
    for chunk in session.scalars(query.order_by(TranscriptChunk.start_ms)):
        if chunk.start_ms != (found[-1].end_ms if found else 0):
            break
        found.append(chunk)
    return found


def _transcript(session: Session, media: Media, language: str, person_id: int | None) -> Transcript:
    transcripts = TranscriptRepository(session)
    found = transcripts.find(media.id, language, TranscriptSource.SPEECH)
    return found or transcripts.create(
        Transcript(
            project_id=media.project_id,
            media_id=media.id,
            language=language,
            source=TranscriptSource.SPEECH,
            created_by=person_id,
        )
    )


def _remove_untouched(session: Session, transcript: Transcript) -> None:
    query = sa.select(TranscriptSegment).where(
        TranscriptSegment.transcript_id == transcript.id, TranscriptSegment.updated_by.is_(None)
    )
    remove_lines(session, list(session.scalars(query)))


def _rows(segment: dict[str, Any], spans: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return [line_row(run, segment["confidence"]) for run in outside(segment["words"], spans)]


def line_row(words: list[Word], confidence: float | None) -> dict[str, Any]:
    """Return the columns of the line these words make."""
    return {
        "start_ms": words[0][0],
        "end_ms": max(words[-1][1], words[0][0] + 1),
        "text": text_of(words),
        "confidence": confidence,
        "words_json": words,
    }
