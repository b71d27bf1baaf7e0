"""What `flask db upgrade` does here beyond migrating: a copy first, the job engine's tables after."""

import click
import flask_migrate
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.backup import before_upgrade, sqlite_path
from app.core.db import db
from app.jobs import engine as job_engine


def register(app: Flask) -> None:
    """Replace `flask db upgrade` with the one that keeps a copy."""
    group = app.cli.commands["db"]
    if isinstance(group, click.Group):
        group.add_command(upgrade)


@click.command("upgrade")
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the database to a revision; a SQLite file is copied to instance/backups first."""
    upgrade_database(revision)


def upgrade_database(revision: str = "head") -> None:
    """Copy, migrate, and make the job engine's tables; nothing happens where the schema is current."""
    settings = current_app.config["SETTINGS"]
    path = sqlite_path(settings.database_url)
    if path is not None and path.exists() and is_behind():
        kept = before_upgrade(path, settings.instance / "backups")
        if kept is not None:
            click.echo(f"Copied the database to {kept} first.")
    flask_migrate.upgrade(revision=revision)
    job_engine.prepare(job_engine.jobs_url(settings))


def is_behind() -> bool:
    """Say whether the database is not at the newest revision."""
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    config = Config()
    config.set_main_option("script_location", str(current_app.extensions["migrate"].directory))
    return set(current) != set(ScriptDirectory.from_config(config).get_heads())
