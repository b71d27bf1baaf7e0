"""Cut sound to the sample, and encode it beside the picture.

Positions are counted in samples from the start asked for; holes in the source become silence and
overlaps are left out, so that sound never drifts from the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from numpy.typing import NDArray

from app.processing.frame_index import FrameIndex
from app.processing.reading import demux, seek

LEAD_IN_S = Fraction(1, 4)
# Times in Matroska are whole milliseconds: a smaller step between packets is rounding, not a hole.
LARGEST_ROUNDING_S = Fraction(1, 100)
# Further than this the file's clock has jumped, and sound goes on where it was.
LONGEST_HOLE_S, LONGEST_OVERLAP_S = 3600, 60
FORMAT = "fltp"
AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
AAC_LAYOUTS = ("mono", "stereo", "5.1", "5.1(side)", "7.1")
DEFAULT_RATE = 48_000
AAC_FRAME = 1024


@dataclass(frozen=True)
class SoundCut:
    """Which sound: from ``start`` to ``end`` in seconds of the file's own clock (None: to its end)."""

    start: Fraction
    end: Fraction | None
    rate: int
    layout: str

    @property
    def samples(self) -> int | None:
        return None if self.end is None else round((self.end - self.start) * self.rate)


def aac_cut(stream: AudioStream, start: Fraction, end: Fraction | None, stereo: bool = False) -> SoundCut:
    """Give the cut at a rate and a layout AAC can carry, the source's own where it can."""
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout.name
    channels = stream.codec_context.channels
    if layout not in AAC_LAYOUTS or (stereo and channels > 2):
        layout = "mono" if channels == 1 else "stereo"
    return SoundCut(start, end, rate if rate in AAC_RATES else DEFAULT_RATE, layout)


def beginning_of(stream: AudioStream, index: str | Path | None = None) -> Fraction:
    """Give the moment of the file's clock from which the recording's sound is counted.

    With a picture, the first frame's (``index`` is the path of its index); else where the sound begins:
    what an encoder put before zero is not part of it.
    """
    if index is not None:
        frames = FrameIndex.load(Path(index))
        return Fraction(0) if frames.by_order else frames.first_pts * frames.time_base
    return max(0, stream.start_time or 0) * Fraction(stream.time_base or 0)


def plain_cut(stream: AudioStream, start: Fraction, end: Fraction | None) -> SoundCut:
    """Give the cut at the source's own rate and layout."""
    return SoundCut(start, end, stream.codec_context.sample_rate, stream.codec_context.layout.name)


def cut_sound(container: InputContainer, stream: AudioStream, cut: SoundCut) -> Iterator[NDArray[np.float32]]:
    """Yield the samples of the cut as blocks of (channels, samples), exactly ``cut.samples`` in all.

    Without an end, until the sound ends.
    """
    at, wanted, slack, jumped = 0, cut.samples, round(LARGEST_ROUNDING_S * cut.rate), 0
    for position, block in _placed(container, stream, cut):
        gap = position - jumped - at
        if not -LONGEST_OVERLAP_S * cut.rate < gap < LONGEST_HOLE_S * cut.rate:
            jumped, gap = jumped + gap, 0
        if abs(gap) <= slack and at > 0:
            gap = 0
        if gap > 0:
            hole = gap if wanted is None else min(gap, wanted - at)
            yield from _silence(len(block), hole, cut.rate)
            at, gap = at + hole, 0
        block = block[:, -gap:] if gap else block
        block = block if wanted is None else block[:, : wanted - at]
        if block.shape[1]:
            yield block
            at += block.shape[1]
        if wanted is not None and at >= wanted:
            return
    if wanted is not None and at < wanted:
        yield from _silence(av.AudioLayout(cut.layout).nb_channels, wanted - at, cut.rate)


def _silence(channels: int, samples: int, most: int) -> Iterator[NDArray[np.float32]]:
    """Yield silence in blocks of at most ``most`` samples, however long it is."""
    for begin in range(0, samples, most):
        yield np.zeros((channels, min(most, samples - begin)), np.float32)


