"""Write lines as captions and other files: WebVTT, SubRip, plain text, tables for spreadsheets."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from app.core.csv import harmless
from app.transcripts.words import Word

CONTENT_TYPES = {
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
COLUMNS = ("start", "end", "speaker", "text")


@dataclass(frozen=True)
class Cue:
    """One line on its way in or out; times in milliseconds from the first tick, the speaker by name."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str | None = None
    words: list[Word] = field(default_factory=list)


def write(form: str, cues: Sequence[Cue]) -> str:
    """Return the lines in a format of `CONTENT_TYPES`. Raises KeyError for another."""
    return WRITERS[form](cues)


def clock(milliseconds: int, point: str = ".") -> str:
    """Return a time as 00:12:47.340."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def _vtt(cues: Sequence[Cue]) -> str:
    blocks = ["WEBVTT"]
    for cue in cues:
        voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
        text = escape(cue.text, quote=False)
        blocks.append(f"{clock(cue.start_ms)} --> {clock(cue.end_ms)}\n{voice}{text}")
    return "\n\n".join(blocks) + "\n"


def _srt(cues: Sequence[Cue]) -> str:
    blocks = [
        # An arrow in the text would begin a cue of its own in some readers.
        f"{number}\n{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}\n{_named(cue).replace('-->', '→')}"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n\n".join(blocks) + "\n"


def _txt(cues: Sequence[Cue]) -> str:
    return "".join(f"[{clock(cue.start_ms)}] {_named(cue)}\n" for cue in cues)


def _csv(cues: Sequence[Cue]) -> str:
    output = io.StringIO()
    table = csv.writer(output)
    table.writerow(COLUMNS)
    for cue in cues:
        table.writerow([clock(cue.start_ms), clock(cue.end_ms), harmless(cue.speaker or ""), harmless(cue.text)])
    # The mark tells spreadsheets that this is UTF-8.
    return "\ufeff" + output.getvalue()


def words_to_dicts(words: Iterable[Word]) -> list[dict[str, Any]]:
    """Return words with their fields named."""
    return [{"start_ms": word[0], "end_ms": word[1], "text": word[2], "probability": word[3]} for word in words]


def _named(cue: Cue) -> str:
    return f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text


WRITERS: dict[str, Callable[[Sequence[Cue]], str]] = {
    "vtt": _vtt,
    "srt": _srt,
    "txt": _txt,
    "csv": _csv,
}
