"""Rows by the thousand: written by Core, and told to the audit log and the index as a flush would tell them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.changes import Change, Tracking, masked, tell, told_columns

# Small enough for every database's limit on parameters, large enough that more changes nothing.
CHUNK = 500


def create_many(session: Session, model: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows of a model that has a `public_id`, in the running unit; return their ids in the order given.

    What a row leaves out takes the column's default. Audited models are told to the log and the index.
    Raises `Conflict` at the end of the unit, like any write, where one of them clashes.
    """
    table = sa.inspect(model).local_table
    ids: list[int] = []
    remaining = iter(rows)
    while chunk := [_filled(table, row) for row in islice(remaining, CHUNK)]:
        chunk_ids = _insert(session, table, chunk)
        ids += chunk_ids
        if hasattr(model, "tracking"):
            tell(session, _changes(model, chunk, chunk_ids))
    return ids


def delete_many(session: Session, model: Any, *conditions: sa.ColumnElement[bool]) -> int:
    """Remove every row of an audited model that meets the conditions, in the running unit; return how many.

    Each is told to the log and the index. What the database's own cascades take along is not: name it first.
    """
    table, removed = sa.inspect(model).local_table, 0
    while rows := session.connection().execute(table.select().where(*conditions).limit(CHUNK)).mappings().all():
        tell(session, [_removal(model, dict(row)) for row in rows])
        session.connection().execute(table.delete().where(table.c.id.in_([row["id"] for row in rows])))
        removed += len(rows)
    return removed


class Likeness:
    """A written row that answers like an entity of its model: columns by name, and the model's own properties."""

    def __init__(self, model: Any, values: dict[str, Any]) -> None:
        self.__dict__.update(values, _model=model)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._model, name)
        if isinstance(found, property) and found.fget is not None:
            return found.fget(self)
        return found.__get__(self) if callable(found) else found


def _insert(session: Session, table: Any, chunk: list[dict[str, Any]]) -> list[int]:
    connection = session.connection()
    connection.execute(table.insert(), chunk)
    # Asked for by the ids we chose ourselves: the order of RETURNING is no database's promise.
    wanted = [row["public_id"] for row in chunk]
    found = connection.execute(sa.select(table.c.public_id, table.c.id).where(table.c.public_id.in_(wanted)))
    by_public_id: dict[UUID, int] = {row.public_id: row.id for row in found}
    return [by_public_id[public_id] for public_id in wanted]


def _filled(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with every column in it, defaults called, so that all rows are of one shape."""
    return {
        column.name: row[column.name] if column.name in row else _default(column)
        for column in table.columns
        if not column.primary_key
    }


def _default(column: sa.Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _changes(model: Any, chunk: Iterable[dict[str, Any]], ids: list[int]) -> list[Change]:
    tracking: Tracking = model.tracking
    names = told_columns(sa.inspect(model), tracking)
    return [
        Change("CREATE", Likeness(model, {"id": id, **row}), tracking, _diff(names, tracking, row))
        for id, row in zip(ids, chunk, strict=True)
    ]


def _diff(names: Sequence[str], tracking: Tracking, row: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    if not tracking.secret:
        return {name: (None, row[name]) for name in names if row[name] is not None}
    return {name: masked(name, tracking, None, row[name]) for name in names if row[name] is not None}


def _removal(model: Any, row: dict[str, Any]) -> Change:
    tracking: Tracking = model.tracking
    names = told_columns(sa.inspect(model), tracking)
    diff = {name: masked(name, tracking, row[name], None) for name in names if row[name] is not None}
    return Change("DELETE", Likeness(model, row), tracking, diff)
