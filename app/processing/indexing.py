"""Make the frame index of a file: from its packets where their times are true, else by decoding."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.cadence import DEFAULT_RATE
from app.processing.errors import MediaRefused
from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media, use_threads
from app.processing.reading import decode, demux, require_picture, rewind

Report = Callable[[float, str], None]

FRAMES_TRIED = 5
PACKETS_BETWEEN_REPORTS = 2000
VP8_SHOWN = 0x10


def make_index(path: Path) -> FrameIndex:
    """Index a file that is here already, such as one just written."""
    with open_media(path) as container:
        return look_through(path, container, require_picture(container), lambda fraction, message: None)[0]


def index_of(params: dict[str, Any]) -> FrameIndex:
    """Load the index a task was given; where it was given none, as for a proxy, make one."""
    if params.get("index"):
        return FrameIndex.load(Path(params["index"]))
    return make_index(Path(params["path"]))


def look_through(
    path: Path, container: InputContainer, stream: VideoStream, report: Report
) -> tuple[FrameIndex, VideoFrame]:
    """Give the index of an opened file and its first frame; raises MediaRefused when none decodes."""
    scan = _scan(container, stream, report)
    rewind(container)
    frames = list(islice(decode(container, stream), FRAMES_TRIED))
    if not frames:
        raise MediaRefused(
            say("Not one frame of this recording can be decoded. Check that it plays, and send it again.")
        )
    return _of_packets(container, stream, scan, frames) or _by_decoding(path, report), frames[0]


@dataclass(frozen=True)
class _Scan:
    """What the packets of the picture say: times with key flags, whether all had times, and the last end."""

    times: list[tuple[int, bool]]
    complete: bool
    end_pts: int


def _scan(container: InputContainer, stream: VideoStream, report: Report) -> _Scan:
    """Read all packets without decoding; what an edit list hides is left out, and VP8's unseen frames."""
    times, end, complete = [], 0, True
    hides_frames = stream.codec_context.name == "vp8"
    for number, packet in enumerate(demux(container, stream)):
        if packet.size == 0 or packet.is_discard:
            continue
        if hides_frames and not memoryview(packet)[0] & VP8_SHOWN:
            continue
        if packet.pts is None:
            complete = False
            continue
        times.append((packet.pts, packet.is_keyframe))
        end = max(end, packet.pts + (packet.duration or 0))
        if number % PACKETS_BETWEEN_REPORTS == 0:
            report(_share(packet, container.size), say("Counting frames"))
    return _Scan(times, complete and bool(times), end)


def _share(packet: "Packet[Any]", size: int) -> float:
    return packet.pos / size if size and packet.pos is not None else 0.5


def _of_packets(
    container: InputContainer, stream: VideoStream, scan: _Scan, first: list[VideoFrame]
) -> FrameIndex | None:
    """Make the index from the packets' times; None when they are not the times of the frames."""
    shown = [frame.pts for frame in first if frame.pts is not None]
    times = dict(sorted(scan.times))
    in_order = len(shown) == len(first) and all(a < b for a, b in pairwise(shown))
    # AVI has no presentation times: with B-frames its packets' times are those of decoding.
    guessed = container.format.name == "avi" and bool(stream.codec_context.reorder_depth)
    if not scan.complete or not in_order or guessed or any(pts not in times for pts in shown):
        return None
    # Frames before the first that decodes lean on pictures that are not in the file.
    pts = np.array([time for time in times if time >= shown[0]], np.int64)
    keys = np.array([times[int(time)] for time in pts], bool)
    keys[0] = True
    return FrameIndex(pts, keys, stream.time_base or Fraction(1, 1000), _end(pts, scan.end_pts))


def _by_decoding(path: Path, report: Report) -> FrameIndex:
    """Count every frame that decodes; their times follow from the rate alone."""
    with open_media(path) as container:
        stream = require_picture(container)
        use_threads(stream)
        rate = Fraction(stream.average_rate or stream.guessed_rate or DEFAULT_RATE)
        count = 0
        for _ in decode(container, stream):
            count += 1
            report(0.5, f"Counted {count} frames")
    keys = np.zeros(count, bool)
    keys[0] = True
    return FrameIndex(np.arange(count, dtype=np.int64), keys, 1 / rate, count, by_order=True)


def _end(pts: NDArray[np.int64], declared: int) -> int:
    """Give where the last frame ends: as declared when plausible, else one usual step on."""
    steps = np.diff(pts)
    usual = int(np.median(steps)) if len(steps) else 0
    last = declared - int(pts[-1])
    if last <= 0 or (usual and last > 4 * max(usual, int(steps.max()))):
        return int(pts[-1]) + max(1, usual)
    return declared
