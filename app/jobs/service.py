"""What people and other rooms do with jobs: ask for work, try it again, cancel it, put it out of sight."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.bulk import create_many
from app.core.clock import now
from app.core.db import nested
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import later, say
from app.jobs import engine
from app.jobs.endings import close_job, close_quietly
from app.jobs.models import Job, JobStage, JobStatus, StageStatus
from app.jobs.repository import JobRepository, WorkerRepository
from app.pipelines import stages_of

NO_WORKER = later("No worker is running: start one with flask worker.")
PAUSED = later("The queue is paused: an admin can start it again.")


# So many of a crowd are in the engine's queue at once; the rest follow within a minute, by the reconciler.
FIRST_OF_MANY = 50
# The engine knows no smaller number.
FIRST_OF_ALL = 1


@dataclass(frozen=True)
class NewJob:
    """One of many pieces of work asked for at once, each about a recording nobody has worked on."""

    kind: str
    project_id: int
    media_id: int
    name: str
    created_by: int | None
    idempotency_key: str


class JobService:
    """Jobs as acts of people; the caller has loaded, through the viewer, what the job is about."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.jobs = JobRepository(session)
        self.workers = WorkerRepository(session)

    def enqueue(
        self,
        kind: str,
        *,
        project_id: int | None,
        media_id: int | None = None,
        clip_id: int | None = None,
        name: str,
        params: dict[str, Any] | None = None,
        created_by: int | None = None,
        idempotency_key: str | None = None,
        priority: int = 100,
    ) -> Job:
        """Write the job and its stages and enqueue it, all with the session's transaction.

        An active job with the same `idempotency_key` is returned instead. A lower `priority` (1 or more)
        starts sooner. Raises KeyError for a kind that has no pipeline.
        """
        job = Job(
            kind=kind,
            project_id=project_id,
            media_id=media_id,
            clip_id=clip_id,
            name=name[:255],
            params_json=params or {},
            created_by=created_by,
            idempotency_key=idempotency_key,
            priority=priority,
        )
        existing = self._same_work(idempotency_key)
        if existing is None:
            existing = self._create(job)
        return existing

    def enqueue_many(self, wanted: Sequence[NewJob]) -> None:
        """Write thousands of jobs and their stages at once; the first fifty are enqueued with them."""
        rows = [{**asdict(new), "name": new.name[:255], "params_json": {}} for new in wanted]
        ids = create_many(self.session, Job, rows)
        stages = [
            {"job_id": id, "name": stage, "seq": seq, "weight": weight}
            for id, new in zip(ids, wanted, strict=True)
            for seq, (stage, weight) in enumerate(stages_of(new.kind).items())
        ]
        if stages:
            self.session.connection().execute(sa.insert(JobStage), stages)
        for job in self.jobs.by_ids(ids[:FIRST_OF_MANY]):
            engine.enqueue(self.session, job)

    def retry(self, job: Job, from_stage: str | None = None) -> Job:
        """Start a new attempt that does what is not done yet, or everything from one stage on.

        Raises `Conflict` while the job is still active, `Invalid` for a stage it does not have.
        """
        job = self._locked(job)
        if job.is_active:
            raise Conflict(say("This job is still at work. Cancel it first, or wait until it has ended."))
        stages = self.jobs.stages(job.id)
        self._make_ready(stages, from_stage)
        done = sum(stage.weight for stage in stages if stage.status == StageStatus.DONE)
        job.progress = round(100 * done / (sum(stage.weight for stage in stages) or 1))
        job.attempt += 1
        job.status, job.message, job.error_message = JobStatus.QUEUED, None, None
        job.current_stage = job.claim_token = job.worker_id = None
        job.cancel_requested_at = job.dismissed_at = job.heartbeat_at = None
        job.started_at = job.completed_at = None
        engine.enqueue(self.session, job)
        return job

    def cancel(self, job: Job) -> Job:
        """End a waiting job at once; ask the worker of a running one to kill what it does, within two seconds.

        A running one whose worker is gone is ended at once too. Raises `Conflict` for one that has ended.
        """
        job = self._locked(job)
        if not job.is_active:
            raise Conflict(say("This job has ended already."))
        job.cancel_requested_at = job.cancel_requested_at or now()
        if job.status == JobStatus.QUEUED or not self._worker_lives(job):
            close_job(self.session, job, JobStatus.CANCELLED)
            engine.cancel(self.session, job.public_id, job.attempt)
        else:
            job.message = say("Cancelling")
        return job

    def hurry(self, job: Job) -> Job:
        """Put a waiting job before all others, as a new attempt: the engine keeps the place of one it has.

        Raises `Conflict` for a job that does not wait (any more).
        """
        job = self._locked(job)
        if job.status != JobStatus.QUEUED or job.cancel_requested_at is not None:
            raise Conflict(say("This job does not wait any more."))
        first = self.jobs.least_priority() or job.priority
        engine.cancel(self.session, job.public_id, job.attempt)
        job.priority, job.attempt = max(FIRST_OF_ALL, first - 1), job.attempt + 1
        engine.enqueue(self.session, job)
        return job

    def dismiss(self, job: Job) -> Job:
        """Put an ended job out of sight; its row and log stay. Raises `Conflict` while it is active."""
        job = self._locked(job)
        if job.is_active:
            raise Conflict(say("This job is still at work. Cancel it first."))
        job.dismissed_at = now()
        return job

    def purge_for(self, *, media_id: int | None = None, project_id: int | None = None) -> int:
        """End every active job about what is being purged, at once, and return how many.

        Whatever a worker still does for them counts for nothing from this transaction on, and it is killed
        within two seconds. No `on_finished` hook runs: what they would change is going away.
        """
        if media_id is None and project_id is None:
            raise Invalid(say("Say which recording or project the jobs are about."))
        jobs = self.jobs.find_active(media_id=media_id, project_id=project_id)
        for job in jobs:
            locked = self._locked(job)
            close_quietly(self.session, locked, JobStatus.CANCELLED)
            engine.cancel(self.session, locked.public_id, locked.attempt)
        return len(jobs)

    def waiting_reason(self, job: Job) -> str | None:
        """Say in words why a queued job has not started; None for one that does not wait."""
        return self.waiting_reasons([job]).get(job.id)

    def waiting_reasons(self, jobs: list[Job]) -> dict[int, str]:
        """Say for each queued job among these why it has not started."""
        waiting = [job for job in jobs if job.status == JobStatus.QUEUED]
        if not waiting:
            return {}
        if engine.is_paused(self.session):
            return {job.id: PAUSED for job in waiting}
        if not self.workers.alive():
            return {job.id: NO_WORKER for job in waiting}
        ahead = self.jobs.count_ahead([job.id for job in waiting])
        return {job.id: place_in_line(ahead.get(job.id, 0)) for job in waiting}

    def pause(self) -> None:
        """Start no more jobs, on any worker; what runs goes on."""
        engine.pause(self.session)

    def unpause(self, worker_concurrency: int) -> None:
        """Start jobs again, at most so many at a time on each worker."""
        engine.unpause(self.session, worker_concurrency)

    def is_paused(self) -> bool:
        return engine.is_paused(self.session)

    def _same_work(self, idempotency_key: str | None) -> Job | None:
        """Return the active job with this key; one that has ended gives the key up."""
        found = self.jobs.find_by_key(idempotency_key) if idempotency_key is not None else None
        if found is None or found.is_active:
            return found
        found.idempotency_key = None
        # The key is unique: it must be free before the new row takes it.
        self.session.flush()
        return None

    def _create(self, job: Job) -> Job:
        key = job.idempotency_key
        try:
            with nested(self.session):
                self.jobs.create(job)
        except IntegrityError:
            # Somebody asked for the same work between our look and our insert.
            existing = self._same_work(key)
            if existing is None:
                raise
            return existing
        for seq, (stage, weight) in enumerate(stages_of(job.kind).items()):
            self.session.add(JobStage(job_id=job.id, name=stage, seq=seq, weight=weight))
        engine.enqueue(self.session, job)
        return job

    def _locked(self, job: Job) -> Job:
        locked = self.jobs.lock(job.public_id)
        if locked is None:
            raise NotFound()
        return locked

    def _worker_lives(self, job: Job) -> bool:
        return job.worker_id in {worker.executor_id for worker in self.workers.alive()}

    def _make_ready(self, stages: list[JobStage], from_stage: str | None) -> None:
        first = next((stage.seq for stage in stages if stage.name == from_stage), None)
        if from_stage is not None and first is None:
            raise Invalid(say("This job has no stage “%(from_stage)s”.", from_stage=from_stage), "from_stage")
        for stage in stages:
            if stage.status == StageStatus.DONE and (first is None or stage.seq < first):
                continue
            stage.status, stage.progress, stage.message = StageStatus.WAITING, 0, None
            stage.deaths, stage.started_at, stage.completed_at = 0, None, None


def place_in_line(ahead: int) -> str:
    """Return "Next in line" or "12th in line" for a job with so many before it."""
    if ahead == 0:
        return say("Next in line")
    place = ahead + 1
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return say("%(place)s in line", place=f"{place:,}{ending}")


def job_service(session: Session) -> JobService:
    """Build the service on this session."""
    return JobService(session)