def batches(blocks: Iterator[NDArray[np.float32]], size: int) -> Iterator[NDArray[np.float32]]:
    """Join small blocks into long ones of exactly ``size`` samples, the last one shorter."""
    waiting: list[NDArray[np.float32]] = []
    count = 0
    for block in blocks:
        waiting.append(block)
        count += block.shape[1]
        if count >= size:
            joined = np.concatenate(waiting, axis=1)
            for begin in range(0, count - size + 1, size):
                yield joined[:, begin : begin + size]
            waiting = [joined[:, count - count % size :]]
            count %= size
    if count:
        yield np.concatenate(waiting, axis=1)


def _placed(container: InputContainer, stream: AudioStream, cut: SoundCut) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield decoded blocks, each with the sample of the cut it begins at."""
    tick = stream.time_base or Fraction(1, stream.codec_context.sample_rate)
    # A codec's first block after a seek leans on one not decoded, so begin a little early.
    seek(container, stream, int((cut.start - LEAD_IN_S) / tick))
    convert, expected, form = AudioResampler(FORMAT, cut.layout, cut.rate), 0, None
    for frame in decode_sound(container, stream):
        if frame.pts is not None:
            expected = round((frame.pts * tick - cut.start) * cut.rate)
        if form not in (None, _form(frame)):
            convert = AudioResampler(FORMAT, cut.layout, cut.rate)
        form = _form(frame)
        for piece in convert.resample(_without_time(frame)):
            block = np.asarray(piece.to_ndarray(), np.float32)
            yield expected, block
            expected += block.shape[1]


def decode_sound(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Decode to the end, passing over packets that are damaged."""
    for packet in demux(container, stream):
        try:
            frames: list[Any] = packet.decode()
        except av.error.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            continue
        yield from frames


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    """Give what a resampler is made for; some recordings change it on the way."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def _without_time(frame: AudioFrame) -> AudioFrame:
    """Drop the time, so that the resampler neither waits for nor fills holes: that is done above."""
    frame.pts = None
    return frame


class SoundTrack:
    """One track of the output, fed in step with the picture; ``coding`` is an encoder and its sample format."""

    def __init__(
        self,
        output: OutputContainer,
        blocks: Iterator[NDArray[np.float32]],
        cut: SoundCut,
        bit_rate: int,
        coding: tuple[str, str] = ("aac", FORMAT),
    ) -> None:
        self.samples = 0
        self._cut = cut
        self._blocks = blocks
        self._output = output
        codec, self._format = coding
        stream: Any = output.add_stream(codec, rate=cut.rate)
        stream.layout, stream.format = cut.layout, self._format
        if codec == "aac":
            stream.bit_rate = bit_rate
        self._stream = stream
        self._fifo = AudioFifo()
        self._written = 0

    def until(self, seconds: Fraction) -> bool:
        """Encode up to a time counted from the start of the cut; False when the sound has ended before."""
        while self.samples < seconds * self._cut.rate:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._take(block)
        return True

    def finish(self) -> None:
        """Encode what is left and empty the encoder."""
        for block in self._blocks:
            self._take(block)
        if self.samples > self._written:
            self._encode(self._fifo.read(0, partial=True))
        self._output.mux(self._stream.encode(None))

    def _take(self, block: NDArray[np.float32]) -> None:
        piece = AudioFrame.from_ndarray(np.ascontiguousarray(block, np.float32), FORMAT, self._cut.layout)
        piece.sample_rate, piece.pts, piece.time_base = self._cut.rate, self.samples, Fraction(1, self._cut.rate)
        self.samples += piece.samples
        self._fifo.write(piece)
        for part in self._fifo.read_many(self._frame_size()):
            self._encode(part)

    def _frame_size(self) -> int:
        context = self._stream.codec_context
        if not context.is_open:
            context.open()
        return context.frame_size or AAC_FRAME

    def _encode(self, part: AudioFrame | None) -> None:
        if part is None:
            return
        # Without its own clock the encoder's lead-in loses its negative time, and sound comes 21 ms late.
        part.pts, part.time_base = self._written, Fraction(1, self._cut.rate)
        self._written += part.samples
        self._output.mux(self._stream.encode(part))
