"""Cut H.264 without encoding it anew: pictures are copied from the first key frame on, only the edges encoded.

Both kinds of pictures lie in one track, each naming its own parameter sets, which the track's head holds
together: every player that reads the head can switch between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

import av
from av.codec.context import CodecContext, Flags
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from app.core.texts import later, say
from app.processing import h264
from app.processing.film import COLOUR_FACTS, THREADS
from app.processing.frame_index import FrameIndex
from app.processing.reading import every_frame, packets_from, require_picture

# Few pictures, so that speed may cost size: the quality is set by crf alone.
EDGE = {"preset": "ultrafast", "crf": "16", "bf": "0"}
LEANING = later("The groups of pictures lean on one another (open GOP).")
PLAIN_PIXELS = ("yuv420p", "yuvj420p")


@dataclass(frozen=True)
class Plan:
    """What is copied: frames [first, last) of [start, stop); the rest is encoded.

    The nth packet is decoded ``delay`` ticks before the nth frame is shown: enough for any order of decoding.
    """

    start: int
    first: int
    last: int
    stop: int
    delay: int


class Coded(NamedTuple):
    """One coded picture, with lengths before its units; ``number`` is the source frame it shows."""

    data: bytes
    number: int
    is_key: bool


class NotSmart(Exception):
    """The recording or the cut does not allow copying; the text says why."""


def plan_copy(container: InputContainer, index: FrameIndex, start: int, stop: int) -> Plan:
    """Find what can be copied of [start, stop): from its first key frame to the last place where all that
    was decoded is also shown. Raises NotSmart with the reason.
    """
    stream = require_picture(container)
    _require_plain_h264(stream, index)
    first = index.key_after(start)
    if first is None or first >= stop:
        raise NotSmart(say("No whole group of pictures lies inside this clip."))
    sets, length_size = h264.parameter_sets(stream.codec_context.extradata or b"")
    times: list[int] = []
    latest, whole = 0, 0
    for packet in islice(packets_from(container, stream, index, first), stop - first):
        if packet.is_keyframe:
            _require_same_sets(packet, sets, length_size)
        if packet.pts is None or packet.pts < index.boundary(first) or not (times or _begins_anew(packet, length_size)):
            raise NotSmart(LEANING)
        times.append(packet.pts)
        latest = max(latest, packet.pts)
        # So many packets show just as many frames, none missing between them.
        if latest == index.boundary(first + len(times) - 1):
            whole = len(times)
    if not whole:
        raise NotSmart(say("No whole group of pictures lies inside this clip."))
    shown = [index.boundary(first + place) for place in range(whole)]
    delay = max(at - pts for at, pts in zip(shown, times, strict=False))
    return Plan(start, first, first + whole, stop, delay)


class Splice:
    """Write the packets of a planned cut: the encoded head, the copied middle, the encoded tail."""

    def __init__(self, container: InputContainer, output: Any, index: FrameIndex, plan: Plan) -> None:
        self._container = container
        self._index = index
        self._plan = plan
        source = require_picture(container)
        sets, self._length_size = h264.parameter_sets(source.codec_context.extradata or b"")
        self._number = sets.free_number()
        self._source = source
        self._facts = _facts_of(source)
        edge_sets = h264.parameter_sets(self._encoder().extradata or b"")[0]
        self.stream = output.add_stream_from_template(source)
        self.stream.codec_context.extradata = sets.joined(edge_sets).configuration()
        self.stream.time_base = index.time_base

    def packets(self) -> Iterator[tuple[int, "Packet[Any]"]]:
        """Yield each packet with the number of frames done with it."""
        plan, done = self._plan, 0
        for part in (self._encoded(plan.start, plan.first), self._copied(), self._encoded(plan.last, plan.stop)):
            for data, number, is_key in part:
                yield done + 1, self._packet(data, number, is_key, done)
                done += 1

    def _encoded(self, start: int, stop: int) -> Iterator[Coded]:
        if start == stop:
            return
        encoder = self._encoder()
        for number, frame, _ in every_frame(self._container, self._index, start, stop):
            picture = frame if frame.format.name == self._facts["pix_fmt"] else frame.reformat(format="yuv420p")
            picture.pts, picture.time_base, picture.pict_type = self._index.boundary(number), self._index.time_base, 0
            yield from map(self._slices, encoder.encode(picture))
        yield from map(self._slices, encoder.encode(None))

    def _slices(self, packet: "Packet[Any]") -> Coded:
        units = h264.units_of(bytes(packet), 0)
        data = h264.with_lengths(unit for unit in units if h264.kind_of(unit) in h264.SLICES)
        return Coded(data, self._number_at(packet), packet.is_keyframe)

    def _copied(self) -> Iterator[Coded]:
        packets = packets_from(self._container, self._source, self._index, self._plan.first)
        for packet in islice(packets, self._plan.last - self._plan.first):
            data = bytes(packet)
            if self._length_size != 4:
                kept = (h264.SEI, *h264.SLICES)
                units = h264.units_of(data, self._length_size)
                data = h264.with_lengths(unit for unit in units if h264.kind_of(unit) in kept)
            yield Coded(data, self._number_at(packet), packet.is_keyframe)

    def _number_at(self, packet: "Packet[Any]") -> int:
        number = None if packet.pts is None else self._index.exactly(packet.pts)
        if number is None:
            raise NotSmart(say("A picture has no time of its own."))
        return number

    def _packet(self, data: bytes, number: int, is_key: bool, place: int) -> "Packet[Any]":
        index, begin = self._index, self._index.boundary(self._plan.start)
        packet = av.Packet(data)
        packet.pts = index.boundary(number) - begin
        packet.dts = index.boundary(self._plan.start + place) - begin - self._plan.delay
        packet.duration = index.boundary(number + 1) - index.boundary(number)
        packet.time_base, packet.stream, packet.is_keyframe = index.time_base, self.stream, is_key
        return packet

    def _encoder(self) -> VideoCodecContext:
        encoder: Any = CodecContext.create("libx264", "w")
        for name, value in self._facts.items():
            setattr(encoder, name, value)
        encoder.time_base = self._index.time_base
        encoder.options = {**EDGE, "x264-params": f"sps-id={self._number}"}
        encoder.flags |= Flags.global_header
        encoder.thread_count = THREADS
        encoder.open()
        return encoder  # type: ignore[no-any-return]


def _facts_of(source: VideoStream) -> dict[str, Any]:
    context = source.codec_context
    facts: dict[str, Any] = {name: getattr(context, name) for name in COLOUR_FACTS}
    facts |= {"width": context.width, "height": context.height, "pix_fmt": context.pix_fmt}
    facts["framerate"] = source.average_rate or Fraction(25)
    if context.sample_aspect_ratio:
        facts["sample_aspect_ratio"] = context.sample_aspect_ratio
    return facts


def _require_plain_h264(stream: VideoStream, index: FrameIndex) -> None:
    if stream.codec_context.name != "h264":
        raise NotSmart(say("Only H.264 can be cut without encoding it anew."))
    if stream.codec_context.pix_fmt not in PLAIN_PIXELS:
        raise NotSmart(say("Only H.264 of 8 bits and 4:2:0 can be cut without encoding it anew."))
    if index.by_order or not stream.codec_context.extradata:
        raise NotSmart(say("The file does not say when its pictures are shown."))
    if stream.codec_context.field_order > 1:
        raise NotSmart(say("Interlaced pictures cannot be joined with new ones."))


def _require_same_sets(packet: "Packet[Any]", sets: h264.ParameterSets, length_size: int) -> None:
    for unit in h264.units_of(bytes(packet), length_size):
        if h264.kind_of(unit) in (h264.SPS, h264.PPS) and unit not in sets.sps + sets.pps:
            raise NotSmart(say("The coding changes within the recording."))


def _begins_anew(packet: "Packet[Any]", length_size: int) -> bool:
    return any(h264.kind_of(unit) == h264.IDR for unit in h264.units_of(bytes(packet), length_size))
