"""The clips of one recording as its page shows them: times, overlaps, and the files made of them."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.reads import names_of
from app.clips.exports import ExportLine, export_lines
from app.clips.models import Clip
from app.clips.overlaps import Shared, lanes, shared_stretches, spans
from app.clips.reads import decided_pairs, exports_of, render_jobs_of
from app.core.texts import say
from app.core.words import ago
from app.media.clock import Clock
from app.media.models import Media

# More sentences than this under one clip tell nobody anything.
MOST_OVERLAPS = 4


@dataclass(frozen=True)
class OverlapLine:
    """One overlap under a clip, with the trim that would end it."""

    text: str
    other: UUID
    trim_text: str | None
    trim_in_timecode: str | None
    trim_out_timecode: str | None
    keepable: bool = True


@dataclass(frozen=True)
class ClipRow:
    """One clip in the list and on the timeline."""

    public_id: UUID
    title: str
    in_point: int
    out_point: int
    in_s: float
    out_s: float
    in_timecode: str
    out_timecode: str
    length_text: str
    by_text: str
    version: int
    state: str
    row: int
    thumb_url: str | None
    overlaps: list[OverlapLine] = field(default_factory=list)
    exports: list[ExportLine] = field(default_factory=list)


def clip_rows(
    session: Session, media: Media, clips: list[Clip], clock: Clock
) -> tuple[list[ClipRow], list[tuple[int, int]], int]:
    """Return the rows, the spans where clips overlap (in ticks), and how many lanes the bars need."""
    ids = [clip.id for clip in clips]
    stretches = shared_stretches(clips)
    undecided = _undecided(session, stretches)
    rows_of = lanes(clips)
    names = names_of(session, (clip.created_by for clip in clips))
    exports, jobs = exports_of(session, ids), render_jobs_of(session, ids)
    rows = [
        _row(clip, clock, rows_of[clip.id], names.get(clip.created_by or 0), undecided[clip.id], media)
        for clip in clips
    ]
    for row, clip in zip(rows, clips, strict=True):
        row.exports.extend(export_lines(clip, exports[clip.id], jobs[clip.id]))
    return rows, spans(stretches), max(rows_of.values(), default=0) + 1


def _undecided(session: Session, stretches: list[Shared]) -> defaultdict[int, list[Shared]]:
    decided = decided_pairs(session, {each.one.id for each in stretches} | {each.other.id for each in stretches})
    found: defaultdict[int, list[Shared]] = defaultdict(list)
    for each in stretches:
        if tuple(sorted((each.one.id, each.other.id))) not in decided:
            found[each.other.id].append(each)
    return found


def _row(clip: Clip, clock: Clock, row: int, name: str | None, shared: list[Shared], media: Media) -> ClipRow:
    return ClipRow(
        public_id=clip.public_id,
        title=clip.title,
        in_point=clip.in_point,
        out_point=clip.out_point,
        in_s=clock.seconds(clip.in_point),
        out_s=clock.seconds(clip.out_point),
        in_timecode=clock.show(clip.in_point),
        out_timecode=clock.show_out(clip.out_point),
        length_text=clock.length(clip.length),
        by_text=" · ".join(filter(None, (name, ago(clip.created_at)))),
        version=clip.version,
        state=clip.state.value,
        row=row,
        thumb_url=f"/m/{media.public_id}/tile/{clip.in_point}.jpg" if media.width else None,
        overlaps=[_overlap_line(each, clock) for each in shared[:MOST_OVERLAPS]],
    )


def _overlap_line(shared: Shared, clock: Clock) -> OverlapLine:
    """Say what the later clip shares with the earlier one; the fix is to start after it, where that leaves a clip."""
    later, earlier = shared.other, shared.one
    starts = earlier.out_point
    fits = starts < later.out_point
    return OverlapLine(
        text=say("Shares %(length)s with “%(title)s”.", length=clock.length(shared.ticks), title=earlier.title),
        other=earlier.public_id,
        trim_text=say("Start at %(show)s", show=clock.show(starts)) if fits else None,
        trim_in_timecode=clock.show(starts) if fits else None,
        trim_out_timecode=clock.show_out(later.out_point) if fits else None,
    )
