"""`flask audit`: prove that the log is what was written, and read what something was at a moment."""

import json
from datetime import UTC, datetime
from uuid import UUID

import click
from flask.cli import with_appcontext

from app.audit.as_of import state_at
from app.audit.repository import AuditRepository
from app.audit.seals import seal_settled
from app.audit.seals import verify as verify_chain
from app.core.clock import now
from app.core.db import reading, session_scope
from app.core.texts import plural


@click.group()
def audit() -> None:
    """Seal the audit log, verify it, and ask it what was."""


@audit.command("verify")
@click.option("--expect", metavar="HASH", help="A hash noted earlier outside the database; the chain must contain it.")
@with_appcontext
def verify(expect: str | None) -> None:
    """Check every seal against its entries; exits 1 where one does not hold."""
    with reading() as session:
        verdict = verify_chain(session, expect)
    sealed = f"{plural(verdict.sealed, 'entry', 'entries')} in {plural(verdict.seals, 'seal', 'seals')}"
    if not verdict.holds:
        raise click.ClickException(f"{verdict.words} Before that, {sealed} hold.")
    click.echo(f"{verdict.words} {sealed}; {verdict.unsealed:,} not sealed yet.")
    click.echo(f"Newest hash, to note outside the database: {verdict.head}")


@audit.command("seal")
@with_appcontext
def seal() -> None:
    """Seal what is settled now; the worker does so every five minutes."""
    total = 0
    while True:
        with session_scope() as session:
            count = seal_settled(session)
        if not count:
            break
        total += count
    click.echo(f"{plural(total, 'entry', 'entries')} sealed.")


@audit.command("show")
@click.argument("public_id", type=click.UUID)
@click.option("--at", "moment", type=click.DateTime(), help="UTC, as 2026-11-21T14:02:09; now where left out.")
@with_appcontext
def show(public_id: UUID, moment: datetime | None) -> None:
    """Print what the thing with this id was at a moment, rebuilt from the log alone."""
    at = moment.replace(tzinfo=UTC) if moment else now()
    with reading() as session:
        named = AuditRepository(session).find_named(public_id)
        if named is None:
            raise click.ClickException("The log tells of nothing with this id.")
        state = state_at(session, *named, at)
    if state is None:
        raise click.ClickException(f"At {at:%Y-%m-%d %H:%M:%S} UTC it was not there.")
    click.echo(json.dumps({"type": named[0], **state}, indent=2, ensure_ascii=False))
