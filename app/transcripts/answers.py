"""What the transcript's pages and pieces are filled with."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app.media.clock import Clock, exact_clock
from app.media.models import Media, RenditionKind
from app.media.tus import storage
from app.projects.service import Seat
from app.transcripts.models import TranscriptSegment
from app.transcripts.reads import Line, Wanted, show, speakers_of
from app.transcripts.repository import Said
from app.transcripts.service import TranscriptService

LONGEST_MS = 12


def clock_for(service: TranscriptService, media: Media) -> Clock:
    """Return the recording's clock, exact where its rate varies."""
    row = service.media.media.rendition(media.id, RenditionKind.FRAME_INDEX) if media.variable_rate else None
    return exact_clock(media, storage().path_of(row.path) if row else None)


def wanted() -> Wanted:
    """Read what of a transcript the address names; what makes no sense is as if not there."""
    at = request.args.get("at", "")
    return Wanted(
        at_ms=int(at) if at.isdecimal() and len(at) < LONGEST_MS else 0,
        after=request.args.get("after"),
        transcript=asked_transcript(),
    )


def asked_transcript() -> UUID | None:
    """Return which of several transcripts the address names."""
    try:
        return UUID(request.args.get("transcript", ""))
    except ValueError:
        return None


def shown_lines(session: Session, service: TranscriptService, *lines: TranscriptSegment) -> list[Line]:
    """Return neighbouring lines as the page shows them."""
    media = service.media.media.get(lines[0].media_id)
    assert media is not None
    speakers = speakers_of(session, media.id)
    above = speakers.get(service.lines.speaker_above(lines[0]) or 0)
    said = [Said(line, speakers.get(line.speaker_id or 0)) for line in lines]
    return show(said, clock_for(service, media), above.display_name if above else None)


def names(media: Media, seat: Seat, **more: Any) -> dict[str, Any]:
    """Return what every template of these pages needs."""
    return {"media": media, "project": seat.project, "can_edit": seat.may("transcript:edit"), **more}
