"""A cut list as plain values: clips of one frame rate, one after another, as every editing program knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from app.core.timecode import AUDIO_RATE, Rate, format_timecode, parse_timecode

# Where editing programs begin a sequence, so that there is room before its first picture.
FIRST_LABEL = "01:00:00:00"
FIRST_SECOND = 3600


@dataclass(frozen=True)
class Source:
    """A recording that clips are cut from.

    `start` is the number of the label on its first frame, `duration` its length in frames; both of the list's rate.
    """

    id: str
    title: str
    filename: str
    duration: int
    start: int = 0
    drop_frame: bool = False
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    sample_rate: int | None = None

    @property
    def url(self) -> str:
        """Return the file's name as an address relative to the list: beside the file it is found at once."""
        return quote(self.filename)


@dataclass(frozen=True)
class Cut:
    """One clip: frames [in_point, out_point) of its source, counted from the source's first frame."""

    title: str
    source: Source
    in_point: int
    out_point: int
    notes: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        return self.out_point - self.in_point


@dataclass(frozen=True)
class CutList:
    """Cuts of one rate in their order; each begins where the one before it ended."""

    name: str
    rate: Rate
    cuts: Sequence[Cut]

    @cached_property
    def drop_frame(self) -> bool:
        """Say whether the list numbers with drop-frame: where every source does."""
        return all(cut.source.drop_frame for cut in self.cuts)

    @cached_property
    def start(self) -> int:
        """Return the number of the label the list begins at."""
        if self.rate.is_audio:
            return FIRST_SECOND * AUDIO_RATE
        return parse_timecode(FIRST_LABEL, self.rate.num, self.rate.den, self.drop_frame)

    @cached_property
    def sources(self) -> list[Source]:
        """Return the sources in the order they come up, each once."""
        return list({cut.source.id: cut.source for cut in self.cuts}.values())

    @property
    def length(self) -> int:
        return sum(cut.length for cut in self.cuts)

    def placed(self) -> list[tuple[int, Cut]]:
        """Return each cut with the frame of the list, counted from 0, at which it begins."""
        at, rows = 0, []
        for cut in self.cuts:
            rows.append((at, cut))
            at += cut.length
        return rows

    def label(self, number: int, drop_frame: bool) -> str:
        """Return the timecode that has this number, whatever day it is."""
        return format_timecode(0, self.rate.num, self.rate.den, drop_frame, number)


def one_line(text: str) -> str:
    """Return text without line ends and all else that cannot be printed, which neither lists nor databases take."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def clean_lines(text: str | None) -> str | None:
    """Return text with its lines, each as `one_line` has it; None for nothing."""
    return "\n".join(one_line(line) for line in (text or "").splitlines()).strip() or None
