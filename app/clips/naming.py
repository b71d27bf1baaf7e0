"""What a clip is called that nobody named: the words said in it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.timecode import frames_to_ms
from app.media.models import Media
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


def said_in(session: Session, media: Media, in_point: int, out_point: int) -> str:
    """Return the first words said in [in_point, out_point), in the transcript people read, as a name; or nothing.

    A word belongs to it where its middle lies inside. Where the rate varies the edges are about right: it is a name.
    """
    transcript = transcript_service(session).choose(media)
    if transcript is None:
        return ""
    start, end = (frames_to_ms(point, media.rate_num, media.rate_den) for point in (in_point, out_point))
    line = TranscriptSegment
    query = sa.select(line.words_json).where(
        line.transcript_id == transcript.id, line.start_ms < end, line.end_ms > start
    )
    words = [word for row in session.scalars(query.order_by(line.seq).limit(MOST_LINES)) for word in row]
    return name_of(text_of(word for word in words if start <= (word[0] + word[1]) / 2 < end))
