"""The frame index: which frame is shown when, made once by the probe and used by everything after it.

It is what makes a frame number mean one picture, at variable rate too. Kept as a small compressed file of
plain arrays, never a pickle.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VERSION = 1


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Presentation times of all frames in display order, in ticks of ``time_base``.

    ``pts``: int64, strictly rising; ``keys``: bool, same length; ``end_pts``: where the last frame ends.
    ``by_order``: the file's own times are not those of its frames (AVI with B-frames), so that frames can
    only be counted from the start.
    """

    pts: NDArray[np.int64]
    keys: NDArray[np.bool_]
    time_base: Fraction
    end_pts: int
    by_order: bool = False

    def __post_init__(self) -> None:
        if len(self.pts) == 0 or len(self.pts) != len(self.keys):
            raise ValueError("a frame index needs as many key flags as times, and at least one")
        if self.time_base <= 0 or self.end_pts <= self.pts[-1] or bool(np.any(np.diff(self.pts) <= 0)):
            raise ValueError("the times of a frame index rise from frame to frame")

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def first_pts(self) -> int:
        return int(self.pts[0])

    def boundary(self, number: int) -> int:
        """Give the time a frame begins at; the number after the last gives the end."""
        return int(self.pts[number]) if number < len(self) else self.end_pts

    def offset(self, number: int) -> Fraction:
        """Give the exact seconds between the first frame and the beginning of this one."""
        return (self.boundary(number) - self.first_pts) * self.time_base

    def seconds(self, number: int) -> float:
        """Give the same as ``offset``, rounded, for drawing and seeking."""
        return float(self.offset(number))

    def nearest(self, pts: int) -> int:
        """Give the frame whose beginning is nearest to a time in ticks."""
        after = int(np.searchsorted(self.pts, pts))
        if after == 0:
            return 0
        if after == len(self) or pts - self.pts[after - 1] <= self.pts[after] - pts:
            return after - 1
        return after

    def exactly(self, pts: int) -> int | None:
        """Give the frame that begins at this very tick, or None."""
        place = int(np.searchsorted(self.pts, pts))
        return place if place < len(self) and self.pts[place] == pts else None

    def on_screen(self, seconds: float | Fraction) -> int:
        """Give the frame shown at a time counted from the first frame."""
        ticks = self.first_pts + Fraction(seconds) / self.time_base
        return max(0, int(np.searchsorted(self.pts, float(ticks), side="right")) - 1)

    def key_before(self, number: int) -> int:
        """Give the last key frame at or before a frame; the first frame when there is none."""
        before = np.flatnonzero(self.keys[: number + 1])
        return int(before[-1]) if len(before) else 0

    def key_after(self, number: int) -> int | None:
        """Give the first key frame at or after a frame, or None."""
        after = np.flatnonzero(self.keys[number:])
        return number + int(after[0]) if len(after) else None

    def save(self, path: Path) -> None:
        """Write the index; an hour of video takes a few kilobytes, since times rise in equal steps."""
        facts = [VERSION, self.time_base.numerator, self.time_base.denominator, self.end_pts, int(self.by_order)]
        times = np.diff(self.pts, prepend=0)
        with path.open("wb") as file:
            np.savez_compressed(file, facts=np.array(facts, np.int64), steps=times, keys=np.packbits(self.keys))

    @classmethod
    def load(cls, path: Path) -> "FrameIndex":
        """Read an index back; raises ValueError when the file is not one."""
        with np.load(path, allow_pickle=False) as stored:
            facts, steps, keys = stored["facts"], stored["steps"], stored["keys"]
        if facts.shape != (5,) or facts[0] != VERSION or steps.dtype != np.int64 or keys.dtype != np.uint8:
            raise ValueError("this is not a frame index of this version")
        _, num, den, end_pts, by_order = (int(fact) for fact in facts)
        flags = np.unpackbits(keys, count=len(steps)).astype(bool)
        return cls(np.cumsum(steps), flags, Fraction(num, den), end_pts, bool(by_order))
