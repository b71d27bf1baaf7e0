"""Keyset paging: the place after a row, not a page number, so that deep pages cost what the first does."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from app.core.errors import Invalid
from app.core.texts import later

T = TypeVar("T")

# What `ORDER BY` may name: a mapped attribute or an expression.
Column = Any

MAX_ROWS = 200
LARGEST_INTEGER = 1 << 63
DAMAGED = later("This page address is damaged. Start from the first page.")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of rows in a stable order; `next_after` asks for the one behind it, None at the end."""

    items: list[T]
    next_after: str | None = None


def clamp(limit: int) -> int:
    """Return how many rows one page may hold, from 1 to 200."""
    return max(1, min(limit, MAX_ROWS))


def encode_after(values: Sequence[Any]) -> str:
    """Return the opaque place behind a row with these sort values (datetimes, numbers, text)."""
    plain = [{"t": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_after(after: str, width: int) -> list[Any]:
    """Return the sort values in `after`; raises `Invalid` where it is not one of ours."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        values = [datetime.fromisoformat(value["t"]) if isinstance(value, dict) else value for value in plain]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise Invalid(DAMAGED, "after") from error
    if len(values) != width or not all(isinstance(value, (str, int, float, datetime)) for value in values):
        raise Invalid(DAMAGED, "after")
    return values


def decode_id(after: str) -> int:
    """Return the one id in `after`; raises `Invalid` where it is not one of ours."""
    (id,) = decode_after(after, 1)
    if type(id) is not int or abs(id) >= LARGEST_INTEGER:
        raise Invalid(DAMAGED, "after")
    return id


def behind(columns: Sequence[Column], values: Sequence[Any], *, descending: bool) -> sa.ColumnElement[bool]:
    """Return the condition "sorts behind these values" as plain comparisons every database can index.

    The first column alone bounds the range that is read; the others decide among equals.
    Raises `Invalid` for a value that is not of its column's kind: an address may hold anything.
    """
    _refuse_others(columns, values)
    return _sorts_behind(columns, values, descending=descending)


def behind_place(columns: Sequence[Column], *, descending: bool) -> sa.ColumnElement[bool]:
    """Return the same condition for a statement put together once; `read_place` gives what it is run with."""
    places = [sa.bindparam(f"after_{number}", type_=column.type) for number, column in enumerate(columns)]
    return _sorts_behind(columns, places, descending=descending)


def read_place(after: str, columns: Sequence[Column]) -> dict[str, Any]:
    """Return the sort values in `after` by the names `behind_place` gave them; raises `Invalid` as `behind` does."""
    values = decode_after(after, len(columns))
    _refuse_others(columns, values)
    return {f"after_{number}": value for number, value in enumerate(values)}


def _sorts_behind(columns: Sequence[Column], values: Sequence[Any], *, descending: bool) -> sa.ColumnElement[bool]:
    head, *rest = columns
    value, *others = values
    further: sa.ColumnElement[bool] = head < value if descending else head > value
    if not rest:
        return further
    within: sa.ColumnElement[bool] = head <= value if descending else head >= value
    return sa.and_(within, sa.or_(further, _sorts_behind(rest, others, descending=descending)))


def _refuse_others(columns: Sequence[Column], values: Sequence[Any]) -> None:
    if not all(_is_comparable(column, value) for column, value in zip(columns, values, strict=True)):
        raise Invalid(DAMAGED, "after")


def _is_comparable(column: Column, value: Any) -> bool:
    if type(value) is not column.type.python_type:
        return False
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, int):
        return abs(value) < LARGEST_INTEGER
    # Half a character pair cannot be sent to a database, and PostgreSQL takes no NUL.
    return not isinstance(value, str) or not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)
