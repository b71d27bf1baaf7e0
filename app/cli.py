"""The `flask` commands of the house."""

import click
from flask import Flask, current_app

from app.auth.service import auth_service
from app.core.db import session_scope


def register(app: Flask) -> None:
    """Add every command to the app."""
    app.cli.add_command(setup_link)


@click.command("setup-link")
def setup_link() -> None:
    """Print a one-time link that makes the first admin."""
    click.echo(new_setup_link() or "There is an admin already.")


def new_setup_link() -> str | None:
    """Return the address of a new set-up link, or None where somebody exists."""
    settings = current_app.config["SETTINGS"]
    with session_scope() as session:
        service = auth_service(session)
        if not service.needs_setup():
            return None
        token = service.make_setup_link()
    return f"http{'s' if settings.https else ''}://{settings.host}:{settings.port}/setup/{token}"
