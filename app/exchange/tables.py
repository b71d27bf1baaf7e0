"""Clips as a table of comma-separated values, out and in."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from app.core.csv import harmless, lines
from app.core.errors import Invalid
from app.core.texts import say
from app.exchange.marks import Found, Mark, Target, at_line, checked, fit_notes, fit_title

HEAD = (
    "title",
    "in_timecode",
    "out_timecode",
    "in_point",
    "out_point",
    "rate",
    "recording",
    "file",
    "tags",
    "notes",
    "clip",
    "media",
)
# What other programs call the same: in, out and name.
NAMES = {"name": "title", "label": "title", "clip_name": "title", "in": "start", "out": "end", "note": "notes"}
NEEDED = (("in_timecode", "out_timecode"), ("in_point", "out_point"), ("start", "end"))
SEPARATORS = (",", ";", "\t")
SECONDS = re.compile(r"\d{1,9}(?:\.\d{0,9})?", re.ASCII)
LABEL = re.compile(r"\d{1,3}(?:[:;]\d{1,3}){1,3}(?:[.,]\d{1,3})?", re.ASCII)


def write_table(rows: Iterable[Sequence[object]]) -> str:
    """Return rows of `HEAD` as text; `out_timecode` is the last frame kept, `out_point` the first tick not kept."""
    return "".join(lines(HEAD, rows))


def read_table(text: str, target: Target) -> Found:
    """Return the stretches a table marks; the columns are those of `HEAD`, or start and end with the end exclusive.

    Without a first line of names the columns are start, end and title. Raises `Invalid` with the line.
    """
    rows = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(cell.strip() for cell in row)]
    if not rows:
        raise Invalid(say("This table is empty."), "file")
    head = [_column(cell) for cell in rows[0][1]]
    if _is_time(rows[0][1][0]):
        head = ["start", "end", "title"]
    else:
        rows = rows[1:]
    pair = next((pair for pair in NEEDED if set(pair) <= set(head)), None)
    if pair is None:
        raise Invalid(say("A table needs the columns in_timecode and out_timecode, or start and end."), "file")
    marks = [_mark(number, dict(zip(head, row, strict=False)), pair, target) for number, row in rows]
    ours = [mark for mark in marks if mark is not None]
    return Found(checked(ours, target), len(marks) - len(ours))


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Invalid(say("This is no table that can be read."), "file") from error


def _mark(number: int, row: dict[str, str], pair: tuple[str, str], target: Target) -> Mark | None:
    """Return what a row marks; None where it names another recording's file."""
    file = row.get("file", "").strip()
    if file and not target.is_named(file):
        return None
    first, last = (row.get(name, "").strip() for name in pair)
    try:
        in_point, out_point = _points(pair[0], first, last, target)
    except Invalid as error:
        raise at_line(number, str(error)) from error
    notes = fit_notes(_as_typed(row.get("notes", "")))
    return Mark(fit_title(_as_typed(row.get("title", ""))), in_point, out_point, notes, number)


def _points(column: str, first: str, last: str, target: Target) -> tuple[int, int]:
    if column == "in_timecode":
        return target.clock.read(first, "file"), target.clock.read_out(last, "file")
    if column == "in_point":
        if not (first.isascii() and last.isascii() and first.isdecimal() and last.isdecimal()):
            raise Invalid(say("in_point and out_point are whole numbers."))
        return int(first), int(last)
    return _time(first, target), _time(last, target)


def _time(cell: str, target: Target) -> int:
    """Return the tick of seconds, or of a timecode."""
    if LABEL.fullmatch(cell):
        return target.clock.read(cell, "file")
    if not SECONDS.fullmatch(cell):
        raise Invalid(say("start and end are seconds, like 12.48, or timecodes."))
    return target.tick_at(Fraction(cell))


def _is_time(cell: str) -> bool:
    return bool(SECONDS.fullmatch(cell.strip()) or LABEL.fullmatch(cell.strip()))


def _column(cell: str) -> str:
    name = cell.strip().lstrip("\ufeff").lower().replace(" ", "_")
    return NAMES.get(name, name)


def _as_typed(cell: str) -> str:
    """Take off the apostrophe our tables put before what a spreadsheet would calculate."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
