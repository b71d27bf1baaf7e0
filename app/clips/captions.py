"""Captions of rendered clips: the lines said in them, their times counted from the clip's own beginning."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from app.clips.models import ClipExport
from app.media.clock import Clock
from app.media.models import Media
from app.transcripts.answers import clock_for
from app.transcripts.captions import Cue, write
from app.transcripts.reads import cues_of
from app.transcripts.service import transcript_service

# A glimpse of a line at an edge is no caption.
SHORTEST_MS = 100


def captions_of(session: Session, exports: Iterable[ClipExport]) -> dict[int, str]:
    """Return WebVTT for the files of these clips in which something is said, by the file's id.

    Two or three queries for each recording. The times are those the file was rendered with, whatever the clip is now.
    """
    service = transcript_service(session)
    known: dict[int, tuple[Clock, list[Cue]]] = {}
    found: dict[int, str] = {}
    for export in exports:
        if export.media_id not in known:
            media = session.get_one(Media, export.media_id)
            transcript = service.choose(media)
            known[media.id] = (clock_for(service, media), cues_of(session, transcript) if transcript else [])
        clock, cues = known[export.media_id]
        proof = export.certificate_json
        if "in_point" not in proof or "out_point" not in proof:
            continue
        start_ms, end_ms = (round(clock.seconds(int(proof[point])) * 1000) for point in ("in_point", "out_point"))
        said = within(cues, start_ms, end_ms)
        if said:
            found[export.id] = write("vtt", said)
    return found


def within(cues: Iterable[Cue], start_ms: int, end_ms: int) -> list[Cue]:
    """Return what of the lines is said in [start_ms, end_ms), counted from its beginning."""
    cut = (
        replace(each, start_ms=max(each.start_ms, start_ms) - start_ms, end_ms=min(each.end_ms, end_ms) - start_ms)
        for each in cues
    )
    return [each for each in cut if each.end_ms - each.start_ms >= SHORTEST_MS]


def playlist(names: Iterable[str]) -> bytes:
    """Return a list that players play from top to bottom: the clips in their order, one after another."""
    return "\n".join(["#EXTM3U", *names, ""]).encode()
