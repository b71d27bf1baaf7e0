"""Timed lyrics as LRC: read with offset and repeated times, written back, wrong lines named by number."""

import re
from dataclasses import dataclass, field

from app.core.texts import say

TIME = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
LOOKS_TIMED = re.compile(r"\[\s*\d")
TAG = re.compile(r"\[([A-Za-z#]+):(.*)\]$")
# Times of single words; lines are followed, so what they say is kept and they are not.
WORD_TIME = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>\s?")
MOST_LINES = 5000
LATEST_MS = 100 * 3600 * 1000
NAMES = {"ti": "title", "ar": "artist", "al": "album"}


@dataclass(frozen=True)
class LrcLine:
    """One line, and when it begins, in milliseconds."""

    ms: int
    text: str


@dataclass(frozen=True)
class Lyrics:
    """What a file says: lines in the order of their times, its names by tag, and what is wrong with it."""

    lines: list[LrcLine]
    tags: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(text: str) -> Lyrics:
    """Read LRC. A line may have several times; `[offset:+500]` lets all lines come half a second sooner."""
    lines: list[LrcLine] = []
    tags: dict[str, str] = {}
    problems: list[str] = []
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.strip()
        tag = TAG.match(line)
        if tag is not None:
            tags[tag[1].lower()] = tag[2].strip()
        elif line:
            found = _timed(line)
            lines += found if isinstance(found, list) else []
            problems += (
                [say("Line %(number)s: %(found)s", number=number, found=found)] if isinstance(found, str) else []
            )
    shift = _offset(tags, problems)
    ordered = sorted((LrcLine(max(0, line.ms - shift), line.text) for line in lines), key=lambda line: line.ms)
    if len(ordered) > MOST_LINES:
        problems.append(say("There are more than %(most_lines)s lines.", most_lines=f"{MOST_LINES:,}"))
    return Lyrics(ordered, tags, problems)


def write(lines: list[LrcLine], names: dict[str, str | None] | None = None) -> str:
    """Write LRC with the names there are; hundredths of a second, thousandths where they count."""
    known = names or {}
    heads = [f"[{tag}:{' '.join(value.split())}]" for tag, name in NAMES.items() if (value := known.get(name))]
    return "".join(f"{line}\n" for line in [*heads, *(f"[{stamp(line.ms)}]{line.text}" for line in lines)])


def text_of(text: str) -> str:
    """Return what LRC says, without its times."""
    return "\n".join(line.text for line in read(text).lines).strip()


def stamp(ms: int) -> str:
    """Return "03:07.25", or "03:07.256" where it is no whole hundredth."""
    minutes, rest = divmod(ms, 60_000)
    seconds, rest = divmod(rest, 1000)
    return f"{minutes:02}:{seconds:02}.{rest // 10:02}" if rest % 10 == 0 else f"{minutes:02}:{seconds:02}.{rest:03}"


def _timed(line: str) -> list[LrcLine] | str:
    """Return the lines one line stands for, or what is wrong with it."""
    times: list[int] = []
    while (found := TIME.match(line)) is not None:
        minutes, seconds = int(found[1]), int(found[2])
        if seconds > 59:
            return say("%(value)s has more than 59 seconds.", value=found[0])
        fraction = found[3] or "0"
        times.append((minutes * 60 + seconds) * 1000 + round(int(fraction) * 1000 / 10 ** len(fraction)))
        line = line[found.end() :].lstrip()
    if LOOKS_TIMED.match(line):
        return say("write its time like [03:07.25].")
    if not times:
        return say("it has no time. Write one before it, like [03:07.25].")
    return [LrcLine(ms, WORD_TIME.sub("", line).strip()) for ms in times]


def _offset(tags: dict[str, str], problems: list[str]) -> int:
    told = tags.pop("offset", "0") or "0"
    if not re.fullmatch(r"[+-]?\d{1,8}", told):
        problems.append(say("The offset “%(told)s” is no number of milliseconds.", told=told))
        return 0
    return min(LATEST_MS, max(-LATEST_MS, int(told)))
