"""What Admin › Processing shows: the queue and its order, workers, chores, and the models that are here."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.auth.reads import names_of
from app.core.chores import Done, all_done
from app.core.clock import now
from app.core.pagination import Page
from app.core.texts import later
from app.jobs.models import Job
from app.jobs.reads import SILENT_AFTER, count_jobs
from app.jobs.service import job_service
from app.pipelines import KIND_WORDS
from app.processing import weights
from app.projects.reads import projects_by_ids

PURPOSES = {"speech": later("speech"), "stems": later("stems")}


@dataclass(frozen=True)
class WorkerRow:
    """One worker process of the last day."""

    host: str
    pid: int
    heartbeat_at: datetime
    started_at: datetime
    is_alive: bool


@dataclass(frozen=True)
class WaitingRow:
    """One waiting job, in the order they will start."""

    job: Job
    words: str
    project_name: str
    by: str


@dataclass(frozen=True)
class ModelRow:
    """One set of weights, and whether it is here."""

    name: str
    title: str
    purpose: str
    size_bytes: int
    is_here: bool


@dataclass(frozen=True)
class ProcessingView:
    """Everything on the page."""

    counts: dict[str, int]
    is_paused: bool
    workers: list[WorkerRow]
    waiting: Page[WaitingRow]
    chores: dict[str, Done]
    models: list[ModelRow]

    @property
    def alive(self) -> int:
        return sum(worker.is_alive for worker in self.workers)


def processing_view(session: Session, models_root: Path, after: str | None) -> ProcessingView:
    """Look at the queue and who works on it; nothing is changed."""
    service = job_service(session)
    return ProcessingView(
        counts=count_jobs(session),
        is_paused=service.is_paused(),
        workers=_workers(session, now() - SILENT_AFTER),
        waiting=_waiting(session, after),
        chores=all_done(session),
        models=[_model(model, models_root) for model in weights.catalogue().values()],
    )


def _workers(session: Session, silent_since: datetime) -> list[WorkerRow]:
    roster = job_service(session).workers.roster()
    return [
        WorkerRow(each.host, each.pid, each.heartbeat_at, each.started_at, each.heartbeat_at >= silent_since)
        for each in roster
    ]


def _waiting(session: Session, after: str | None) -> Page[WaitingRow]:
    page = job_service(session).jobs.in_line(after=after)
    projects = projects_by_ids(session, (job.project_id for job in page.items))
    people = names_of(session, (job.created_by for job in page.items))
    rows = [
        WaitingRow(
            job=job,
            words=f"{KIND_WORDS.get(job.kind, job.kind)}: {job.name}",
            project_name=projects[job.project_id].name if job.project_id in projects else "",
            by=people.get(job.created_by or 0, "Rushes"),
        )
        for job in page.items
    ]
    return Page(rows, page.next_after)


def _model(model: weights.Model, root: Path) -> ModelRow:
    return ModelRow(
        model.name,
        model.title,
        PURPOSES.get(model.purpose, model.purpose),
        model.size_bytes,
        weights.is_installed(model, root),
    )
