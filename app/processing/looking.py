"""Look over a recording at the size of a stamp: how much changes from frame to frame, and samples to compare.

Where two key frames a second apart are alike nothing was cut between them, so only the stretches between
unlike ones are decoded whole. In files with sparse key frames everything is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media
from app.processing.reading import hurry, read_frames, read_keys, require_picture

Report = Callable[[float, str], None]
Span = tuple[int, int]
Box = tuple[int, int, int, int]
Small = NDArray[np.int16]
Samples = NDArray[np.uint8]

WIDTH, HEIGHT = 160, 90
LONGEST_GAP_S = 1.5
SAMPLES_PER_S = 2
ALIKE = 5.0
MARGIN = 3
KEYS_AT_ONCE = 50


@dataclass(frozen=True)
class Look:
    """What was seen. ``change``: mean difference to the frame before, 0 where nothing can have happened;
    ``lasting``: difference between the frames around it. ``numbers`` and ``samples``: frames about once a
    second, their luma as uint8 of (samples, 90, 160).
    """

    change: NDArray[np.float32]
    lasting: NDArray[np.float32]
    numbers: list[int]
    samples: Samples


def look_over(path: Path, index: FrameIndex, report: Report) -> Look:
    """Look over a whole recording, by its key frames where they are dense enough, else frame by frame."""
    keys = np.flatnonzero(index.keys)
    gaps = np.diff(np.r_[index.pts[keys], index.end_pts]) * float(index.time_base)
    if index.by_order or gaps.max() > LONGEST_GAP_S or len(keys) > len(index) // 4:
        return _frame_by_frame(path, index, report)
    return _by_keys(path, index, report)


def changes_between(path: Path, index: FrameIndex, spans: Sequence[Span], boxes: Sequence[Box]) -> list[int]:
    """For each (after, up to and with) span of frames give the one that changes most inside its box."""
    found = []
    with open_media(path) as container:
        hurry(require_picture(container))
        small = Stamps()
        for (after, until), (top, left, bottom, right) in zip(spans, boxes, strict=True):
            best, most, before = until, -1.0, None
            for number, frame in read_frames(container, index, after, until + 1):
                picture = small.luma(frame)[top:bottom, left:right]
                change = -1.0 if before is None else float(np.abs(picture - before).mean())
                best, most = (number, change) if change > most else (best, most)
                before = picture
            found.append(best)
    return found


class Stamps:
    """Shrink frames to 160 by 90."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Small:
        """Give luma and chroma as one array of (135, 160)."""
        small = self._reformatter.reformat(frame, WIDTH, HEIGHT, "yuv420p", interpolation="FAST_BILINEAR")
        return small.to_ndarray().astype(np.int16)

    def luma(self, frame: VideoFrame) -> Small:
        """Give luma alone, averaged rather than picked, as (90, 160)."""
        small = self._reformatter.reformat(frame, WIDTH, HEIGHT, "gray", interpolation="AREA")
        return small.to_ndarray().astype(np.int16)


class _Changes:
    """Gather the differences between frames that follow one another."""

    def __init__(self, length: int) -> None:
        self.change = np.zeros(length, np.float32)
        self.lasting = np.zeros(length, np.float32)
        self._last: list[tuple[int, Small]] = []

    def add(self, number: int, picture: Small) -> None:
        if self._last and self._last[-1][0] == number - 1:
            self.change[number] = np.abs(picture - self._last[-1][1]).mean()
            # At the end there is no frame to tell a flash by, so a change there counts as lasting.
            self.lasting[number] = self.change[number]
        else:
            self._last = []
        if len(self._last) == 2:
            self.lasting[number - 1] = np.abs(picture - self._last[0][1]).mean()
        self._last = [*self._last[-1:], (number, picture)]


def _frame_by_frame(path: Path, index: FrameIndex, report: Report) -> Look:
    changes, small, step = _Changes(len(index)), Stamps(), 1 / SAMPLES_PER_S
    numbers: list[int] = []
    samples: list[Samples] = []
    with open_media(path) as container:
        hurry(require_picture(container))
        for number, frame in read_frames(container, index):
            changes.add(number, small(frame))
            if not numbers or index.seconds(number) - index.seconds(numbers[-1]) >= step:
                numbers.append(number)
                samples.append(small.luma(frame).astype(np.uint8))
            report(
                number / len(index),
                say("Looking for scenes: frame %(number)s of %(index)s", number=f"{number:,}", index=f"{len(index):,}"),
            )
    return Look(changes.change, changes.lasting, numbers, np.array(samples))


def _by_keys(path: Path, index: FrameIndex, report: Report) -> Look:
    numbers, samples = [], []
    small, unlike, before = Stamps(), [], None
    for number, frame in _keys(path, index):
        picture = small(frame)
        if before is not None and np.abs(picture - before).mean() >= ALIKE:
            unlike.append((numbers[-1], number))
        before = picture
        numbers.append(number)
        samples.append(small.luma(frame).astype(np.uint8))
        report(
            0.5 * number / len(index),
            say("Looking for scenes: frame %(number)s of %(index)s", number=f"{number:,}", index=f"{len(index):,}"),
        )
    # After the last key frame there is none to compare with.
    unlike.append((numbers[-1], len(index)))
    changes = _Changes(len(index))
    with open_media(path) as container:
        hurry(require_picture(container))
        for start, end in _joined(unlike, len(index)):
            for number, frame in read_frames(container, index, start, end):
                changes.add(number, small(frame))
                report(
                    0.5 + 0.5 * number / len(index),
                    say(
                        "Looking for cuts: frame %(number)s of %(index)s", number=f"{number:,}", index=f"{len(index):,}"
                    ),
                )
    return Look(changes.change, changes.lasting, numbers, np.array(samples))


def _keys(path: Path, index: FrameIndex) -> Iterator[tuple[int, VideoFrame]]:
    keys = [int(key) for key in np.flatnonzero(index.keys)]
    with open_media(path) as container:
        for first in range(0, len(keys), KEYS_AT_ONCE):
            yield from sorted(read_keys(container, index, keys[first : first + KEYS_AT_ONCE]))


def _joined(spans: list[Span], length: int) -> list[Span]:
    """Widen stretches by a few frames to see their neighbours, and join those that then touch."""
    joined: list[Span] = []
    for start, end in spans:
        start, end = max(0, start - MARGIN), min(length, end + MARGIN + 1)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
