"""How each database means to answer a statement: which tables it would read from end to end."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

# Of these there are a hundred thousand rows; reading the others whole is nothing.
BIG = {"media", "clips", "search_documents", "jobs", "songs", "audit_log"}

# A project here has more rows than that, a search ranks 2,000: no query behind a page may look at so many.
MOST_READ = 4_000

Statement = tuple[str, Any]


@contextmanager
def heard(engine: sa.Engine) -> Iterator[list[Statement]]:
    """Yield the list into which every statement goes, with its parameters."""
    said: list[Statement] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def full_scans(engine: sa.Engine, asked: Callable[[Session], Any]) -> list[str]:
    """Return what the statements of `asked` would read from end to end or sort from many, in the database's words."""
    with Session(engine) as session:
        with heard(engine) as said:
            asked(session)
        connection = session.connection()
        return [scan for statement in said for scan in SCANS[engine.dialect.name](connection, *statement)]


def _sqlite(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    details = [str(row[3]) for row in rows]
    scans = [detail for detail in details if detail.startswith("SCAN ") and detail.split()[1] in BIG]
    return [detail for detail in scans if "VIRTUAL TABLE" not in detail]


def _postgresql(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
    return [
        f"{node['Node Type']} on {node['Relation Name']}"
        for node in _nodes(plan)
        if node.get("Relation Name") in BIG and (node["Node Type"] == "Seq Scan" or _rows_read(node) > MOST_READ)
    ]


def _rows_read(node: dict[str, Any]) -> int:
    """Return how many rows a node looked at, those it gave on and those it did not."""
    return int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def _mariadb(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    plan = json.loads(connection.exec_driver_sql(f"ANALYZE FORMAT=JSON {statement}", parameters).scalar_one())
    return [
        f"{node['access_type']} on {node['table_name']}"
        for node in _nodes(plan)
        if node.get("table_name") in BIG and (node.get("access_type") == "ALL" or (node.get("r_rows") or 0) > MOST_READ)
    ]


def _nodes(plan: Any) -> Iterator[dict[str, Any]]:
    if isinstance(plan, dict):
        yield plan
        plan = list(plan.values())
    if isinstance(plan, list):
        for part in plan:
            yield from _nodes(part)


SCANS = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mariadb}
