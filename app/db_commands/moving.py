"""`flask db backup`, `restore` and `reset`: what takes the whole database somewhere, or brings it back."""

from pathlib import Path

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.backups import service as backups
from app.backups.copying import newest_change, sqlite_path
from app.backups.emptying import empty_database
from app.backups.errors import BackupError
from app.config import Settings
from app.core.db import db
from app.core.revision import is_before, newest, standing
from app.core.texts import plural
from app.jobs import engine as job_engine
from app.jobs.reads import count_workers

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup")
@FILE
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database to FILE while it is in use; FILE.sha256 says later whether it is whole."""
    try:
        made = backups.back_up(_settings().database_url, file)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.path}: {made.words}\nSHA-256 {made.digest}")
    click.echo("Recordings are not in it: copy the folder media/ as well.")


@click.command("restore")
@FILE
@click.option("--yes", is_flag=True, help="Go back although the database is newer than FILE.")
@with_appcontext
def restore(file: Path, yes: bool) -> None:
    """Put the backup FILE in the database's place; what was there is kept beside it under a dated name."""
    settings = _settings()
    try:
        # Everything that can be wrong with the file, before anything is asked about the database.
        backups.check(settings.database_url, file)
        revision = known_revision(settings, file)
        if _is_there(settings):
            _require_idle()
            if not yes:
                _require_older(settings, file, revision)
        let_go()
        kept = backups.restore(settings.database_url, file)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored {file}." + (f" What was there is kept as {kept}." if kept else ""))
    if standing(db.engine, _migrations()).trouble:
        click.echo("The backup is from an older version. Run: flask db upgrade")


@click.command("reset")
@click.option("--yes", is_flag=True, help="Really: everything in the database goes.")
@with_appcontext
def reset(yes: bool) -> None:
    """Empty the database and migrate it again; for development, refused anywhere else."""
    settings = _settings()
    if not (current_app.debug or current_app.testing or settings.allow_reset):
        raise click.ClickException(
            "This is not a development installation. RUSHES_ALLOW_RESET=1, or flask --debug, says that it is one."
        )
    if not yes:
        raise click.ClickException("Everything in the database would be gone. If that is meant: flask db reset --yes")
    _require_idle()
    let_go()
    try:
        for url in {settings.database_url, job_engine.jobs_url(settings)}:
            empty_database(url)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    flask_migrate.upgrade()
    job_engine.prepare(job_engine.jobs_url(settings))
    click.echo("The database is new. Files in media/ are still there; flask media sweep removes what is old.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _migrations() -> Path:
    return Path(current_app.extensions["migrate"].directory)


def _is_there(settings: Settings) -> bool:
    """Say whether there is a database to be careful of; a server's always is."""
    target = sqlite_path(settings.database_url)
    return target is None or (target.exists() and target.stat().st_size > 0)


def known_revision(settings: Settings, file: Path) -> str:
    """Return the revision of a backup; raises `BackupError` for one that is not ours or of a newer version."""
    revision = backups.revision_of(settings.database_url, file)
    if revision is None:
        raise BackupError(f"{file} does not say which revision it is at: it is not a backup of Rushes.")
    head = newest(_migrations())
    if revision != head and not is_before(_migrations(), revision, head):
        raise BackupError(
            f"{file} is at revision {revision}, which a newer version of Rushes made. Install that first."
        )
    return revision


def _require_idle() -> None:
    """Refuse while a worker gives signs of life; a database that cannot be asked has none."""
    try:
        with Session(db.engine) as session:
            count = count_workers(session)
    except SQLAlchemyError as error:
        click.echo(f"The present database cannot be read ({type(error).__name__}); it is set aside all the same.")
        return
    if count:
        raise click.ClickException(
            f"{plural(count, 'worker', 'workers')} running. Stop them first; one that was killed counts for 20 s more."
        )


def _require_older(settings: Settings, file: Path, revision: str) -> None:
    """Refuse to lose what is newer than the backup, unless the operator says yes."""
    present = standing(db.engine, _migrations()).current
    if present is None:
        return
    if present != revision and is_before(_migrations(), revision, present):
        raise click.ClickException(
            f"The database is at revision {present}, the backup at {revision}. Add --yes to go back."
        )
    target = sqlite_path(settings.database_url)
    if target is None:
        raise click.ClickException("Everything the database holds now would be replaced. Add --yes if that is meant.")
    if newest_change(target) > newest_change(file):
        raise click.ClickException(
            "Changes were made since this backup; they would be set aside. Add --yes to go back."
        )


def let_go() -> None:
    """Close this process's own connections: a file somebody has open is not replaced."""
    db.session.remove()
    db.engine.dispose()
    job_engine.close()
