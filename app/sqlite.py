"""Put a SQLite without the WAL-reset bug in place of the system's, before anything imports it."""

import importlib
import sqlite3
import sys

# Fixed in 3.51.3: two connections that commit and checkpoint at once could corrupt a WAL database.
SAFE_VERSION = (3, 51, 3)


def use_safe_sqlite() -> tuple[int, ...]:
    """Make `import sqlite3` mean the `pysqlite3` wheel where the system's SQLite is too old.

    Returns the version now in use. Call it first in every entry point; later calls change nothing.
    """
    if sqlite3.sqlite_version_info >= SAFE_VERSION:
        return sqlite3.sqlite_version_info
    try:
        replacement = importlib.import_module("pysqlite3")
    except ImportError:
        return sqlite3.sqlite_version_info
    sys.modules["sqlite3"] = replacement
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")
    return tuple(replacement.sqlite_version_info)


def is_safe(version: tuple[int, ...]) -> bool:
    """Say whether this SQLite version is free of the WAL-reset bug."""
    return version >= SAFE_VERSION
