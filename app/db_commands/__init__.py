"""What `flask db` does here beyond Flask-Migrate's own commands."""

from pathlib import Path

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.backups import service as backups
from app.backups.copying import sqlite_path
from app.config import Settings
from app.core.clock import now
from app.core.db import db
from app.core.revision import Standing, standing
from app.db_commands.inspecting import inspect
from app.db_commands.moving import backup, reset, restore
from app.db_commands.rights import grant_to_app, role_of_app
from app.jobs import engine as job_engine

KEPT_BEFORE_UPGRADES = 5


def register(app: Flask) -> None:
    """Replace `flask db upgrade` with the one that keeps a copy, and add the operator's commands."""
    group = app.cli.commands["db"]
    if isinstance(group, click.Group):
        for command in (upgrade, inspect, backup, restore, reset):
            group.add_command(command)


@click.command("upgrade")
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the database to a revision; a SQLite file is copied to the backups first."""
    upgrade_database(revision)


def upgrade_database(revision: str = "head") -> None:
    """Copy, migrate, and make the job engine's tables; nothing happens where the schema is current."""
    settings: Settings = current_app.config["SETTINGS"]
    if (kept := _copy_first(settings)) is not None:
        click.echo(f"Copied the database to {kept} first.")
    flask_migrate.upgrade(revision=revision)
    grant_to_app(settings)
    if settings.jobs_database_url is None and settings.migrations_url is not None:
        job_engine.prepare(settings.migrations_url, role_of_app(settings))
    else:
        job_engine.prepare(job_engine.jobs_url(settings))


def how_it_stands() -> Standing:
    """Compare the app's database with the migrations."""
    return standing(db.engine, Path(current_app.extensions["migrate"].directory))


def require_ready() -> None:
    """Refuse to go on with a database that is empty, behind, newer or half-migrated; the sentence says what to run."""
    if trouble := how_it_stands().trouble:
        raise click.ClickException(trouble)


def is_behind() -> bool:
    """Say whether the database is not at the newest revision."""
    found = how_it_stands()
    return found.current != found.head


def _copy_first(settings: Settings) -> Path | None:
    path = sqlite_path(settings.database_url)
    if path is None or not path.exists() or path.stat().st_size == 0 or not is_behind():
        return None
    folder = settings.instance / "backups"
    target = folder / f"before-upgrade-{now():%Y%m%d-%H%M%S-%f}.db"
    backups.back_up(settings.database_url, target)
    for old in sorted(folder.glob("before-upgrade-*.db"))[:-KEPT_BEFORE_UPGRADES]:
        backups.remove(old)
    return target
