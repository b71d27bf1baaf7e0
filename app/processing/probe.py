"""Look at a recording once: what it is, how long it is to the frame, and when each frame is shown."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from av.packet import Packet

from app.core.texts import say
from app.processing.cadence import Cadence, find_cadence
from app.processing.description import describe_audio, describe_picture, describe_streams, tags_of
from app.processing.errors import MediaRefused, ProcessingFailed
from app.processing.formats import recognise
from app.processing.frame_index import FrameIndex
from app.processing.indexing import look_through
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.playability import plays_in_browser
from app.processing.reading import demux

Report = Callable[[float, str], None]

INDEX_NAME = "frame_index.npz"
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
    if not path.is_file():
        raise ProcessingFailed(say("The file of this recording is not there any more."))
    known = recognise(path)
    with open_media(path, known) as container:
        stream = picture_stream(container)
        facts = describe_streams(container) | describe_audio(container) | tags_of(container)
        if stream is None:
            facts |= _audio_length(container, report) | {"kind": "audio", "content_type": known.audio_type}
        else:
            index, first = look_through(path, container, stream, report)
            index.save(Path(params["index"]))
            declared = [rate for rate in (stream.average_rate, stream.base_rate, stream.guessed_rate) if rate]
            facts |= _timing(index, find_cadence(index, declared)) | describe_picture(container, stream, first)
            facts |= {"kind": "video", "content_type": known.video_type}
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
        report(
            (number + 1) / len(files), say("Looked at %(value)s of %(files)s files", value=number + 1, files=len(files))
        )
    return {"files": results}


def _probe_or_reason(file: dict[str, Any]) -> dict[str, Any]:
    try:
        return probe(file, lambda fraction, message: None)
    except ProcessingFailed as error:
        return {"refused": isinstance(error, MediaRefused), "reason": error.reason}
    except Exception as error:
        return {"refused": False, "reason": say("It could not be read (%(name)s).", name=type(error).__name__)}


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


def _audio_length(container: InputContainer, report: Report) -> dict[str, Any]:
    """Give the length of the sound from its packets, in whole milliseconds."""
    stream = sound_streams(container)[0]
    tick = stream.time_base or Fraction(1, AUDIO_TICKS)
    first, last = None, 0
    for packet in _timed(demux(container, stream)):
        assert packet.pts is not None
        first = packet.pts if first is None else min(first, packet.pts)
        last = max(last, packet.pts + (packet.duration or 0))
    if first is None:
        raise MediaRefused(say("There is no sound in this file."))
    report(1.0, say("Measured the sound"))
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
