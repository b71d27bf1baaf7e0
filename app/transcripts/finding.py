"""Find words within one transcript: the lines that have all of them, marked."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.marks import Runs, marked
from app.core.search_text import query_tokens, tokens
from app.core.words import lasts
from app.media.clock import Clock
from app.transcripts.models import Transcript, TranscriptSegment
from app.transcripts.reads import first_tick, speakers_of
from app.transcripts.repository import LineRepository

MOST = 200
LONGEST = 200


@dataclass(frozen=True)
class FoundLine:
    """A line that has the words; `runs` are (text, is a hit) stretches, `from_ms` where reading on begins."""

    public_id: UUID
    from_ms: int
    frame: int
    at_text: str
    speaker: str | None
    runs: Runs


@dataclass(frozen=True)
class Found:
    """What was typed, how many lines have it, and the first two hundred of them."""

    typed: str
    total: int
    lines: list[FoundLine]


def find_lines(session: Session, transcript: Transcript, clock: Clock, typed: str) -> Found | None:
    """Return the lines with every word typed, the words as beginnings; None where no word was typed. Two queries."""
    typed = typed[:LONGEST]
    wanted = query_tokens(typed)
    if not wanted:
        return None
    hits = [line for line in LineRepository(session).find_all(transcript.id) if _has(line, wanted)]
    voices = speakers_of(session, transcript.media_id)
    lines = []
    for line in hits[:MOST]:
        voice = voices.get(line.speaker_id or 0)
        lines.append(
            FoundLine(
                public_id=line.public_id,
                from_ms=line.start_ms,
                frame=first_tick(clock, line.start_ms),
                at_text=lasts(line.start_ms // 1000),
                speaker=voice.display_name if voice else None,
                runs=marked(line.text, (), wanted),
            )
        )
    return Found(typed, len(hits), lines)


def _has(line: TranscriptSegment, wanted: list[str]) -> bool:
    said = tokens(line.text)
    return all(any(token.startswith(start) for token in said) for start in wanted)
