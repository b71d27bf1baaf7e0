"""How workers look after each other: beats, taking over from the dead, and closing gaps in the ledger."""

import asyncio
import logging
import os
import secrets
import socket
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.clock import now
from app.jobs.async_repository import AsyncJobRepository, AsyncWorkerRepository
from app.jobs.endings import close_job
from app.jobs.engine import Engine, Workflow, workflow_id
from app.jobs.models import Job, JobStatus, Worker
from app.jobs.repository import SILENT_AFTER, JobRepository
from app.jobs.runner import Runner

BEAT_EVERY_S = 5.0
RECONCILE_EVERY_S = 60.0
# The engine's own record of an ended attempt tells nothing that the job's log does not.
FORGET_AFTER = timedelta(days=7)
SILENT_AFTER_S = SILENT_AFTER.total_seconds()
PID_NAMESPACE = Path("/proc/self/ns/pid")
ENDED_WORDS = "The engine ended this job without saying why. Retry it."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Which process a worker is; the id is random, so that no two are ever taken for one."""

    executor_id: str
    host: str
    pid: int
    started_at: datetime


def this_process() -> Identity:
    """Return a new identity for this process."""
    return Identity(secrets.token_hex(8), _host_name(), os.getpid(), now())


class Caretaker:
    """One worker's part in keeping all of them honest."""

    def __init__(self, me: Identity, engine: Engine, runner: Runner) -> None:
        self.me = me
        self.engine = engine
        self.runner = runner
        self.jobs = AsyncJobRepository(runner.ledger)
        self.workers = AsyncWorkerRepository(runner.ledger)
        # When each beat, and each attempt of ours that does not run, was first seen: by our own
        # monotonic clock, since those of other machines may be wrong.
        self._beats: dict[str, tuple[datetime, float]] = {}
        self._strays: dict[str, float] = {}
        self._reconciled_at: float | None = None
        self.acts_for_all = False

    async def keep_beating(self) -> None:
        """Beat and look around every five seconds, until cancelled."""
        while True:
            try:
                await self.beat()
                await self.look_around()
            except Exception:
                # Whatever it is, a worker that stops beating would lose its jobs to the others.
                log.exception("a look around went wrong; the next one is in %s s", BEAT_EVERY_S)
            await asyncio.sleep(BEAT_EVERY_S)

    async def beat(self) -> None:
        """Leave a sign of life."""
        me = self.me
        await self.workers.beat(Worker(**{**asdict(me), "heartbeat_at": now()}))

    async def look_around(self) -> None:
        """Put back what nobody works on any more and, now and then, close gaps.

        Of the living, the one with the lowest id acts for the dead: two who resumed the same attempt
        would break each other's run.
        """
        # In this order: a worker that takes its first job has beaten before.
        attempts = await asyncio.to_thread(self.engine.pending)
        alive = {each.executor_id for each in await self.workers.roster() if self._is_alive(each)}
        self.acts_for_all = self.me.executor_id == min(alive)
        mine = [each for each in attempts if each.executor_id == self.me.executor_id and self._is_stray(each)]
        dead = [each for each in attempts if each.executor_id not in alive]
        await self._put_back(mine + (dead if self.acts_for_all else []))
        if self.acts_for_all and self._reconciles_now():
            await self.reconcile()

    async def reconcile(self) -> None:
        """Enqueue open jobs the engine does not know, close those it has ended, and sweep what is left over."""
        after_id = 0
        while jobs := await self.jobs.find_open(after_id):
            after_id = jobs[-1].id
            known = await asyncio.to_thread(self.engine.find, [_attempt(job) for job in jobs])
            for job in jobs:
                await self._mend(job, known.get(_attempt(job)))
        await asyncio.to_thread(self.engine.forget_ended, now() - FORGET_AFTER)
        await self.runner.sweep()

    async def hand_back_all(self) -> None:
        """Put every attempt of this worker back into the queue, and leave; the engine has been stopped."""
        for attempt in self.engine.pending():
            if attempt.executor_id == self.me.executor_id:
                self.engine.resume(attempt.id)
        await self.workers.leave(self.me.executor_id)

    async def _put_back(self, attempts: list[Workflow]) -> None:
        as_they_are = await asyncio.to_thread(self.engine.find, [attempt.id for attempt in attempts])
        for attempt in attempts:
            # Somebody may have put it back, and somebody taken it, since we looked.
            if as_they_are.get(attempt.id) == attempt:
                log.info("attempt %s goes back to the queue", attempt.id)
                await asyncio.to_thread(self.engine.resume, attempt.id)

    async def _mend(self, job: Job, attempt: Workflow | None) -> None:
        if attempt is None:
            log.warning("job %s is unknown to the engine; it is enqueued again", job.id)
            await asyncio.to_thread(self.engine.enqueue, job)
        elif attempt.is_over:
            try:
                if await self.runner.ledger.write(_close_abandoned, job.public_id, job.attempt):
                    log.warning("the engine ended job %s as %s, and nobody had closed it", job.id, attempt.status)
            except Exception:
                log.exception("job %s was given up by the engine and cannot be closed", job.id)

    def _is_alive(self, worker: Worker) -> bool:
        if worker.executor_id == self.me.executor_id:
            return True
        if worker.host == self.me.host and not _process_exists(worker.pid):
            return False
        beat, since = self._beats.get(worker.executor_id, (None, 0.0))
        if beat != worker.heartbeat_at:
            self._beats[worker.executor_id] = worker.heartbeat_at, time.monotonic()
            return True
        return time.monotonic() - since < SILENT_AFTER_S

    def _is_stray(self, attempt: Workflow) -> bool:
        """Say whether an attempt the engine gave us has long not been running here."""
        if attempt.id in self.runner.busy_with:
            self._strays.pop(attempt.id, None)
            return False
        return time.monotonic() - self._strays.setdefault(attempt.id, time.monotonic()) >= SILENT_AFTER_S

    def _reconciles_now(self) -> bool:
        moment = time.monotonic()
        if self._reconciled_at is not None and moment - self._reconciled_at < RECONCILE_EVERY_S:
            return False
        self._reconciled_at = moment
        return True


def _close_abandoned(session: Session, public_id: uuid.UUID, attempt: int) -> bool:
    job = JobRepository(session).lock(public_id)
    if job is None or job.attempt != attempt or not job.is_active:
        return False
    if job.cancel_requested_at is not None:
        close_job(session, job, JobStatus.CANCELLED)
    else:
        close_job(session, job, JobStatus.FAILED, ENDED_WORDS)
    return True


def _attempt(job: Job) -> str:
    return workflow_id(job.public_id, job.attempt)


def _host_name() -> str:
    """Return what tells whose process numbers can be compared: the machine and its process namespace."""
    namespace = os.readlink(PID_NAMESPACE).strip("pid:[]") if PID_NAMESPACE.is_symlink() else ""
    return f"{socket.gethostname()} {namespace}".strip()


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
