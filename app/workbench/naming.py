"""What a clip is called whom nobody named: the words that are said in it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.service import ClipFields
from app.media.models import Media
from app.transcripts.answers import clock_for
from app.transcripts.models import TranscriptSegment
from app.transcripts.service import transcript_service
from app.transcripts.words import text_of

LONGEST_NAME = 60
# More lines than that are in no name.
MOST_LINES = 20


def name_of(text: str) -> str:
    """Return words as a name: as many whole ones as fit."""
    if len(text) <= LONGEST_NAME:
        return text.rstrip(".,;:")
    return text[: LONGEST_NAME - 1].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


def said_in(session: Session, media: Media, fields: ClipFields) -> str:
    """Return what a clip without a name is called: its first words in the transcript people read, or nothing.

    A word belongs to it where its middle lies inside.
    """
    service = transcript_service(session)
    transcript = service.choose(media)
    if transcript is None:
        return ""
    clock = clock_for(service, media)
    start, end = (round(clock.seconds(point) * 1000) for point in (fields.in_point, fields.out_point))
    line = TranscriptSegment
    query = sa.select(line.words_json).where(
        line.transcript_id == transcript.id, line.start_ms < end, line.end_ms > start
    )
    words = [word for row in session.scalars(query.order_by(line.seq).limit(MOST_LINES)) for word in row]
    return name_of(text_of(word for word in words if start <= (word[0] + word[1]) / 2 < end))
