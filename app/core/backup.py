"""Copy a SQLite database while it is in use, whole and consistent."""

import sqlite3
from pathlib import Path

from app.core.clock import now
from app.core.storage import sync_file, sync_folder

KEPT_BEFORE_UPGRADES = 5


def sqlite_path(url: str) -> Path | None:
    """Return the file behind a SQLite URL; None for any other database, or one in memory."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.endswith(":memory:"):
        return None
    return Path(url[len(prefix) :])


def copy_sqlite(source: Path, target: Path) -> None:
    """Write a consistent copy of `source` to `target` with SQLite's backup API, durable before it has its name."""
    unfinished = target.with_suffix(".part")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    reader, writer = sqlite3.connect(source), sqlite3.connect(unfinished)
    try:
        with writer:
            reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")
    finally:
        writer.close()
        reader.close()
    sync_file(unfinished)
    unfinished.replace(target)
    sync_folder(target.parent)


def before_upgrade(source: Path, folder: Path) -> Path | None:
    """Keep a copy of the database before its schema changes; the five newest stay. None where there is none yet."""
    if not source.exists() or source.stat().st_size == 0:
        return None
    target = folder / f"before-upgrade-{now():%Y%m%d-%H%M%S}.db"
    copy_sqlite(source, target)
    for old in sorted(folder.glob("before-upgrade-*.db"))[:-KEPT_BEFORE_UPGRADES]:
        old.unlink()
    return target
