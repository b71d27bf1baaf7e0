"""Rows for any table of any revision, made from what the database says of itself, and a digest of them."""

import hashlib
import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.core.schema import is_ours

ROWS = (1, 2)
QUOTED = re.compile(r"'([^']*)'")
BETWEEN = re.compile(r"[(`\"\s]*(\w+)\W+BETWEEN\W*(\d+)\W+AND\W+(\d+)", re.IGNORECASE)
AT_LEAST_AND_MOST = re.compile(r"\(*(\w+)\W+>=\W+\(?(\d+)\W.*?\1\W+<=\W+\(?(\d+)", re.DOTALL)
LARGER = re.compile(r"[(`\"]*([a-z_]+)[`\"]*\s*>=?\s*[`\"]*([a-z_]+)")

Digest = dict[str, dict[str, str]]


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    """Return our tables as the database has them now, parents first."""
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: is_ours(None, name, "table", True, None))
    return metadata.sorted_tables


def fill(connection: sa.Connection) -> None:
    """Put two rows into every table; every column has a value, and each row of a child its parent."""
    for table in tables_of(connection):
        checks = _checks(connection, table.name)
        columns = [column for column in table.columns if column.computed is None]
        rows = [{column.name: _value(column, checks, number) for column in columns} for number in ROWS]
        connection.execute(table.insert(), rows)


def digest(connection: sa.Connection) -> Digest:
    """Return {table: {column: hash of its values in the order of the key}}."""
    return {table.name: _columns(connection, table) for table in tables_of(connection)}


def lost(before: Digest, after: Digest) -> list[str]:
    """Name the columns that both have and that hold something else now."""
    return [
        f"{table}.{column}"
        for table, columns in before.items()
        for column, value in columns.items()
        if after.get(table, {}).get(column, value) != value
    ]


def _columns(connection: sa.Connection, table: sa.Table) -> dict[str, str]:
    order = list(table.primary_key.columns) or list(table.columns)
    rows = connection.execute(sa.select(table).order_by(*order)).mappings().all()
    return {
        column.name: hashlib.sha256(json.dumps([str(row[column.name]) for row in rows]).encode()).hexdigest()
        for column in table.columns
        if column.computed is None
    }


def _checks(connection: sa.Connection, table: str) -> list[str]:
    if connection.dialect.name != "mysql":
        return [str(check["sqltext"]) for check in sa.inspect(connection).get_check_constraints(table)]
    # SQLAlchemy leaves out those MariaDB keeps at a column.
    clauses = "SELECT check_clause FROM information_schema.check_constraints"
    mine = sa.text(f"{clauses} WHERE constraint_schema = database() AND table_name = :table")
    return list(connection.scalars(mine, {"table": table}))


def _value(column: sa.Column[Any], checks: list[str], number: int) -> Any:
    choices = _choices(column.name, checks)
    if choices:
        return choices[number % len(choices)]
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 1, number, tzinfo=UTC if getattr(kind, "timezone", False) else None)
    if isinstance(kind, sa.JSON):
        return {"number": number}
    if isinstance(kind, sa.Boolean):
        return bool(number % 2)
    if isinstance(kind, sa.Float | sa.Numeric) and not isinstance(kind, sa.Integer):
        return number / 10
    if isinstance(kind, sa.Integer):
        return _whole(column.name, checks, number)
    return _text(column, checks, number)


def _text(column: sa.Column[Any], checks: list[str], number: int) -> Any:
    if isinstance(column.type, sa.Uuid):
        return uuid.UUID(int=number)
    # JSON is text to MariaDB, with a CHECK that it reads as JSON.
    if any("json_valid" in check and column.name in check for check in checks):
        return f'"{number}"'
    longest = getattr(column.type, "length", None) or 64
    return f"{number:032x}" if column.name.endswith("public_id") else f"{number}{column.name}"[:longest]


def _choices(name: str, checks: list[str]) -> list[str]:
    for check in checks:
        words = re.findall(r"[a-z_]+", check.lower())
        if words and words[0] == name and (" in " in check.lower() or "any" in words):
            return QUOTED.findall(check)
    return []


def _whole(name: str, checks: list[str], number: int) -> int:
    for check in checks:
        limits = BETWEEN.search(check) or AT_LEAST_AND_MOST.search(check)
        if limits and limits.group(1) == name:
            number = min(max(number, int(limits.group(2))), int(limits.group(3)))
        larger = LARGER.search(check)
        if larger and larger.group(1) == name:
            number += 10
    return number
