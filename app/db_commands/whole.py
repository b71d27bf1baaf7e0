"""`flask backup` and `flask restore`: database and media together, in one folder."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.backups import whole
from app.backups.errors import BackupError
from app.config import Settings
from app.core.texts import plural
from app.core.words import size
from app.db_commands.moving import known_revision, let_go

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command("backup")
@FOLDER
@with_appcontext
def backup(folder: Path) -> None:
    """Copy database and media to the new FOLDER while both are in use; exits 1 where an original is damaged."""
    settings = _settings()
    try:
        made = whole.back_up_whole(settings.database_url, settings.media_root, folder.absolute())
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    found = made.manifest
    click.echo(
        f"{made.folder}: {plural(len(found.files), 'file', 'files')}, {size(found.size_bytes)}, each with its SHA-256."
    )
    for name in made.faults:
        click.echo(f"{name} is gone or changed in the installation itself.")
    if made.faults:
        raise click.ClickException("The backup is made, but not all is well. See: flask media verify")


@click.command("restore")
@FOLDER
@with_appcontext
def restore(folder: Path) -> None:
    """Check every file of FOLDER, then bring it into this instance, which must be empty."""
    settings = _settings()
    try:
        found = whole.check_whole(settings.database_url, folder)
        known_revision(settings, folder / found.database)
        let_go()
        whole.restore_whole(settings.database_url, settings.media_root, folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored {folder}: {plural(len(found.files), 'file', 'files')}, {size(found.size_bytes)}.")
    click.echo("Then: flask db upgrade, flask doctor. Without the old secret.key no second step opens.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
