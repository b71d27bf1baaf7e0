"""What pages ask about the jobs of recordings and projects."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.jobs.models import Job, JobStage
from app.jobs.repository import SILENT_AFTER as SILENT_AFTER
from app.jobs.repository import JobRepository, WorkerRepository


def latest_job(session: Session, media_id: int) -> Job | None:
    """Return the newest job on a recording itself; jobs on its clips do not count."""
    return JobRepository(session).latest_for_media(media_id)


def latest_jobs(session: Session, media_ids: Sequence[int]) -> dict[int, Job]:
    """Return the newest job of each of these recordings that has one."""
    return JobRepository(session).latest_for_many(media_ids)


def open_jobs(session: Session, project_id: int) -> tuple[list[Job], list[Job]]:
    """Return a project's active jobs, and the failed ones nobody has put away."""
    jobs = JobRepository(session)
    return jobs.active_for_project(project_id), jobs.failed_for_project(project_id)


def stages_of(session: Session, job_id: int) -> dict[str, JobStage]:
    """Return a job's stages by name."""
    return {stage.name: stage for stage in JobRepository(session).stages(job_id)}


def count_jobs(session: Session) -> dict[str, int]:
    """Return how many jobs are failed, running, waiting and done."""
    return {tab.value: count for tab, count in JobRepository(session).count_by_tab(None).items()}


def count_workers(session: Session) -> int:
    """Return how many workers have given a sign of life lately."""
    return len(WorkerRepository(session).alive())


def last_run(session: Session, media_id: int, stage: str) -> JobStage | None:
    """Return the newest finished run of a stage on a recording."""
    return JobRepository(session).last_run(media_id, stage)
