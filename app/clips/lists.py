"""A project's clips as its list shows them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.reads import names_of
from app.clips.exports import ExportLine, export_lines
from app.clips.models import Clip
from app.clips.overlaps import shared_stretches
from app.clips.reads import exports_of, render_jobs_of
from app.media.clock import clock_of
from app.media.models import Media
from app.tags.links import names_of as tags_of


@dataclass(frozen=True)
class ClipLine:
    """One clip of the list."""

    public_id: UUID
    title: str
    media_public_id: UUID
    media_title: str
    in_point: int
    in_timecode: str
    out_timecode: str
    length_text: str
    by_text: str | None
    updated_at: datetime
    overlap_count: int
    exports: list[ExportLine]
    tags: list[tuple[str, int]] = field(default_factory=list)


def clip_lines(session: Session, clips: list[Clip]) -> list[ClipLine]:
    """Return the lines of these clips in their order; five queries however many there are."""
    if not clips:
        return []
    ids = [clip.id for clip in clips]
    query = sa.select(Media).where(Media.id.in_({clip.media_id for clip in clips}))
    media = {row.id: row for row in session.scalars(query)}
    exports, jobs = exports_of(session, ids), render_jobs_of(session, ids)
    people = names_of(session, (clip.created_by for clip in clips))
    overlaps, tags = _overlap_counts(clips), tags_of(session, "clip", ids)
    return [
        replace(
            _line(clip, media[clip.media_id], people, overlaps, export_lines(clip, exports[clip.id], jobs[clip.id])),
            tags=tags[clip.id],
        )
        for clip in clips
    ]


def _line(
    clip: Clip, media: Media, people: dict[int, str], overlaps: dict[int, int], exports: list[ExportLine]
) -> ClipLine:
    clock = clock_of(media)
    return ClipLine(
        public_id=clip.public_id,
        title=clip.title,
        media_public_id=media.public_id,
        media_title=media.title,
        in_point=clip.in_point,
        in_timecode=clock.show(clip.in_point),
        out_timecode=clock.show_out(clip.out_point),
        length_text=clock.length(clip.length),
        by_text=people.get(clip.created_by or 0),
        updated_at=clip.updated_at,
        overlap_count=overlaps.get(clip.id, 0),
        exports=exports,
    )


def _overlap_counts(clips: list[Clip]) -> dict[int, int]:
    """Count, for each clip, the others of its recording on this page it shares ticks with."""
    counts: dict[int, int] = {}
    for media_id in {clip.media_id for clip in clips}:
        for shared in shared_stretches([clip for clip in clips if clip.media_id == media_id]):
            for clip in (shared.one, shared.other):
                counts[clip.id] = counts.get(clip.id, 0) + 1
    return counts
