"""Run the migrations on the owner's engine, or the app's own, over the app's own metadata."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from app.core.columns import UtcDateTime
from app.core.db import Base
from app.core.rebuilds import keep_rebuilds_safe
from app.core.schema import is_ours
from app.db_commands.rights import migrating_engine


def render_item(kind: str, thing: object, autogen_context: Any) -> str | Literal[False]:
    """Write our own column type by its short name in new revisions."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        autogen_context.imports.add("from app.core.columns import UtcDateTime")
        return "UtcDateTime()"
    return False


def run() -> None:
    """Migrate online: the only way the house knows."""
    settings = current_app.config["SETTINGS"]
    with (
        migrating_engine(settings) as engine,
        engine.connect().execution_options(unit="write") as connection,
    ):
        if connection.dialect.name == "sqlite":
            keep_rebuilds_safe(connection)
        if connection.dialect.name == "mysql":
            # Every table made from here on compares text by its bytes, as on the other databases.
            connection.execute(sa.text("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=is_ours,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render_item,
            compare_type=True,
            compare_server_default=False,
            **{
                name: value
                for name, value in current_app.extensions["migrate"].configure_args.items()
                if name not in ("compare_type", "render_as_batch")
            },
        )
        with context.begin_transaction():
            context.run_migrations()


run()
