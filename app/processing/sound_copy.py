"""Cut AAC without encoding it anew: whole packets are copied, and the file's edit list hides what is before.

The sound begins at the very sample asked for; nothing is lost by coding it twice.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from app.processing.reading import demux, seek

# A packet's sound overlaps the one before; the decoder needs that one too, and some need two.
LEAD_IN_PACKETS = 2


class SoundCopy:
    """One copied track of the output; the same verbs as ``SoundTrack``."""

    def __init__(self, output: OutputContainer, container: InputContainer, stream: AudioStream, samples: range) -> None:
        self.samples = 0
        self._output = output
        self._target: Any = output.add_stream_from_template(stream)
        self._packets = _packets(container, stream, samples)
        self._tick = Fraction(1, stream.codec_context.sample_rate)
        self._length = len(samples)
        self._begin = samples.start

    def until(self, seconds: Fraction) -> bool:
        """Copy up to a time counted from the start of the cut; False when the sound has ended before."""
        while self.samples * self._tick < seconds:
            packet = next(self._packets, None)
            if packet is None:
                return False
            self._copy(packet)
        return True

    def finish(self) -> None:
        """Copy what is left."""
        for packet in self._packets:
            self._copy(packet)

    def _copy(self, packet: "Packet[Any]") -> None:
        assert packet.pts is not None and packet.duration is not None
        copy = av.Packet(bytes(packet))
        copy.pts = copy.dts = packet.pts - self._begin
        copy.duration = min(packet.duration, self._length - copy.pts)
        copy.time_base, copy.stream, copy.is_keyframe = self._tick, self._target, True
        self.samples = copy.pts + copy.duration
        self._output.mux(copy)


def can_copy(container: InputContainer, stream: AudioStream, samples: range) -> bool:
    """Tell whether a sound is AAC whose packets follow one another to the sample all through the cut."""
    context = stream.codec_context
    if context.name != "aac" or not context.extradata or stream.time_base != Fraction(1, context.sample_rate):
        return False
    expected, seen = None, range(0)
    for packet in _packets(container, stream, samples):
        if not packet.duration or packet.pts is None or expected not in (None, packet.pts):
            return False
        seen = range(seen.start if expected is not None else packet.pts, packet.pts + packet.duration)
        expected = seen.stop
    return bool(seen) and seen.start <= samples.start and seen.stop >= samples.stop


def _packets(container: InputContainer, stream: AudioStream, samples: range) -> Iterator["Packet[Any]"]:
    """Yield the packets that hold the samples, and those the decoder needs before them."""
    length = stream.codec_context.frame_size or 1024
    first = samples.start - LEAD_IN_PACKETS * length
    seek(container, stream, first - 2 * length)
    for packet in demux(container, stream):
        if packet.pts is None or packet.pts >= samples.stop:
            return
        if packet.pts + (packet.duration or length) > first:
            yield packet
