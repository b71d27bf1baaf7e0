"""Read and write jobs, their stages and their log."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.columns import UtcDateTime
from app.core.pagination import Page
from app.core.repository import Repository
from app.jobs.models import Job, JobStage, JobStatus, JobTab, ProcessingLog, StageStatus, Worker

ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
# A running job without news for this long is shown as stalled.
STALLED_AFTER = timedelta(minutes=2)
# A worker that has not beaten for this long is taken for dead.
SILENT_AFTER = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(days=1)


JOBS = Job.metadata.tables["jobs"]
STAGES = Job.metadata.tables["job_stages"]

TABS = {
    JobTab.FAILED: (JobStatus.FAILED,),
    JobTab.RUNNING: (JobStatus.RUNNING,),
    JobTab.WAITING: (JobStatus.QUEUED,),
    JobTab.DONE: (JobStatus.COMPLETED, JobStatus.CANCELLED),
}


@dataclass(frozen=True)
class Progress:
    """How far one stage is, and with it its job; percents from 0 to 100."""

    stage: str
    stage_percent: int
    job_percent: int
    message: str


@dataclass(frozen=True)
class Standing:
    """Who holds an active job, and whether somebody asked to cancel it."""

    token: str | None
    cancel_requested: bool


# Put together once: a worker writes them twice a second for every job it runs.
WRITE_JOB = (
    sa.update(JOBS)
    .where(JOBS.c.id == sa.bindparam("job"), JOBS.c.claim_token == sa.bindparam("token"))
    .values(
        progress=sa.bindparam("percent"),
        message=sa.bindparam("words"),
        heartbeat_at=sa.bindparam("moment", type_=UtcDateTime()),
        updated_at=sa.bindparam("moment", type_=UtcDateTime()),
    )
)
WRITE_STAGE = (
    sa.update(STAGES)
    .where(STAGES.c.job_id == sa.bindparam("job"), STAGES.c.name == sa.bindparam("stage"))
    .values(progress=sa.bindparam("percent"), message=sa.bindparam("words"))
)
LATEST = (
    sa.select(Job)
    .where(Job.media_id == sa.bindparam("media"), Job.clip_id.is_(None))
    .order_by(Job.created_at.desc(), Job.id.desc())
    .limit(1)
)


class _InLine(Repository[Job]):
    model = Job
    order = ("priority", "id")
    descending = False


class JobRepository(Repository[Job]):
    """Jobs, newest first."""

    model = Job
    writable = frozenset({"name", "priority", "dismissed_at"})

    def find_by_key(self, idempotency_key: str) -> Job | None:
        return self.session.scalar(sa.select(Job).where(Job.idempotency_key == idempotency_key))

    def latest_for_media(self, media_id: int) -> Job | None:
        return self.session.scalar(LATEST, {"media": media_id})

    def latest_for_many(self, media_ids: Sequence[int]) -> dict[int, Job]:
        """Return the newest job of each of these media that has one; jobs on its clips do not count."""
        place = sa.func.row_number().over(partition_by=Job.media_id, order_by=(Job.created_at.desc(), Job.id.desc()))
        ranked = (
            sa.select(Job.id, place.label("place")).where(Job.media_id.in_(media_ids), Job.clip_id.is_(None)).subquery()
        )
        query = sa.select(Job).join(ranked, ranked.c.id == Job.id).where(ranked.c.place == 1)
        return {job.media_id: job for job in self.session.scalars(query) if job.media_id is not None}

    def last_run(self, media_id: int, stage: str) -> JobStage | None:
        """Return the newest finished run of a stage on a recording."""
        query = sa.select(JobStage).join(Job, Job.id == JobStage.job_id)
        mine = query.where(Job.media_id == media_id, JobStage.name == stage, JobStage.status == StageStatus.DONE)
        return self.session.scalar(mine.order_by(JobStage.completed_at.desc(), JobStage.id.desc()).limit(1))

    def move_media(self, media_id: int, project_id: int) -> None:
        """Let the jobs of a recording follow it to another project."""
        moved = sa.update(JOBS).where(JOBS.c.media_id == media_id).values(project_id=project_id)
        self.session.connection().execute(moved)

    def find_active(
        self, *, project_id: int | None = None, media_id: int | None = None, clip_id: int | None = None
    ) -> list[Job]:
        """Return the queued and running jobs about exactly what is named, in the order they will run."""
        query = sa.select(Job).where(Job.status.in_(ACTIVE)).order_by(Job.priority, Job.id)
        for column, id in ((Job.project_id, project_id), (Job.media_id, media_id), (Job.clip_id, clip_id)):
            if id is not None:
                query = query.where(column == id)
        return list(self.session.scalars(query))

    def active_for_project(self, project_id: int) -> list[Job]:
        return self.find_active(project_id=project_id)

    def failed_for_project(self, project_id: int, limit: int = 20) -> list[Job]:
        """Return the newest failed jobs nobody has dismissed."""
        query = self._on_tab(JobTab.FAILED, [project_id]).order_by(Job.created_at.desc(), Job.id.desc())
        return list(self.session.scalars(query.limit(limit)))

    def stalled(self, silent_for: timedelta = STALLED_AFTER) -> list[Job]:
        """Return running jobs whose last sign of life is older than `silent_for`."""
        silent = sa.or_(Job.heartbeat_at.is_(None), Job.heartbeat_at < now() - silent_for)
        return list(self.session.scalars(sa.select(Job).where(Job.status == JobStatus.RUNNING, silent)))

    def find_by_tab(
        self, tab: JobTab, project_ids: Sequence[int] | None, *, after: str | None = None, limit: int = 50
    ) -> Page[Job]:
        """Return one page of a list, newest first; `project_ids` None means every project and none."""
        return self.page(self._on_tab(tab, project_ids), after=after, limit=limit)

    def count_by_tab(self, project_ids: Sequence[int] | None) -> dict[JobTab, int]:
        """Return how many jobs each list holds."""
        shown = sa.and_(Job.dismissed_at.is_(None), _in_projects(project_ids))
        rows = self.session.execute(sa.select(Job.status, sa.func.count()).where(shown).group_by(Job.status))
        by_status = {row[0]: row[1] for row in rows}
        return {tab: sum(by_status.get(status, 0) for status in statuses) for tab, statuses in TABS.items()}

    def in_line(self, *, after: str | None = None, limit: int = 50) -> Page[Job]:
        """Return the waiting jobs in the order they will start."""
        return _InLine(self.session).page(_waiting(sa.select(Job)), after=after, limit=limit)

    def least_priority(self) -> int | None:
        """Return the priority of whatever is first in line; None where nothing waits."""
        least: int | None = self.session.scalar(_waiting(sa.select(sa.func.min(Job.priority))))
        return least

    def count_ahead(self, job_ids: Sequence[int]) -> dict[int, int]:
        """Return for each of these queued jobs how many will start before it."""
        place = sa.func.row_number().over(order_by=(Job.priority, Job.id))
        line = sa.select(Job.id, place.label("place")).where(Job.status == JobStatus.QUEUED).subquery()
        rows = self.session.execute(sa.select(line).where(line.c.id.in_(job_ids)))
        return {row.id: row.place - 1 for row in rows}

    def by_ids(self, ids: Sequence[int]) -> list[Job]:
        """Return these jobs, by id."""
        return list(self.session.scalars(sa.select(Job).where(Job.id.in_(ids)).order_by(Job.id)))

    def find_open(self, after_id: int, limit: int = 200) -> list[Job]:
        """Return active jobs with a greater id, by id: for walking through all of them."""
        query = sa.select(Job).where(Job.status.in_(ACTIVE), Job.id > after_id).order_by(Job.id)
        return list(self.session.scalars(query.limit(limit)))

    def find_running(self, public_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        """Return those of these jobs that run."""
        query = sa.select(Job.public_id).where(Job.public_id.in_(public_ids), Job.status == JobStatus.RUNNING)
        return set(self.session.scalars(query))

    def standings(self, ids: Sequence[int]) -> dict[int, Standing]:
        """Return how the running ones among these jobs stand."""
        query = sa.select(Job.id, Job.claim_token, Job.cancel_requested_at)
        rows = self.session.execute(query.where(Job.id.in_(ids), Job.status == JobStatus.RUNNING))
        return {row.id: Standing(row.claim_token, row.cancel_requested_at is not None) for row in rows}

    def stages(self, job_id: int) -> list[JobStage]:
        """Return a job's stages in the order they run."""
        query = sa.select(JobStage).where(JobStage.job_id == job_id).order_by(JobStage.seq)
        return list(self.session.scalars(query))

    def stages_for_many(self, job_ids: Sequence[int]) -> dict[int, list[JobStage]]:
        """Return the stages of each of these jobs, in order."""
        found: dict[int, list[JobStage]] = {job_id: [] for job_id in job_ids}
        query = sa.select(JobStage).where(JobStage.job_id.in_(job_ids)).order_by(JobStage.job_id, JobStage.seq)
        for stage in self.session.scalars(query):
            found[stage.job_id].append(stage)
        return found

    def log(self, job_id: int, *, after_id: int = 0, limit: int = 200) -> list[ProcessingLog]:
        """Return the newest `limit` lines behind `after_id`, oldest first."""
        query = sa.select(ProcessingLog).where(ProcessingLog.job_id == job_id, ProcessingLog.id > after_id)
        return list(self.session.scalars(query.order_by(ProcessingLog.id.desc()).limit(limit)))[::-1]

    def write_log(self, line: ProcessingLog) -> None:
        self.session.add(line)

    def lock(self, public_id: uuid.UUID) -> Job | None:
        """Return the job as the database has it now, kept from other writers until the unit ends."""
        query = sa.select(Job).where(Job.public_id == public_id).with_for_update()
        return self.session.scalar(query, execution_options={"populate_existing": True})

    def hold(self, job_id: int, token: str) -> bool:
        """Touch the job's row if `token` still holds it, and keep it until the unit ends; False if lost."""
        moment = now()
        held = sa.update(JOBS).where(JOBS.c.id == job_id, JOBS.c.claim_token == token)
        touched = self.session.connection().execute(held.values(heartbeat_at=moment, updated_at=moment))
        return touched.rowcount == 1

    def write_progress(self, job_id: int, token: str, progress: Progress) -> bool:
        """Write how far a held job is, by two bare statements; False, and nothing written, if it is lost."""
        connection, moment = self.session.connection(), now()
        held = {"job": job_id, "token": token, "percent": progress.job_percent, "words": progress.message}
        if connection.execute(WRITE_JOB, {**held, "moment": moment}).rowcount != 1:
            return False
        stage = {"job": job_id, "stage": progress.stage, "percent": progress.stage_percent, "words": progress.message}
        connection.execute(WRITE_STAGE, stage)
        return True

    def runs_elsewhere(self, claim_id: int, media_id: int, stages: Collection[str], alive: Sequence[str]) -> bool:
        """Say whether another job runs one of these stages on this media, on one of the workers `alive`.

        Keeps the media's running jobs from other writers, so that of two who ask only one goes on.
        """
        running = (Job.media_id == media_id, Job.status == JobStatus.RUNNING)
        self.session.execute(sa.select(Job.id).where(*running).order_by(Job.id).with_for_update())
        query = (
            sa.select(JobStage.id)
            .join(Job, Job.id == JobStage.job_id)
            .where(*running, Job.id != claim_id, Job.worker_id.in_(alive))
            .where(JobStage.status == StageStatus.RUNNING, JobStage.name.in_(stages))
        )
        return self.session.scalar(query.limit(1)) is not None

    def _on_tab(self, tab: JobTab, project_ids: Sequence[int] | None) -> sa.Select[Job]:
        return sa.select(Job).where(Job.status.in_(TABS[tab]), Job.dismissed_at.is_(None), _in_projects(project_ids))


