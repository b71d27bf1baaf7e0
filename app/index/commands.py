"""`flask search`: rebuild the index, or say whether it is whole."""

import click
from flask.cli import with_appcontext

from app.core.db import reading, session_scope
from app.core.texts import plural
from app.index.rebuild import findable_models, rebuild
from app.index.state import check as check_index
from app.index.state import keep


@click.group()
def search() -> None:
    """Look after the search index."""


@search.command("reindex")
@with_appcontext
def reindex() -> None:
    """Build the index anew, while people go on working."""
    written: dict[str, int] = {}
    for kind, count in rebuild(session_scope):
        written[kind] = count
    for kind, count in written.items():
        click.echo(f"{kind}: {plural(count, 'document', 'documents')}")


@search.command("check")
@with_appcontext
def check() -> None:
    """Compare the index with what it stands for; exits 1 where it is not whole."""
    with reading() as session:
        found = check_index(session, findable_models())
    with session_scope() as session:
        keep(session, found)
    if not found.well:
        raise click.ClickException(found.words)
    click.echo(found.words)
