"""Render a clip: exactly the frames [in, out) at exactly their times, with exactly their sound."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from app.core.texts import say
from app.processing.errors import ProcessingFailed
from app.processing.film import MP4, Coding, Film, keep_colours
from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.reading import decode, every_frame, require_picture
from app.processing.shaping import Shape
from app.processing.smart import NotSmart, Plan, Splice, plan_copy
from app.processing.sound import SoundTrack, aac_cut, beginning_of, cut_sound, plain_cut
from app.processing.sound_copy import SoundCopy, can_copy

Report = Callable[[float, str], None]

ENCODER = {"preset": "veryfast", "crf": "18"}
SECONDS_PER_GOP = 2
SOUND_BITS = 192_000
MOST_SOUNDS = 8
SOUND_FORMATS = {"wav": ("wav", "pcm_s16le"), "flac": ("flac", "flac"), "m4a": ("ipod", "aac")}


@dataclass(frozen=True)
class Order:
    """What to render: ticks [start, stop) of ``source`` into ``output``."""

    source: Path
    output: Path
    start: int
    stop: int
    mode: str
    timecode: str | None


def render(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Render ``params["in_point"]`` to ``params["out_point"]`` of ``params["path"]`` into ``params["output"]``.

    For video: ``index`` (the frame index), ``rate_num``, ``rate_den``, ``mode`` ("exact": all frames encoded;
    "smart": whole groups of pictures copied where the recording allows, else exact), ``timecode`` (label for
    the first frame, or missing); the output is MP4. For sound alone the points are milliseconds and ``format``
    is "wav" (16 or 24 bit as the source), "flac" or "m4a". Gives ``mode`` (the one used), ``reason`` (why not
    smart, or None), ``frames``, ``repeated`` (damaged frames where the one before stands in), ``copied``
    ([first, last) of source frames, or None), ``sounds``, ``file_size``, ``content_type``.
    Raises ProcessingFailed when the points do not lie in the recording.
    """
    order = Order(
        source=Path(params["path"]),
        output=Path(params["output"]),
        start=int(params["in_point"]),
        stop=int(params["out_point"]),
        mode=params.get("mode", "exact"),
        timecode=params.get("timecode"),
    )
    with open_media(order.source) as container:
        has_picture = picture_stream(container) is not None
    if has_picture:
        index = FrameIndex.load(Path(params["index"]))
        rate = Fraction(params["rate_num"], params["rate_den"])
        facts = _video(order, index, rate, report)
    else:
        facts = _sound(order, params.get("format", "wav"), report)
    return facts | {"file_size": order.output.stat().st_size}


def _video(order: Order, index: FrameIndex, rate: Fraction, report: Report) -> dict[str, Any]:
    if not 0 <= order.start < order.stop <= len(index):
        raise ProcessingFailed(
            say("The clip must lie within the %(index)s frames of the recording.", index=f"{len(index):,}")
        )
    reason = None
    if order.mode == "smart":
        try:
            with open_media(order.source) as container:
                plan = plan_copy(container, index, order.start, order.stop)
            return _smart(order, index, plan, report)
        except NotSmart as error:
            reason = say("%(error)s It was encoded anew throughout.", error=error)
    return _exact(order, index, rate, report) | {"reason": reason}


def _exact(order: Order, index: FrameIndex, rate: Fraction, report: Report) -> dict[str, Any]:
    length = order.stop - order.start
    with ExitStack() as stack:
        container = stack.enter_context(open_media(order.source))
        target = stack.enter_context(av.open(str(order.output), "w", format="mp4", options=MP4))
        film = Film(target, index, order.start, coding_of(order, rate))
        keep_looks(film.picture, require_picture(container), order)
        film.add_sounds(_sounds(stack, order, index, target))
        frames = every_frame(container, index, order.start, order.stop)
        for number in film.write(frames):
            done = number + 1 - order.start
            report(done / length, say("Rendering frame %(done)s of %(length)s", done=f"{done:,}", length=f"{length:,}"))
    return _facts("exact", film.frames, len(film.sounds)) | {"repeated": film.repeated, "copied": None}


