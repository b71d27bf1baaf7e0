"""Who speaks when, drawn on the timeline: lines of one voice that follow each other are one turn."""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.transcripts.models import Speaker, TranscriptSegment

MOST_LINES = 5000
# More bars than this are no better seen: pauses between lines are then passed over more and more generously.
MOST_TURNS = 400
PAUSE_MS = 700


@dataclass(frozen=True)
class Turn:
    """Somebody speaks in [in_s, out_s); `hue` 0 and no name where nobody said who."""

    in_s: float
    out_s: float
    name: str | None
    hue: int


def turns_of(session: Session, transcript_id: int) -> list[Turn]:
    """Return at most 400 turns in order; one query."""
    line = TranscriptSegment
    query = (
        sa.select(line.start_ms, line.end_ms, Speaker.display_name, Speaker.color)
        .outerjoin(Speaker, Speaker.id == line.speaker_id)
        .where(line.transcript_id == transcript_id)
        .order_by(line.start_ms, line.seq)
        .limit(MOST_LINES)
    )
    said = [
        Turn(row.start_ms / 1000, row.end_ms / 1000, row.display_name, row.color or 0) for row in session.execute(query)
    ]
    pause_s = PAUSE_MS / 1000
    turns = joined(said, pause_s)
    while len(turns) > MOST_TURNS:
        pause_s *= 2
        turns = joined(said, pause_s)
    return turns


def joined(said: list[Turn], pause_s: float) -> list[Turn]:
    """Join what one voice says with no longer pause; past a minute's pause voices are joined too."""
    turns: list[Turn] = []
    for each in said:
        last = turns[-1] if turns else None
        same = last is not None and (last.name, last.hue) == (each.name, each.hue)
        if last is not None and each.in_s - last.out_s <= pause_s and (same or pause_s > 60):
            turns[-1] = replace(last, out_s=max(last.out_s, each.out_s))
        else:
            turns.append(each)
    return turns
