"""A recording's clock: ticks as people read and type them, and the out point's one-tick rule."""

from dataclasses import dataclass, replace
from pathlib import Path

from app.core.errors import Invalid
from app.core.timecode import TimecodeError, format_duration, format_timecode, frames_to_seconds, parse_timecode
from app.media.models import Media
from app.processing.frame_index import FrameIndex


@dataclass(frozen=True)
class Clock:
    """One recording's timebase and numbering."""

    num: int
    den: int
    drop_frame: bool = False
    start: int = 0
    # When each frame is really shown, where the rate varies.
    index: FrameIndex | None = None

    def show(self, tick: int) -> str:
        """Return the timecode of a tick."""
        return format_timecode(tick, self.num, self.den, self.drop_frame, self.start)

    def read(self, text: str, field: str) -> int:
        """Return the tick a person typed; raises `Invalid` at `field` with the value that would pass."""
        try:
            return parse_timecode(text, self.num, self.den, self.drop_frame, self.start)
        except TimecodeError as error:
            raise Invalid(str(error), field) from error

    def show_out(self, out_point: int) -> str:
        """Return the timecode of the last tick kept: what "Set out" left on the screen."""
        return self.show(out_point - 1)

    def read_out(self, text: str, field: str) -> int:
        """Return the exclusive out point of a typed last tick."""
        return self.read(text, field) + 1

    def seconds(self, tick: int) -> float:
        """Return where a tick lies in seconds from the first, for drawing."""
        if self.index is not None:
            return self.index.seconds(min(tick, len(self.index)))
        return frames_to_seconds(tick, self.num, self.den)

    def length(self, ticks: int) -> str:
        """Return a length in words."""
        return format_duration(ticks, self.num, self.den)


def clock_of(media: Media) -> Clock:
    """Return the clock of a recording; its first tick carries the file's start timecode."""
    start = 0
    if media.start_timecode:
        start = parse_timecode(media.start_timecode, media.rate_num, media.rate_den, media.drop_frame)
    return Clock(media.rate_num, media.rate_den, media.drop_frame, start)


def exact_clock(media: Media, index: Path | None) -> Clock:
    """Return the recording's clock; where its rate varies, its frame index says when each frame is shown."""
    if not media.variable_rate or index is None:
        return clock_of(media)
    return replace(clock_of(media), index=FrameIndex.load(index))
