"""What a file of another program marks in one recording, before it becomes clips."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

from app.clips.bounds import refuse_outside
from app.clips.service import LONGEST_TITLE
from app.core.errors import Invalid
from app.core.texts import say
from app.exchange.cut_list import clean_lines, one_line
from app.media.clock import Clock

MOST_MARKS = 500
LONGEST_NOTES = 10_000


@dataclass(frozen=True)
class Mark:
    """A stretch [in_point, out_point) in ticks of the recording, and what it is called; `line` is where it stood."""

    title: str
    in_point: int
    out_point: int
    notes: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Target:
    """The recording that is marked: its clock, its length in ticks, and what other programs call it."""

    clock: Clock
    duration: int
    variable_rate: bool
    names: frozenset[str]

    def tick_at(self, seconds: Fraction) -> int:
        """Return the tick whose beginning is nearest; raises `Invalid` where ticks are not evenly spaced."""
        if self.variable_rate:
            raise Invalid(say("This recording’s frame rate varies: seconds do not name its frames. Give timecodes."))
        return int(seconds * self.clock.num / self.clock.den + Fraction(1, 2))

    def is_named(self, name: str) -> bool:
        """Say whether a program means this recording by a clip's, file's or address's name."""
        return bool(names_of(name, name) & self.names)


@dataclass(frozen=True)
class Found:
    """The marks of a file, in its order, how many were of other recordings, and how many are clips already."""

    marks: list[Mark]
    of_others: int = 0
    here_already: int = 0


def names_of(filename: str, title: str) -> frozenset[str]:
    """Return the names a recording goes by elsewhere: its file's with and without ending, and its title."""
    file = PurePosixPath(unquote(filename).replace("\\", "/")).name.casefold()
    return frozenset({file, file.rpartition(".")[0] or file, title.casefold()})


def checked(marks: Iterable[Mark], target: Target) -> list[Mark]:
    """Return the marks, each once; raises `Invalid` for none, too many, or one that is not in the recording."""
    kept: dict[tuple[int, int, str], Mark] = {}
    for mark in marks:
        try:
            refuse_outside(target.duration, mark.in_point, mark.out_point)
        except Invalid as error:
            raise at_line(mark.line, str(error)) from error
        kept.setdefault((mark.in_point, mark.out_point, mark.title), mark)
    if not kept:
        raise Invalid(say("Nothing in this file marks a clip."), "file")
    if len(kept) > MOST_MARKS:
        raise Invalid(say("This file marks %(count)s clips. Import at most 500 at once.", count=len(kept)), "file")
    return list(kept.values())


def at_line(line: int, words: str) -> Invalid:
    """Return the error that says which line of the file it is about; line 0 is none."""
    return Invalid(say("Line %(line)s: %(words)s", line=line, words=words) if line else words, "file")


def fit_title(text: str) -> str:
    """Return a name that fits a clip."""
    return one_line(text)[:LONGEST_TITLE].rstrip()


def fit_notes(text: str) -> str | None:
    """Return notes that fit a clip; None for none."""
    return clean_lines(text[:LONGEST_NOTES])
