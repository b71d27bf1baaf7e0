"""Rows as CSV that a spreadsheet opens as text: nothing a person typed is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

# What makes a spreadsheet calculate, or cut a cell in two, when a cell begins with it.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterable[str]:
    """Yield the head and each row as one CSV line, quoted where needed and ended as RFC 4180 says."""
    yield line(head)
    for row in rows:
        yield line(row)


def line(values: Sequence[Any]) -> str:
    """Return one CSV line; None is an empty cell, a moment is ISO 8601."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return harmless(value)
    return value


def harmless(text: str) -> str:
    """Return text that no spreadsheet calculates: what begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text
