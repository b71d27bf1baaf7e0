"""`flask jobs`: see what is waiting, running and failed, and act on it."""

from uuid import UUID

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.core.db import session_scope
from app.core.errors import DomainError
from app.jobs.models import Job, JobTab
from app.jobs.service import job_service
from app.jobs.words import stage_words


@click.group()
def jobs() -> None:
    """See and steer the work in the background."""


@jobs.command("list")
@click.option("--tab", type=click.Choice([tab.value for tab in JobTab]), help="One list alone.")
@with_appcontext
def show(tab: str | None) -> None:
    """List jobs, newest first."""
    with session_scope() as session:
        for each in [JobTab(tab)] if tab else list(JobTab):
            for job in job_service(session).jobs.find_by_tab(each, None).items:
                reason = f"  {job.error_message}" if job.error_message else ""
                click.echo(
                    f"{job.public_id}  {each.value:<8} {job.progress:>3}%  {stage_words(job)}: {job.name}{reason}"
                )


@jobs.command("retry")
@click.argument("public_id", type=click.UUID)
@click.option("--from", "stage", help="Start again from this stage.")
@with_appcontext
def retry(public_id: UUID, stage: str | None) -> None:
    """Try a job again."""
    try:
        with session_scope() as session:
            job_service(session).retry(_require(session, public_id), stage)
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@jobs.command("cancel")
@click.argument("public_id", type=click.UUID)
@with_appcontext
def cancel(public_id: UUID) -> None:
    """Stop a job."""
    with session_scope() as session:
        job_service(session).cancel(_require(session, public_id))


def _require(session: Session, public_id: UUID) -> Job:
    job = job_service(session).jobs.get_by_public_id(public_id)
    if job is None:
        raise click.ClickException("There is no such job.")
    return job
