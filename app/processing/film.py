"""Write a film: pictures at exact times and sound beside them, in step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from av.codec.context import Flags
from av.container import OutputContainer
from av.video.stream import VideoStream

from app.processing.frame_index import FrameIndex
from app.processing.reading import Filled
from app.processing.shaping import Shape, Shaper
from app.processing.sound import SoundTrack
from app.processing.sound_copy import SoundCopy

THREADS = 2
# The whole is timed finely enough for film and television rates and 48 kHz, not in milliseconds.
MP4 = {"movflags": "+faststart", "movie_timescale": "240000"}
COLOUR_FACTS = ("color_range", "color_primaries", "color_trc", "colorspace")


@dataclass(frozen=True)
class Coding:
    """How pictures are encoded: at most ``gop`` frames between key frames, the encoder's own options."""

    rate: Fraction
    shape: Shape
    gop: int
    options: dict[str, str] = field(default_factory=dict)
    codec: str = "libx264"


class Film:
    """An output being written; frames are given by their number in the source."""

    def __init__(self, output: OutputContainer, index: FrameIndex, start: int, coding: Coding) -> None:
        self.frames = 0
        self.repeated = 0
        self._output = output
        self._index = index
        self._start = start
        self._shaper = Shaper(coding.shape)
        self.sounds: list[SoundTrack | SoundCopy] = []
        self.picture = self._add_picture(coding)

    def add_sounds(self, sounds: Sequence[SoundTrack | SoundCopy]) -> None:
        """Take the tracks that play beside the picture."""
        self.sounds += sounds

    def write(self, frames: Iterator[Filled]) -> Iterator[int]:
        """Encode all frames, yielding each number when it is done, and finish the sound."""
        for number, frame, repeated in frames:
            begin = self._index.boundary(number)
            ticks = begin - self._index.boundary(self._start)
            for sound in self.sounds:
                sound.until(ticks * self._index.time_base)
            shaped = self._shaper(frame)
            shaped.pts, shaped.time_base = ticks, self._index.time_base
            shaped.duration = self._index.boundary(number + 1) - begin
            # Else the encoder would follow the source in which frames are keys.
            shaped.pict_type = 0
            self._output.mux(self.picture.encode(shaped))
            self.frames += 1
            self.repeated += repeated
            yield number
        self._output.mux(self.picture.encode(None))
        for sound in self.sounds:
            sound.finish()

    def _add_picture(self, coding: Coding) -> Any:
        options = {"g": str(coding.gop), **coding.options}
        stream: Any = self._output.add_stream(coding.codec, rate=coding.rate, options=options)
        stream.width, stream.height = coding.shape.width, coding.shape.height
        stream.pix_fmt = coding.shape.pixels
        stream.time_base = stream.codec_context.time_base = self._index.time_base
        stream.codec_context.thread_count = THREADS
        # The last frame is as long as its source's: without this it is as long as the one before it.
        stream.codec_context.flags |= Flags.frame_duration
        return stream


def keep_colours(target: Any, source: VideoStream) -> None:
    """Say of the output's colours what the source says of its own."""
    for fact in COLOUR_FACTS:
        setattr(target.codec_context, fact, getattr(source.codec_context, fact))
