"""Two users of one server's database: the owner, who makes its tables, and the app's own, who may only use them."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app.config import Settings
from app.core.db import db, install_hooks

CURRENT = sa.text("SELECT current_schema()")
# What the app does with tables; it makes and drops none, and where the schema stands is not its to say.
GRANTS = (
    "GRANT USAGE ON SCHEMA %(schema)s TO %(role)s",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %(schema)s TO %(role)s",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %(schema)s TO %(role)s",
    "REVOKE INSERT, UPDATE, DELETE ON %(schema)s.alembic_version FROM %(role)s",
)


@contextmanager
def migrating_engine(settings: Settings) -> Iterator[Engine]:
    """Yield the engine migrations run on: the owner's, where `RUSHES_MIGRATIONS_URL` names one, else the app's own.

    Raises ValueError where the two name different databases.
    """
    if settings.migrations_url is None:
        yield db.engine
        return
    owners, apps = sa.make_url(settings.migrations_url), sa.make_url(settings.database_url)
    if (owners.get_backend_name(), owners.database) != (apps.get_backend_name(), apps.database):
        raise ValueError("RUSHES_MIGRATIONS_URL must name the same database as DATABASE_URL, with another user")
    engine = sa.create_engine(owners, hide_parameters=True)
    install_hooks(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def role_of_app(settings: Settings) -> str | None:
    """Return the user the app signs in to the database as, where another one owns the tables."""
    return sa.make_url(settings.database_url).username if settings.migrations_url else None


def grant_to_app(settings: Settings) -> None:
    """Let the app's user use every table there is now; on MariaDB the operator's own `GRANT … ON rushes.*` does."""
    role = role_of_app(settings)
    if role is None:
        return
    with (
        migrating_engine(settings) as engine,
        engine.connect().execution_options(unit="write") as connection,
        connection.begin(),
    ):
        if connection.dialect.name != "postgresql":
            return
        quote = connection.dialect.identifier_preparer.quote_identifier
        names = {"role": quote(role), "schema": quote(str(connection.scalar(CURRENT)))}
        for statement in GRANTS:
            connection.execute(sa.DDL(statement, context=names))  # type: ignore[no-untyped-call]
