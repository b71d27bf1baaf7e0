"""`flask db inspect`: what the database is, how large, and what lies in it."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.db import db
from app.core.inspection import DatabaseFacts, TableFacts, look, tables
from app.core.revision import standing
from app.core.texts import plural
from app.core.words import size


@click.command("inspect")
@click.option("--all", "everything", is_flag=True, help="The job engine's and the index's own tables too.")
@with_appcontext
def inspect(everything: bool) -> None:
    """Show tables, rows, sizes, indexes, and the revision against the newest one."""
    with db.engine.connect() as connection:
        facts, found = look(connection), tables(connection)
    _show_database(facts)
    place = standing(db.engine, Path(current_app.extensions["migrate"].directory))
    click.echo(f"revision  {place.current or 'none'}; the newest is {place.head}")
    if place.trouble:
        click.echo(f"MEND      {place.trouble}")
    shown = [table for table in found if everything or table.is_ours]
    click.echo(f"\n{'table':<26}{'rows':>12}{'size':>12}  indexes")
    for table in shown:
        _show_table(table)
    hidden = len(found) - len(shown)
    if hidden:
        click.echo(
            f"\n{plural(hidden, 'table', 'tables')} of the job engine and the index not shown: --all shows them."
        )


def _show_database(facts: DatabaseFacts) -> None:
    click.echo(f"database  {facts.kind} {facts.version}")
    click.echo(f"place     {facts.place}")
    free = f", of which {size(facts.free_bytes)} are free pages" if facts.free_bytes else ""
    click.echo(f"size      {size(facts.size_bytes)}{free}")
    if facts.wal_bytes is not None:
        click.echo(f"log       {size(facts.wal_bytes)} (write-ahead log)")


def _show_table(table: TableFacts) -> None:
    rows = f"{'' if table.is_exact else 'about '}{table.rows:,}"
    bytes_ = size(table.size_bytes) if table.size_bytes is not None else "-"
    click.echo(f"{table.name:<26}{rows:>12}{bytes_:>12}  {', '.join(table.indexes)}".rstrip())
