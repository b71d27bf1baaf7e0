"""Look at a database from the operator's side: what it is, how large, and what lies in it. Nothing is changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from app.core.schema import is_ours

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB", "mariadb": "MariaDB"}
VERSION = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version", "mysql": "SELECT version()"}
# Tables with more rows than this are estimated on servers: counting them would read them whole.
COUNTED_ROWS = 100_000
SIZES = {
    "sqlite": "SELECT tbl_name, SUM(pgsize), 0 FROM sqlite_master JOIN dbstat USING (name) GROUP BY tbl_name",
    "postgresql": "SELECT c.relname, pg_total_relation_size(c.oid), c.reltuples::bigint FROM pg_class c"
    " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace",
    "mysql": "SELECT table_name, data_length + index_length, table_rows FROM information_schema.tables"
    " WHERE table_schema = database() AND table_type = 'BASE TABLE'",
}
TOTAL = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "mysql": "SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables"
    " WHERE table_schema = database()",
}


@dataclass(frozen=True)
class TableFacts:
    """One table; `is_exact` is False where a server estimated the rows; sizes with indexes, in bytes, where known."""

    name: str
    rows: int
    is_exact: bool
    size_bytes: int | None
    indexes: tuple[str, ...]
    is_ours: bool


@dataclass(frozen=True)
class DatabaseFacts:
    """The database as a whole; a file's sizes are None for servers, and `place` names no password."""

    kind: str
    version: str
    place: str
    size_bytes: int
    wal_bytes: int | None
    free_bytes: int | None


def look(connection: Connection) -> DatabaseFacts:
    """Return what the database is and how large."""
    name = connection.dialect.name
    version = str(connection.exec_driver_sql(VERSION[name]).scalar()).split("-")[0]
    if name == "sqlite":
        return _look_at_file(connection, version)
    size = int(connection.exec_driver_sql(TOTAL[name]).scalar() or 0)
    place = connection.engine.url.set(password=None, query={}).render_as_string()
    return DatabaseFacts(KINDS[name], version, place, size, None, None)


def tables(connection: Connection) -> list[TableFacts]:
    """Return every table with its rows, size and indexes, by name."""
    sizes = _sizes(connection)
    indexes = {name: keys for (_, name), keys in sa.inspect(connection).get_multi_indexes().items()}
    found = []
    for name in sorted(indexes):
        size, estimate = sizes.get(name, (None, 0))
        is_exact = estimate < COUNTED_ROWS
        rows = _count(connection, name) if is_exact else estimate
        keys = tuple(sorted(str(key["name"]) for key in indexes[name]))
        found.append(TableFacts(name, rows, is_exact, size, keys, is_ours(None, name, "table", True, None)))
    return found


def pool_figures(engine: Engine) -> dict[str, int]:
    """Return how many connections are in use, idle and at most allowed; zeros where the pool keeps no count."""
    pool: Any = engine.pool
    if not isinstance(pool, sa.pool.QueuePool):
        return {"in_use": 0, "idle": 0, "most": 0}
    most = pool.size() + pool._max_overflow
    return {"in_use": pool.checkedout(), "idle": pool.checkedin(), "most": most}


def _look_at_file(connection: Connection, version: str) -> DatabaseFacts:
    path = Path(connection.engine.url.database or "")
    wal = path.with_name(path.name + "-wal")
    page = int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)
    free = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0) * page
    size = path.stat().st_size if path.exists() else 0
    return DatabaseFacts("SQLite", version, str(path), size, wal.stat().st_size if wal.exists() else 0, free)


def _sizes(connection: Connection) -> dict[str, tuple[int | None, int]]:
    """Return (bytes, estimated rows) by table; a SQLite built without its statistics table keeps no such figures."""
    if connection.dialect.name == "sqlite" and "ENABLE_DBSTAT_VTAB" not in _sqlite_options(connection):
        return {}
    question = SIZES[connection.dialect.name]
    return {row[0]: (int(row[1] or 0), int(row[2] or 0)) for row in connection.exec_driver_sql(question)}


def _sqlite_options(connection: Connection) -> set[str]:
    return {row[0] for row in connection.exec_driver_sql("PRAGMA compile_options")}


def _count(connection: Connection, name: str) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0)
