"""`flask media`: register files in place, and tidy what nobody points at."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.auth.reads import first_admin
from app.core.db import reading, session_scope
from app.core.errors import DomainError
from app.core.storage import LocalStorage
from app.core.texts import plural
from app.media.demo import make_demo
from app.media.scan import register, survey
from app.media.sweeper import sweep
from app.media.uploads import upload_service
from app.media.verify import verify
from app.projects.service import project_service


@click.group()
def media() -> None:
    """Look after recordings and their files."""


@media.command("scan")
@click.argument("project")
@with_appcontext
def scan_project(project: str) -> None:
    """Register what is new in a project's folder; PROJECT is its address."""
    try:
        with reading() as session:
            named = project_service(session).projects.find_by_slug(project)
            if named is None:
                raise click.ClickException(f"There is no project {project}.")
            found = survey(session, named, current_app.config["SETTINGS"].workspaces)
        with session_scope() as session:
            result = register(session, named, found, None)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for name, _ in result.registered:
        click.echo(f"added    {name}")
    for name, reason in result.skipped:
        click.echo(f"left out {name}: {reason}")


@click.command()
@with_appcontext
def demo() -> None:
    """Make the sample project for the first admin; a worker then makes its recording."""
    with session_scope() as session:
        admin = first_admin(session)
        if admin is None:
            raise click.ClickException(
                "Make an account first: open the set-up link, or run: flask users create --admin"
            )
        project = make_demo(session, admin)
    click.echo(f"The sample project is at /p/{project.slug}")


@media.command("verify")
@click.option("--quick", is_flag=True, help="Compare lengths only; do not read the files.")
@with_appcontext
def verify_files(quick: bool) -> None:
    """Hold every file against what the database says of it; exits 1 where one is gone or changed."""
    storage: LocalStorage = current_app.extensions["storage"]
    count, faults = 0, 0
    with reading() as session:
        for checked in verify(session, storage, whole=not quick):
            count += 1
            if checked.fault:
                faults += 1
                click.echo(f"{checked.name}: {checked.fault}")
    if faults:
        raise click.ClickException(f"{plural(count, 'file', 'files')} looked at; {faults} not as before.")
    click.echo(f"{plural(count, 'file', 'files')} looked at; every one is as it was.")


@media.command("sweep")
@with_appcontext
def sweep_files() -> None:
    """Remove uploads past their time and files no row names any more, a day after they lost it."""
    settings = current_app.config["SETTINGS"]
    storage: LocalStorage = current_app.extensions["storage"]
    with session_scope() as session:
        uploads = upload_service(session, storage, settings.max_upload_bytes).sweep()
    with session_scope() as session:
        files = sweep(session, storage)
    click.echo(f"Removed {uploads} uploads and {files} files.")
