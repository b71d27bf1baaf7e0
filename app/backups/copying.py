"""Copy a SQLite database while it is in use, whole and consistent, and look whether a copy is sound."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.backups.errors import BackupError

NOT_OPEN_ELSEWHERE = "delete"
LOGS = ("-wal", "-shm")

log = logging.getLogger("rushes.backups")


def sqlite_path(url: str) -> Path | None:
    """Return the file behind a SQLite URL; None for any other database, or one in memory."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.endswith(":memory:"):
        return None
    return Path(url[len(prefix) :])


def copy_sqlite(source: Path, target: Path) -> None:
    """Write a consistent copy with SQLite's backup API; writers go on meanwhile, and are not in it.

    In one go: a copy made in steps would begin again at each commit of another process.
    """
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    reader, writer = sqlite3.connect(source), sqlite3.connect(target)
    try:
        with writer:
            reader.backup(writer)
        # A copy is one file: it needs no log beside it.
        writer.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied: {error}.") from error
    finally:
        writer.close()
        reader.close()


def sqlite_revision(path: Path) -> str:
    """Return the revision of a SQLite file; raises `BackupError` where it is not one of ours."""
    with read_only(path) as connection:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(rows) != 1:
        raise BackupError(f"{path.name} is at {len(rows)} revisions instead of one.")
    return str(rows[0][0])


def check_sqlite(path: Path) -> dict[str, int]:
    """Read a copy through and return its rows by table; raises `BackupError` where it is not sound."""
    with read_only(path) as connection:
        found = connection.execute("PRAGMA integrity_check(5)").fetchall()
        if found != [("ok",)]:
            raise BackupError(f"{path.name} is not sound: {'; '.join(str(row[0]) for row in found)}.")
        if orphans := connection.execute("PRAGMA foreign_key_check").fetchmany(1):
            raise BackupError(f"{path.name} is not sound: a row of {orphans[0][0]} points at nothing.")
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _rows(connection, name) for name in names}


def newest_change(path: Path) -> str:
    """Return when the newest entry of the log was written, as SQLite stores it; "" where there is none."""
    with read_only(path) as connection:
        return str(connection.execute("SELECT COALESCE(MAX(occurred_at), '') FROM audit_log").fetchone()[0])


def named_files(path: Path) -> list[str]:
    """Return the keys of the originals a copy names; each is a file of the store."""
    with read_only(path) as connection:
        found = connection.execute("SELECT storage_key FROM media WHERE storage_key IS NOT NULL")
        return [str(row[0]) for row in found]


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for reading alone; what SQLite says of it becomes a `BackupError`."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        yield connection
    except sqlite3.Error as error:
        raise BackupError(f"{path.name} cannot be read as a database of Rushes: {error}.") from error
    finally:
        connection.close()


def close_for_good(path: Path) -> None:
    """Bring the log into the file and take it away; raises `BackupError` while anybody has the file open.

    SQLite leaves its write-ahead log only for the last one who has the file open, so this is the proof. A damaged
    file is left as it is, its log too: of that nothing can be proved.
    """
    connection = sqlite3.connect(path, timeout=1)
    try:
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise BackupError(f"Something still has {path} open. Stop the web server and the workers first.") from error
    except sqlite3.DatabaseError:
        log.warning("%s is damaged", path)
        return
    finally:
        connection.close()
    if mode != NOT_OPEN_ELSEWHERE:
        raise BackupError(f"Something still has {path} open. Stop the web server and the workers first.")


def _rows(connection: sqlite3.Connection, name: str) -> int:
    quoted = name.replace('"', '""')
    question = f'SELECT COUNT(*) FROM "{quoted}"'
    return int(connection.execute(question).fetchone()[0])
