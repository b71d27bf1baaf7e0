"""Find where the picture is black, without decoding the whole recording.

A black picture of a second or more holds at least one key frame of a proxy, and a black key frame is
small: only small ones are decoded, and only around black ones is every frame looked at.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame

from app.core.texts import say
from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media
from app.processing.reading import demux, read_frames, read_keys, require_picture

Report = Callable[[float, str], None]
Span = tuple[int, int]

DARK = 32
SHARE_DARK = 0.98
# A black key frame has a byte for many pixels; headers alone take some hundred bytes.
PIXELS_PER_BYTE = 60
SMALL_ANYWAY = 3000
KEYS_AT_ONCE = 50


def blank_spans(path: Path, index: FrameIndex, report: Report) -> list[Span]:
    """Give the black stretches as milliseconds from the first frame, sorted, apart from each other."""
    with open_media(path) as container:
        candidates = _small_keys(container, index)
    runs: list[list[int]] = []
    with open_media(path) as container:
        black = _black_keys(container, index, candidates, report)
        for start, end in _neighbours(index, black):
            dark = [number for number, frame in read_frames(container, index, start, end) if is_black(frame)]
            runs += _runs(dark)
    return [(_ms(index, run[0]), _ms(index, run[-1] + 1)) for run in _runs(sorted(set().union(*runs)))]


def is_black(frame: VideoFrame) -> bool:
    """Tell whether nearly all of a picture is darker than dark grey."""
    small = frame.reformat(width=64, height=36, format="gray", interpolation="AREA")
    return float((small.to_ndarray() <= DARK).mean()) >= SHARE_DARK


def _small_keys(container: InputContainer, index: FrameIndex) -> list[int]:
    stream = require_picture(container)
    limit = max(SMALL_ANYWAY, stream.codec_context.width * stream.codec_context.height // PIXELS_PER_BYTE)
    found = []
    for packet in demux(container, stream):
        if packet.is_keyframe and packet.pts is not None and packet.size <= limit:
            number = index.exactly(packet.pts)
            if number is not None and index.keys[number]:
                found.append(number)
    return found


def _black_keys(container: InputContainer, index: FrameIndex, candidates: list[int], report: Report) -> Iterator[int]:
    for first in range(0, len(candidates), KEYS_AT_ONCE):
        group = candidates[first : first + KEYS_AT_ONCE]
        yield from (number for number, frame in read_keys(container, index, group) if is_black(frame))
        report(first / len(candidates), say("Looking for a black picture"))


def _neighbours(index: FrameIndex, black: Iterator[int]) -> list[Span]:
    """Give the frames to look at one by one: from the key before each black key to the key after it."""
    spans: list[Span] = []
    for key in sorted(black):
        start = index.key_before(max(0, key - 1))
        after = index.key_after(key + 1)
        end = len(index) if after is None else after
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _runs(numbers: list[int]) -> list[list[int]]:
    """Part sorted numbers where one is missing."""
    if not numbers:
        return []
    breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
    return [part.tolist() for part in np.split(np.array(numbers), breaks)]


def _ms(index: FrameIndex, number: int) -> int:
    return round(index.offset(number) * 1000)
