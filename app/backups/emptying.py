"""Take everything out of a database, the job engine's tables included; for what is about to be filled again."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from app.backups.copying import close_for_good, sqlite_path


def empty_database(url: str) -> None:
    """Leave an empty database; a SQLite file is removed. Raises `BackupError` while anybody has it open."""
    path = sqlite_path(url)
    if path is not None:
        if path.exists():
            close_for_good(path)
            path.unlink()
        return
    # A plain engine: without the house's hooks nothing makes this one read-only.
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            _empty(engine, connection)
    finally:
        engine.dispose()


def _empty(engine: Engine, connection: Connection) -> None:
    if engine.dialect.name == "postgresql":
        for statement in ("DROP SCHEMA IF EXISTS dbos CASCADE", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            connection.exec_driver_sql(statement)
        return
    connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
    for name in sa.inspect(connection).get_table_names():
        sa.Table(name, sa.MetaData()).drop(connection)
    connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 1")
