"""Prove by looking that a rendered frame is the source frame it should be, and not a neighbour of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media
from app.processing.reading import read_frames

REACH = 2
PEAK = 255.0
IDENTICAL_DB = 100.0
# Below this not even the right frame is shown: another size, other colours or other brightness.
LEAST_DB = 25.0
# A neighbour is the same picture when it is this much nearer to the source frame than the rendered one is.
TWIN_DB = 3.0
TELLING_DB = 0.5


@dataclass(frozen=True)
class Likeness:
    """How like a rendered frame is to the source frames around the one it should be.

    ``psnr`` maps offsets -2 to 2 to dB; ``verdict`` is "matched", "indistinguishable" (its neighbours look the
    same, so that only the times tell them apart) or "wrong".
    """

    rendered: int
    source: int
    psnr: dict[int, float]
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, offsets in order."""
        return {
            "rendered_frame": self.rendered,
            "source_frame": self.source,
            "psnr": [{"offset": offset, "db": round(value, 2)} for offset, value in sorted(self.psnr.items())],
            "best_offset": max(self.psnr, key=self.psnr.__getitem__, default=None),
            "verdict": self.verdict,
        }


def likeness(
    source: Path, index: FrameIndex, rendered: VideoFrame, numbers: tuple[int, int]
) -> tuple[Likeness, VideoFrame | None]:
    """Compare one rendered frame with source frames n-2 to n+2; also give source frame n itself.

    ``numbers``: of the frame in the clip, and of the source frame n it should be. A frame that cannot be
    decoded from the source is "wrong" with no figures.
    """
    in_clip, wanted = numbers
    first, stop = max(0, wanted - REACH), min(len(index), wanted + REACH + 1)
    with open_media(source) as container:
        around = dict(read_frames(container, index, first, stop))
    pictures = {number: _luma(frame, rendered) for number, frame in around.items()}
    values = {number: psnr(_luma(rendered, rendered), picture) for number, picture in pictures.items()}
    verdict = "wrong" if wanted not in pictures else _judge(wanted, values, pictures)
    by_offset = {number - wanted: value for number, value in values.items()}
    return Likeness(in_clip, wanted, by_offset, verdict), around.get(wanted)


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Give the peak signal-to-noise ratio of two pictures in dB, at most 100."""
    difference = np.subtract(one, other, dtype=np.int16).astype(np.float32)
    error = float(np.mean(np.square(difference)))
    return IDENTICAL_DB if error == 0 else min(IDENTICAL_DB, float(10 * np.log10(PEAK**2 / error)))


def _judge(wanted: int, values: Mapping[int, float], pictures: Mapping[int, NDArray[np.uint8]]) -> str:
    own = values[wanted]
    others = {number: value for number, value in values.items() if number != wanted}
    twins = {number for number in others if psnr(pictures[wanted], pictures[number]) >= own + TWIN_DB}
    if own < LEAST_DB or any(value >= own for number, value in others.items() if number not in twins):
        return "wrong"
    close = any(own - others[number] < TELLING_DB for number in twins)
    return "indistinguishable" if close else "matched"


def _luma(frame: VideoFrame, like: VideoFrame) -> NDArray[np.uint8]:
    """Give the brightness of a frame in 8 bits, at the size of the rendered one."""
    if (frame.width, frame.height, frame.format.name) != (like.width, like.height, like.format.name):
        frame = frame.reformat(width=like.width, height=like.height, format=like.format.name)
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return np.ascontiguousarray(rows[: frame.height, : frame.width])
