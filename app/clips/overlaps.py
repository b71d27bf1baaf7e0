"""Which clips share ticks, how many, and how to say it; overlap is information, never an error."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.clips.models import Clip
from app.core.texts import say
from app.media.clock import Clock


@dataclass(frozen=True)
class Shared:
    """Two clips of one recording and the ticks [in_point, out_point) both keep."""

    one: Clip
    other: Clip
    in_point: int
    out_point: int

    @property
    def ticks(self) -> int:
        return self.out_point - self.in_point


def shared_stretches(clips: Sequence[Clip]) -> list[Shared]:
    """Return every pair that overlaps, by a sweep over clips sorted by their in point.

    Half-open: clips that only touch share nothing.
    """
    found: list[Shared] = []
    open_clips: list[Clip] = []
    for clip in sorted(clips, key=lambda each: (each.in_point, each.out_point, each.id)):
        open_clips = [earlier for earlier in open_clips if earlier.out_point > clip.in_point]
        found += [
            Shared(earlier, clip, clip.in_point, min(earlier.out_point, clip.out_point)) for earlier in open_clips
        ]
        open_clips.append(clip)
    return found


def lanes(clips: Iterable[Clip]) -> dict[int, int]:
    """Return the row in which to draw each clip so that no two bars of one row overlap; first fit, from 0."""
    rows: dict[int, int] = {}
    ends: list[int] = []
    for clip in sorted(clips, key=lambda each: (each.in_point, each.out_point, each.id)):
        row = next((number for number, end in enumerate(ends) if end <= clip.in_point), len(ends))
        if row == len(ends):
            ends.append(0)
        ends[row] = clip.out_point
        rows[clip.id] = row
    return rows


def spans(stretches: Iterable[Shared]) -> list[tuple[int, int]]:
    """Return the shared stretches as sorted, separate [in, out) spans."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((each.in_point, each.out_point) for each in stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def describe(overlapping: Sequence[Clip], in_point: int, out_point: int, clock: Clock) -> str | None:
    """Return one sentence about the clips that share ticks with [in_point, out_point), or None."""
    if not overlapping:
        return None
    most = max(min(clip.out_point, out_point) - max(clip.in_point, in_point) for clip in overlapping)
    if len(overlapping) == 1:
        return say("Overlaps “%(title)s” by %(length)s.", title=overlapping[0].title, length=clock.length(most))
    return say(
        "Overlaps %(overlapping)s clips by up to %(length)s.", overlapping=len(overlapping), length=clock.length(most)
    )
