"""Topics as chapters of other programs: WebVTT, lines of times as video sites read them, and JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# Sites that read chapters from a description want the first at 0:00 and none shorter than this.
SHORTEST_MS = 10_000
CONTENT_TYPES = {"vtt": "text/vtt", "txt": "text/plain", "json": "application/json"}


@dataclass(frozen=True)
class Chapter:
    """A title over [start_ms, end_ms)."""

    start_ms: int
    end_ms: int
    title: str


def write(form: str, chapters: Sequence[Chapter]) -> str:
    """Return the chapters as "vtt", "txt" or "json"; raises KeyError for another form."""
    return WRITERS[form](chapters)


def _vtt(chapters: Sequence[Chapter]) -> str:
    cues = [
        f"{number}\n{_stamp(chapter.start_ms)} --> {_stamp(chapter.end_ms)}\n{_escaped(chapter.title)}\n"
        for number, chapter in enumerate(chapters, 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _txt(chapters: Sequence[Chapter]) -> str:
    """Return a line for each chapter; one that would be shorter than ten seconds becomes part of the one before it."""
    lines: list[str] = []
    last = -SHORTEST_MS
    for chapter in chapters:
        start = chapter.start_ms if lines else 0
        if start - last >= SHORTEST_MS:
            lines.append(f"{_clock(start)} {chapter.title}\n")
            last = start
    return "".join(lines)


def _json(chapters: Sequence[Chapter]) -> str:
    rows: list[dict[str, Any]] = [
        {"start_ms": each.start_ms, "end_ms": each.end_ms, "title": each.title} for each in chapters
    ]
    return json.dumps({"chapters": rows}, ensure_ascii=False)


def _stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _clock(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


WRITERS: dict[str, Callable[[Sequence[Chapter]], str]] = {"vtt": _vtt, "txt": _txt, "json": _json}
