"""Look at a recording once: what it is, how long it is to the frame, and when each frame is shown."""

from collections.abc import Callable, Iterator
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

from app.processing.cadence import DEFAULT_RATE, Cadence, find_cadence
from app.processing.description import describe_audio, describe_picture, describe_streams, tags_of
from app.processing.errors import MediaRefused, ProcessingFailed
from app.processing.formats import recognise
from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media, picture_stream, use_threads
from app.processing.playability import plays_in_browser
from app.processing.reading import decode, require_picture

Report = Callable[[float, str], None]

INDEX_NAME = "frame_index.npz"
FRAMES_TRIED = 5
PACKETS_BETWEEN_REPORTS = 2000
VP8_SHOWN = 0x10
AUDIO_TICKS = 1000
LONGEST_PADDING_S = Fraction(1, 10)


def probe(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Describe the recording at ``params["path"]``; for video also write the frame index.

    ``params["index"]``: where the index goes (a path in the work folder). Gives ``kind`` ("video" or
    "audio"), ``container``, ``content_type``, ``duration_frames`` (milliseconds for audio), ``rate_num``,
    ``rate_den``, ``start_timecode`` (text or None), ``drop_frame``, ``variable_rate``, ``first_pts``,
    ``time_base_num``, ``time_base_den``, ``width`` and ``height`` as displayed, ``rotation`` (degrees
    clockwise, already in width and height), ``video_codec``, ``pixel_format``, ``audio_codec``,
    ``audio_channels``, ``sample_rate``, ``longest_gop``, ``bit_rate``, ``streams`` (list), ``tags`` (title,
    artist, … as the file has them) and ``plays_in_browser``. What does not apply is None.
    Raises MediaRefused with the reason when it is not a recording we read.
    """
    path = Path(params["path"])
    known = recognise(path)
    with open_media(path) as container:
        stream = picture_stream(container)
        facts = describe_streams(container) | describe_audio(container) | tags_of(container)
        if stream is None:
            facts |= _audio_length(container, report) | {"kind": "audio", "content_type": known.audio_type}
        else:
            index, picture = _look(path, container, stream, report)
            index.save(Path(params["index"]))
            facts |= picture | {"kind": "video", "content_type": known.video_type}
    facts |= {"container": known.name, "file_size": path.stat().st_size}
    return facts | {"plays_in_browser": plays_in_browser(facts)}


def probe_many(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Probe a list of files in one child: ``params["files"]`` is a list of what ``probe`` takes.

    Gives ``{"files": [...]}`` in the same order, each either the facts or ``{"refused": bool, "reason": text}``.
    """
    files = params["files"]
    results = []
    for number, file in enumerate(files):
        results.append(_probe_or_reason(file))
        report((number + 1) / len(files), f"Looked at {number + 1} of {len(files)} files")
    return {"files": results}


def _probe_or_reason(file: dict[str, Any]) -> dict[str, Any]:
    try:
        return probe(file, lambda fraction, message: None)
    except ProcessingFailed as error:
        return {"refused": isinstance(error, MediaRefused), "reason": error.reason}
    except Exception as error:
        return {"refused": False, "reason": f"It could not be read ({type(error).__name__})."}


@dataclass(frozen=True)
class _Scan:
    """What the packets of the picture say: times, key flags, whether all had times, and the last end."""

    times: list[tuple[int, bool]]
    complete: bool
    end_pts: int


def _look(
    path: Path, container: InputContainer, stream: VideoStream, report: Report
) -> tuple[FrameIndex, dict[str, Any]]:
    """Make the index and say what the picture is and how its frames come."""
    declared = [rate for rate in (stream.average_rate, stream.base_rate, stream.guessed_rate) if rate]
    scan = _scan(container, stream, report)
    container.seek(0)
    frames = list(islice(decode(container, stream), FRAMES_TRIED))
    if not frames:
        raise MediaRefused("Not one frame of this recording can be decoded. Check that it plays, and send it again.")
    index = _index_of_packets(container, stream, scan, frames) or _index_by_decoding(path, report)
    timing = _timing(index, find_cadence(index, declared))
    return index, timing | describe_picture(container, stream, frames[0])


def _timing(index: FrameIndex, cadence: Cadence) -> dict[str, Any]:
    keys = np.flatnonzero(index.keys)
    return {
        "duration_frames": len(index),
        "rate_num": cadence.rate.num,
        "rate_den": cadence.rate.den,
        "variable_rate": cadence.variable,
        "first_pts": index.first_pts,
        "time_base_num": index.time_base.numerator,
        "time_base_den": index.time_base.denominator,
        "longest_gop": int(np.diff(np.append(keys, len(index))).max()) if len(keys) else len(index),
    }


def _scan(container: InputContainer, stream: VideoStream, report: Report) -> _Scan:
    """Read all packets without decoding; what an edit list hides is left out, and VP8's unseen frames."""
    times, end, complete = [], 0, True
    hides_frames = stream.codec_context.name == "vp8"
    for number, packet in enumerate(container.demux(stream)):
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
            report(_share(packet, container.size), "Counting frames")
    return _Scan(times, complete and bool(times), end)


def _share(packet: "Packet[Any]", size: int) -> float:
    return 0.5 if not size or packet.pos is None else packet.pos / size


def _index_of_packets(
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


def _index_by_decoding(path: Path, report: Report) -> FrameIndex:
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


def _audio_length(container: InputContainer, report: Report) -> dict[str, Any]:
    """Give the length of the sound from its packets, in whole milliseconds."""
    stream = container.streams.audio[0]
    tick = stream.time_base or Fraction(1, AUDIO_TICKS)
    first, last = None, 0
    for packet in _timed(container.demux(stream)):
        assert packet.pts is not None
        first = packet.pts if first is None else min(first, packet.pts)
        last = max(last, packet.pts + (packet.duration or 0))
    if first is None:
        raise MediaRefused("There is no sound in this file.")
    report(1.0, "Measured the sound")
    # Sound before zero is the encoder's lead-in, which players leave out, as they do the padding at the end.
    begin = max(0, first)
    length = last - begin
    if stream.duration and 0 < (length - stream.duration) * tick < LONGEST_PADDING_S:
        length = stream.duration
    return {
        "duration_frames": max(1, round(length * tick * AUDIO_TICKS)),
        **{"rate_num": AUDIO_TICKS, "rate_den": 1, "first_pts": begin, "variable_rate": False},
        **{"time_base_num": tick.numerator, "time_base_den": tick.denominator},
        **{"start_timecode": None, "drop_frame": False, "width": None, "height": None, "rotation": 0},
        **{"video_codec": None, "pixel_format": None, "longest_gop": None},
    }


def _timed(packets: Iterator["Packet[Any]"]) -> Iterator["Packet[Any]"]:
    return (packet for packet in packets if packet.pts is not None and packet.size)
