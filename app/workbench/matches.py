"""Stepping through what a search found in this recording: which match this is, the one before, the one behind."""

from bisect import bisect_right
from dataclasses import dataclass
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.models import Clip
from app.core.timecode import ms_to_frames
from app.index.kinds import scope_of
from app.index.models import SearchDocument
from app.index.query import Wanted, newest_places
from app.index.question import parse
from app.media.models import Media

LONGEST_QUESTION = 400


@dataclass(frozen=True)
class Matches:
    """Where one stands among a search's matches; a URL is None at the first and the last of them."""

    text: str
    number: int
    count: int
    previous_url: str | None
    next_url: str | None
    search_url: str


def matches_in(session: Session, media: Media, text: str, at_frame: int) -> Matches | None:
    """Return the place among the matches of the recording's lines and clips; None where nothing was searched."""
    question = parse(text[:LONGEST_QUESTION])
    if not question.asks:
        return None
    frames = _frames(session, media, text[:LONGEST_QUESTION])
    # The last one that begins at or before the frame on screen.
    number = bisect_right(frames, at_frame)
    return Matches(
        text=question.text,
        number=number,
        count=len(frames),
        previous_url=_url(media, text, frames[number - 2]) if number > 1 else None,
        next_url=_url(media, text, frames[number]) if number < len(frames) else None,
        search_url=f"/search?{urlencode({'q': text})}",
    )


def _frames(session: Session, media: Media, text: str) -> list[int]:
    scopes = [scope_of(media.project_id, kind) for kind in ("line", "clip")]
    places = newest_places(session, Wanted(parse(text), scopes)).subquery()
    document = SearchDocument
    query = sa.select(document.entity_type, document.entity_id, document.start_ms)
    rows = session.execute(
        query.where(document.place.in_(sa.select(places.c.place)), document.media_id == media.id)
    ).all()
    clips = [row.entity_id for row in rows if row.entity_type == "clip"]
    starts = session.scalars(sa.select(Clip.in_point).where(Clip.id.in_(clips))).all() if clips else []
    lines = [ms_to_frames(row.start_ms, media.rate_num, media.rate_den) for row in rows if row.start_ms is not None]
    return sorted({*starts, *lines})


def _url(media: Media, text: str, frame: int) -> str:
    return f"/m/{media.public_id}?{urlencode({'f': frame, 'q': text})}#at"