def _smart(order: Order, index: FrameIndex, plan: Plan, report: Report) -> dict[str, Any]:
    length, done = order.stop - order.start, 0
    with ExitStack() as stack:
        container = stack.enter_context(open_media(order.source))
        target = stack.enter_context(av.open(str(order.output), "w", format="mp4", options=MP4))
        splice = Splice(container, target, index, plan)
        if order.timecode:
            splice.stream.metadata["timecode"] = order.timecode
        sounds = _sounds(stack, order, index, target, copying=True)
        for done, packet in splice.packets():
            for sound in sounds:
                sound.until((packet.pts or 0) * index.time_base)
            target.mux(packet)
            report(done / length, say("Rendering frame %(done)s of %(length)s", done=f"{done:,}", length=f"{length:,}"))
        for sound in sounds:
            sound.finish()
    copied = [plan.first, plan.last]
    return _facts("smart", done, len(sounds)) | {"repeated": 0, "copied": copied, "reason": None}


def _facts(mode: str, frames: int, sounds: int) -> dict[str, Any]:
    return {"mode": mode, "frames": frames, "sounds": sounds, "content_type": "video/mp4"}


def coding_of(order: Order, rate: Fraction) -> Coding:
    """Keep the coded size, made even; the turn is kept as the file's own note, not applied."""
    with open_media(order.source) as container:
        context = require_picture(container).codec_context
        width, height = context.width + context.width % 2, context.height + context.height % 2
    return Coding(rate, Shape(width, height), max(1, round(rate * SECONDS_PER_GOP)), ENCODER)


def keep_looks(target: Any, source: VideoStream, order: Order) -> None:
    """Carry over colours, pixel shape and turn, which are the source's and not ours to change."""
    keep_colours(target, source)
    if source.sample_aspect_ratio:
        target.codec_context.sample_aspect_ratio = source.sample_aspect_ratio
    turn = _turn(order.source)
    if turn:
        target.set_display_rotation(turn)
    if order.timecode:
        target.metadata["timecode"] = order.timecode


def _turn(path: Path) -> int:
    with open_media(path) as container:
        first = next(decode(container, require_picture(container)), None)
        return first.rotation if first else 0


def _sounds(
    stack: ExitStack, order: Order, index: FrameIndex, target: Any, copying: bool = False
) -> list[SoundTrack | SoundCopy]:
    """Cut every sound of the recording to the very time of the frames, each read by itself."""
    zero = Fraction(0) if index.by_order else index.first_pts * index.time_base
    begin, end = zero + index.offset(order.start), zero + index.offset(order.stop)
    tracks: list[SoundTrack | SoundCopy] = []
    for number in range(count_sounds(order.source)):
        container = stack.enter_context(open_media(order.source))
        stream = sound_streams(container)[number]
        rate = stream.codec_context.sample_rate
        samples = range(round(begin * rate), round(end * rate))
        if copying and can_copy(container, stream, samples):
            tracks.append(SoundCopy(target, container, stream, samples))
            continue
        cut = aac_cut(stream, begin, end)
        tracks.append(SoundTrack(target, cut_sound(container, stream, cut), cut, SOUND_BITS))
    return tracks


def count_sounds(path: Path) -> int:
    with open_media(path) as container:
        return min(MOST_SOUNDS, len(sound_streams(container)))


def _sound(order: Order, wanted: str, report: Report) -> dict[str, Any]:
    if not 0 <= order.start < order.stop:
        raise ProcessingFailed(say("The clip must begin before it ends."))
    muxer, codec = SOUND_FORMATS[wanted]
    with open_media(order.source) as container, av.open(str(order.output), "w", format=muxer) as target:
        stream = sound_streams(container)[0]
        zero = beginning_of(stream)
        begin, end = zero + Fraction(order.start, 1000), zero + Fraction(order.stop, 1000)
        cut = aac_cut(stream, begin, end) if codec == "aac" else plain_cut(stream, begin, end)
        track = SoundTrack(target, cut_sound(container, stream, cut), cut, SOUND_BITS, _exactly(codec, container))
        second = 0
        while second * 1000 < order.stop - order.start and track.until(Fraction(second)):
            second += 1
            report(second * 1000 / (order.stop - order.start), say("Rendering second %(second)s", second=second))
        track.finish()
    kind = {"wav": "audio/wav", "flac": "audio/flac", "m4a": "audio/mp4"}[wanted]
    facts = _facts("exact", order.stop - order.start, 1) | {"repeated": 0, "copied": None, "reason": None}
    return facts | {"content_type": kind}


def _exactly(codec: str, container: InputContainer) -> tuple[str, str]:
    """Give the encoder and its sample format: as many bits as the source has, or 24 where it has no bits."""
    if codec == "aac":
        return codec, "fltp"
    deep = sound_streams(container)[0].codec_context.format.name not in ("u8", "u8p", "s16", "s16p")
    if codec == "flac":
        return codec, "s32" if deep else "s16"
    return ("pcm_s24le", "s32") if deep else ("pcm_s16le", "s16")
