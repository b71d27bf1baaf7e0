"""Decode the frames asked for, each with its own number, whatever the container's seeking is like."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.core.texts import say
from app.processing.errors import MediaRefused
from app.processing.frame_index import FrameIndex
from app.processing.opening import picture_stream, use_threads

AnyStream = VideoStream | AudioStream

TRIES_BEFORE_THE_START = 3
BEFORE_THE_START_S = 10
# Decoders that take the wish to skip from one packet to the next.
CAN_SKIP = ("h264", "hevc", "mpeg2video")
HURRY = {"skip_loop_filter": "all"}


class Numbered(NamedTuple):
    """A decoded frame and its number in the recording."""

    number: int
    frame: VideoFrame


class Filled(NamedTuple):
    """A frame for a number; ``repeated`` when it is the one before, standing in for a damaged one."""

    number: int
    frame: VideoFrame
    repeated: bool


def require_picture(container: InputContainer) -> VideoStream:
    """Give the stream of moving pictures; raises MediaRefused when the recording has none."""
    stream = picture_stream(container)
    if stream is None:
        raise MediaRefused(say("This recording has sound only."))
    return stream


def hurry(stream: VideoStream) -> None:
    """Decode without the deblocking filter: quicker, and no worse for pictures that are made small."""
    use_threads(stream)
    stream.codec_context.options = {**stream.codec_context.options, **HURRY}


def demux(container: InputContainer, stream: AnyStream) -> Iterator["Packet[Any]"]:
    """Yield packets to the end of the file, or to where it is too damaged to be read on."""
    packets = container.demux(stream)
    while True:
        # A damaged length may also lead outside the file, or ask for more memory than there is.
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, OSError):
            return
        if packet is None:
            return
        yield packet


def decode(container: InputContainer, stream: VideoStream, wanted: int | None = None) -> Iterator[VideoFrame]:
    """Decode to the end, passing over packets that are damaged.

    Of pictures before ``wanted`` (a time in ticks) those may be left out that no other leans on.
    """
    skips = wanted is not None and stream.codec_context.name in CAN_SKIP
    for packet in demux(container, stream):
        if skips:
            on_the_way = packet.pts is not None and packet.pts < (wanted or 0)
            stream.codec_context.skip_frame = "NONREF" if on_the_way else "DEFAULT"
        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            continue
        yield from frames


def seek(container: InputContainer, stream: AnyStream, ticks: int) -> None:
    """Go to the last place to begin decoding at or before a time; to the beginning where there is none."""
    if ticks <= (stream.start_time or 0):
        # Well before zero, since a sound's lead-in lies there, and the first samples need it.
        ticks = -round(BEFORE_THE_START_S / (stream.time_base or 1))
    try:
        container.seek(ticks, stream=stream, backward=True)
    except (av.error.FFmpegError, OSError):
        rewind(container)


def rewind(container: InputContainer) -> None:
    """Go to the beginning; raises MediaRefused when a damaged file cannot."""
    try:
        container.seek(0)
    except (av.error.FFmpegError, OSError) as error:
        raise MediaRefused(say("This recording is damaged: one cannot move about in it. Send it again.")) from error


def read_frames(
    container: InputContainer, index: FrameIndex, start: int = 0, stop: int | None = None
) -> Iterator[Numbered]:
    """Yield the frames of [start, stop) in order, exactly those of the index; damaged ones are left out.

    Seeks to the key frame before ``start`` and checks where it arrived: some containers land too late.
    """
    stream = require_picture(container)
    if not stream.codec_context.is_open:
        use_threads(stream)
    stop = len(index) if stop is None else stop
    if index.by_order:
        yield from _count(container, stream, start, stop)
        return
    for number, frame in _from_before(container, stream, index, start):
        if number >= stop:
            return
        if number >= start:
            yield Numbered(number, frame)


def every_frame(container: InputContainer, index: FrameIndex, start: int, stop: int) -> Iterator[Filled]:
    """Yield a frame for every number of [start, stop): for a damaged one, the one before it again."""
    wanted, last = start, None
    for found in read_frames(container, index, start, stop):
        # A damaged recording may give a frame twice, or late.
        if found.number < wanted:
            continue
        for number in range(wanted, found.number):
            yield Filled(number, last or found.frame, True)
        yield Filled(found.number, found.frame, False)
        wanted, last = found.number + 1, found.frame
    if last is None:
        raise MediaRefused(say("Not one frame of this part can be decoded."))
    for number in range(wanted, stop):
        yield Filled(number, last, True)


def read_keys(container: InputContainer, index: FrameIndex, numbers: Sequence[int]) -> Iterator[Numbered]:
    """Yield key frames, sorted, as fast as can be: their packets alone, several decoded at once.

    One that does not come out that way is decoded by itself; a damaged one is left out.
    """
    stream = require_picture(container)
    packets = {
        number: packet for number in numbers if (packet := next(packets_from(container, stream, index, number), None))
    }
    decoder = _decoder_like(stream)
    due = {index.boundary(number): number for number in packets}
    for packet in (*packets.values(), None):
        for frame in _decode_quietly(decoder, packet):
            number = due.pop(frame.pts, None) if frame.pts is not None else None
            if number is not None:
                yield Numbered(number, frame)
    for number in sorted(due.values()):
        alone = _decoder_like(stream)
        for frame in [*_decode_quietly(alone, packets[number]), *_decode_quietly(alone, None)][:1]:
            yield Numbered(number, frame)


def packets_from(
    container: InputContainer, stream: VideoStream, index: FrameIndex, key: int
) -> Iterator["Packet[VideoStream]"]:
    """Yield the packets from a key frame on, in the order of decoding; nothing when it is not found."""
    wanted, place = index.boundary(key), key
    for attempt in range(TRIES_BEFORE_THE_START + 1):
        if attempt == TRIES_BEFORE_THE_START:
            place = 0
        seek(container, stream, index.boundary(place) if place else stream.start_time or 0)
        packets = demux(container, stream)
        for packet in packets:
            if packet.pts == wanted:
                yield packet
                yield from (later for later in packets if later.pts is not None)
                return
            if packet.pts is None or (packet.is_keyframe and packet.pts > wanted):
                break
        place = index.key_before(max(0, place - 1))


def _decoder_like(stream: VideoStream) -> VideoCodecContext:
    """Make a second decoder for a stream; pictures made small do not need the deblocking filter."""
    decoder: VideoCodecContext = CodecContext.create(stream.codec_context.name, "r")  # type: ignore[assignment]
    decoder.extradata = stream.codec_context.extradata
    decoder.options = {**stream.codec_context.options, **HURRY}
    decoder.thread_type, decoder.thread_count = "FRAME", 2
    return decoder


def _decode_quietly(decoder: VideoCodecContext, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
    try:
        return decoder.decode(packet)
    except av.error.FFmpegError:
        return []


def _count(container: InputContainer, stream: VideoStream, start: int, stop: int) -> Iterator[Numbered]:
    rewind(container)
    for number, frame in enumerate(decode(container, stream)):
        if number >= stop:
            return
        if number >= start:
            yield Numbered(number, frame)


def _from_before(container: InputContainer, stream: VideoStream, index: FrameIndex, start: int) -> Iterator[Numbered]:
    """Yield all numbered frames from a key frame that is certainly not after ``start``."""
    key = index.key_before(start)
    for attempt in range(TRIES_BEFORE_THE_START + 1):
        if attempt == TRIES_BEFORE_THE_START or key == 0:
            key = 0
        frames = _seek(container, stream, index, (key, start))
        first = next(frames, None)
        if first is not None and (first.number <= start or key == 0):
            yield first
            yield from frames
            return
        key = index.key_before(max(0, key - 1))


def _seek(
    container: InputContainer, stream: VideoStream, index: FrameIndex, way: tuple[int, int]
) -> Iterator[Numbered]:
    """Decode from a key frame on; on the way from it to the frame wanted, no picture that nothing leans on."""
    key, wanted = way
    # The first frame may come later than the stream: begin with the file, not with the frame.
    seek(container, stream, index.boundary(key) if key else stream.start_time or 0)
    for frame in decode(container, stream, index.boundary(wanted)):
        number = None if frame.pts is None else index.exactly(frame.pts)
        if number is not None:
            yield Numbered(number, frame)