class WorkerRepository:
    """The processes that run jobs, by the beats they leave."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def roster(self) -> list[Worker]:
        """Return every worker known, the dead of the last day included, the oldest first."""
        return list(self.session.scalars(sa.select(Worker).order_by(Worker.started_at, Worker.executor_id)))

    def alive(self, at: datetime | None = None) -> list[Worker]:
        """Return the workers that beat within the last 20 s."""
        recent = (at or now()) - SILENT_AFTER
        return list(self.session.scalars(sa.select(Worker).where(Worker.heartbeat_at >= recent)))

    def beat(self, worker: Worker) -> None:
        """Write this worker's sign of life; forget those silent for a day."""
        self.session.merge(worker)
        self.session.execute(sa.delete(Worker).where(Worker.heartbeat_at < worker.heartbeat_at - FORGOTTEN_AFTER))

    def leave(self, executor_id: str) -> None:
        """Take the worker off the list, as one that ended in order does."""
        self.session.execute(sa.delete(Worker).where(Worker.executor_id == executor_id))


def _waiting(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.where(Job.status == JobStatus.QUEUED)


def _in_projects(project_ids: Sequence[int] | None) -> sa.ColumnElement[bool]:
    return sa.true() if project_ids is None else Job.project_id.in_(project_ids)
