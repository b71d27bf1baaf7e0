"""Make the version a browser plays smoothly: small, quick to seek, and frame for frame the source."""

from collections.abc import Callable
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from app.core.texts import say
from app.processing.errors import MediaRefused, ProcessingFailed
from app.processing.film import MP4, Coding, Film, keep_colours
from app.processing.frame_index import FrameIndex
from app.processing.indexing import make_index
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.reading import every_frame, require_picture
from app.processing.shaping import Shape, fit
from app.processing.sound import SoundTrack, aac_cut, beginning_of, cut_sound

Report = Callable[[float, str], None]

LONGEST_SIDE = 1280
ENCODER = {"preset": "veryfast", "crf": "24", "maxrate": "5M", "bufsize": "10M", "bf": "0", "sc_threshold": "0"}
SOUND_BITS = 128_000
REPORT_EVERY_S = 1


def proxy(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Make a proxy of ``params["path"]`` at ``params["output"]``: MP4 for video, M4A for sound alone.

    For video also ``index`` (the frame index), ``width``, ``height``, ``rotation``, ``rate_num`` and
    ``rate_den`` as the probe gave them. The proxy has the same frames, each at its own time less the first
    one's; its own index is written to ``params["output_index"]``. Gives ``kind``, ``content_type``,
    ``frames``, ``repeated`` (frames that could not be decoded, where the one before stands in), ``width``,
    ``height``, ``has_sound``, ``file_size``. Raises ProcessingFailed when the frames do not come out equal.
    """
    source, output = Path(params["path"]), Path(params["output"])
    with open_media(source) as container:
        has_picture = picture_stream(container) is not None
    facts = _of_video(source, output, params, report) if has_picture else _of_sound(source, output, report)
    return facts | {"file_size": output.stat().st_size}


def _of_video(source: Path, output: Path, params: dict[str, Any], report: Report) -> dict[str, Any]:
    index = FrameIndex.load(Path(params["index"]))
    rate = Fraction(params["rate_num"], params["rate_den"])
    width, height = fit(params["width"], params["height"], LONGEST_SIDE)
    coding = Coding(rate, Shape(width, height, params["rotation"]), max(1, round(rate)), ENCODER)
    with ExitStack() as stack:
        container = stack.enter_context(open_media(source))
        target = stack.enter_context(av.open(str(output), "w", format="mp4", options=MP4))
        film = Film(target, index, 0, coding)
        keep_colours(film.picture, require_picture(container))
        film.add_sounds(_sounds(stack, source, target, index.first_pts * index.time_base))
        for number in film.write(every_frame(container, index, 0, len(index))):
            report(
                number / len(index),
                say("Making the proxy: frame %(value)s of %(index)s", value=f"{number + 1:,}", index=f"{len(index):,}"),
            )
    _check(output, index).save(Path(params["output_index"]))
    return {
        **{"kind": "video", "content_type": "video/mp4", "frames": film.frames, "repeated": film.repeated},
        **{"width": width, "height": height, "has_sound": bool(film.sounds)},
    }


def _sounds(stack: ExitStack, source: Path, target: Any, start: Fraction) -> list[SoundTrack]:
    """Take the first sound, in stereo, from the moment the picture begins."""
    # Opened a second time, so that sound is read at its own pace and not with the picture's packets.
    container = stack.enter_context(open_media(source))
    if not sound_streams(container):
        return []
    cut = aac_cut(sound_streams(container)[0], start, None, stereo=True)
    return [SoundTrack(target, cut_sound(container, sound_streams(container)[0], cut), cut, SOUND_BITS)]


def _check(output: Path, index: FrameIndex) -> FrameIndex:
    """Read the proxy's own index back and hold its times against the source's."""
    made = make_index(output)
    if len(made) != len(index):
        raise ProcessingFailed(
            say(
                "The proxy came out with %(made)s frames instead of %(index)s.",
                made=f"{len(made):,}",
                index=f"{len(index):,}",
            )
        )
    times = (made.pts - made.first_pts) * float(made.time_base)
    wanted = (index.pts - index.first_pts) * float(index.time_base)
    if np.abs(times - wanted).max() > float(max(made.time_base, index.time_base)) / 2:
        raise ProcessingFailed(say("The frames of the proxy came out at other times than those of the recording."))
    return made


def _of_sound(source: Path, output: Path, report: Report) -> dict[str, Any]:
    with open_media(source) as container, av.open(str(output), "w", format="ipod", options=MP4) as target:
        stream = sound_streams(container)[0]
        cut = aac_cut(stream, beginning_of(stream), None, stereo=True)
        length = (container.duration or 0) / av.time_base
        track = SoundTrack(target, cut_sound(container, stream, cut), cut, SOUND_BITS)
        second = 0
        while track.until(Fraction(second)):
            second += REPORT_EVERY_S
            report(
                second / length if length else 0.5,
                say("Making the proxy: %(minutes)s min %(seconds)s s", minutes=second // 60, seconds=second % 60),
            )
        track.finish()
    if not track.samples:
        raise MediaRefused(say("Not one moment of this sound can be decoded."))
    return {"kind": "audio", "content_type": "audio/mp4", "frames": None, "repeated": 0, "has_sound": True} | {
        "width": None,
        "height": None,
    }
