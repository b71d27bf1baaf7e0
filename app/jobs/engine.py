"""The port to the job engine: enqueue, cancel and pause from any process; launch and look after it in a worker.

The engine (DBOS) runs one workflow for each attempt of a job, `<public_id>.<attempt>`, so that asking twice is
harmless. It keeps its tables in the app's own database, or in the one `JOBS_DATABASE_URL` names.
"""

import logging
import threading
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.db import install_hooks
from app.core.errors import Unavailable
from app.jobs.models import Job

APPLICATION = "rushes"
WORKFLOW = "job"
QUEUE = "jobs"
# Fixed: with a version made from the code, a worker would leave the jobs of yesterday's release alone.
VERSION = "1"
POLL_S = 0.5
OVER = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}

Step = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]
Body = Callable[[str, int, Step], Awaitable[None]]

log = logging.getLogger(__name__)
# It tells of every start and step at INFO, and of an execution that gave way to another as a WARNING.
logging.getLogger("dbos").setLevel(logging.ERROR)

_clients: dict[str, DBOSClient] = {}
_opening = threading.Lock()
_elsewhere: dict[str, str] = {}


@dataclass(frozen=True)
class Workflow:
    """One attempt of a job as the engine has it."""

    id: str
    status: str
    executor_id: str | None

    @property
    def is_over(self) -> bool:
        return self.status in OVER


def jobs_url(settings: Settings) -> str:
    """Return the URL of the database the engine's tables live in.

    Raises ValueError where the app's own cannot hold them and `JOBS_DATABASE_URL` names no other.
    """
    url = settings.jobs_database_url or settings.database_url
    if sa.make_url(url).get_backend_name() == "mysql":
        raise ValueError("JOBS_DATABASE_URL must name a PostgreSQL or SQLite database: MariaDB cannot hold the jobs")
    return url


def connect(settings: Settings) -> None:
    """Let this process enqueue; needed where the engine's tables are not in the app's own database."""
    own = _plain(sa.make_url(settings.database_url))
    # An earlier app of this process may have kept its jobs elsewhere.
    _elsewhere.pop(own, None)
    if _plain(sa.make_url(jobs_url(settings))) != own:
        _elsewhere[own] = jobs_url(settings)


def prepare(url: str, role: str | None = None) -> None:
    """Create the engine's tables, or bring them up to date; harmless when they are.

    `role` names who else may use them, where the URL is their owner's.
    """
    hooked = sa.create_engine(url)
    install_hooks(hooked)
    # The first connection sets the journal mode, which the file keeps.
    with hooked.connect():
        pass
    hooked.dispose()
    DBOS.migrate(url, application_role=role)


def enqueue(session: Session, job: Job) -> None:
    """Enqueue this attempt of the job with the session's transaction: a rollback enqueues nothing.

    Where the engine lives in another database it happens right after the commit, and `workers.reconcile`
    closes the gap a crash between the two leaves.
    """
    url, options, arguments = _place(session), _options(job), _arguments(job)
    if _is_elsewhere(session):
        _after_commit(session, lambda: _client(url).enqueue(options, *arguments))
        return
    _client(url).enqueue_in_transaction(session, options, *arguments)


def cancel(session: Session, public_id: uuid.UUID, attempt: int) -> None:
    """Take this attempt of a job out of the engine's queue once the session has committed."""
    url, taken = _place(session), workflow_id(public_id, attempt)
    _after_commit(session, lambda: _client(url).cancel_workflow(taken))


def is_paused(session: Session) -> bool:
    """Say whether the queue gives out nothing."""
    queue = _client(_place(session)).retrieve_queue(QUEUE)
    return queue is not None and queue.worker_concurrency == 0


def pause(session: Session) -> None:
    """Once the session has committed, give out no more jobs, whatever worker asks; what runs goes on."""
    unpause(session, 0)


def unpause(session: Session, worker_concurrency: int) -> None:
    """Once the session has committed, give out jobs again, so many at a time to each worker."""
    url = _place(session)
    # Not sooner: on SQLite the engine's own connection would wait for ours.
    _after_commit(session, lambda: _set_concurrency(_client(url), worker_concurrency))


def workflow_id(public_id: uuid.UUID, attempt: int) -> str:
    return f"{public_id}.{attempt}"


def close() -> None:
    """Give back every connection this process holds to the engine's tables."""
    while _clients:
        _clients.popitem()[1].destroy()


class Engine:
    """The engine as a worker process runs it. All but `launch` block: call them from a thread."""

    def __init__(self, settings: Settings, executor_id: str) -> None:
        self.url = jobs_url(settings)
        self.executor_id = executor_id
        self.concurrency = settings.worker_concurrency

    def prepare(self) -> None:
        """Create the engine's tables and the queue; one that is paused stays so."""
        prepare(self.url)
        client = _client(self.url)
        queue = client.retrieve_queue(QUEUE)
        if queue is None or queue.worker_concurrency != 0:
            _set_concurrency(client, self.concurrency)

    def launch(self, body: Body) -> None:
        """Start giving jobs to `body(public_id, attempt, step)`; call it on the event loop they shall run on.

        `body` wraps each piece of work in `step(name, function)`, which remembers the text it returned.
        """
        DBOS(config=self._config())
        _register(body)
        DBOS.launch()

    def pending(self) -> list[Workflow]:
        """Return the attempts some worker has taken out of the queue and not ended."""
        return self._find(status="PENDING")

    def find(self, ids: list[str]) -> dict[str, Workflow]:
        """Return those of the workflows that exist, by id."""
        if not ids:
            return {}
        return {workflow.id: workflow for workflow in self._find(workflow_ids=ids)}

    def resume(self, attempt: str) -> None:
        """Put an attempt back into the queue; an execution still going on loses its power over it."""
        # Without the queue's name it would run outside our limits.
        _client(self.url).resume_workflow(attempt, queue_name=QUEUE)

    def enqueue(self, job: Job) -> None:
        """Enqueue this attempt at once; for one that should have been long ago."""
        _client(self.url).enqueue(_options(job), *_arguments(job))

    def forget_ended(self, before: datetime) -> int:
        """Delete up to 500 attempts that ended before this moment, and return how many; jobs stay."""
        ended = self._find(status=list(OVER), completed_before=before.isoformat(), limit=500)
        if ended:
            _client(self.url).delete_workflows([attempt.id for attempt in ended])
        return len(ended)

    def stop(self) -> None:
        """Stop taking jobs and end the engine's threads; what it was running is left as it is."""
        DBOS.destroy(destroy_registry=True)

    def _find(self, **which: Any) -> list[Workflow]:
        found = _client(self.url).list_workflows(name=WORKFLOW, load_input=False, load_output=False, **which)
        return [Workflow(each.workflow_id, each.status, each.executor_id) for each in found]

    def _config(self) -> DBOSConfig:
        return {
            "name": APPLICATION,
            "system_database_url": self.url,
            "application_version": VERSION,
            "executor_id": self.executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "enable_otlp": False,
            "log_level": "ERROR",
            "sys_db_pool_size": 5,
        }


def _register(body: Body) -> None:
    async def step(name: str, function: Callable[[], Awaitable[str]]) -> str:
        async def run() -> str:
            return await function()

        return await DBOS.run_step_async({"name": name}, run)

    # Deaths are counted by stage in the ledger, where people see them.
    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def job(public_id: str, attempt: int) -> None:
        await body(public_id, attempt, step)


def _options(job: Job) -> EnqueueOptions:
    return {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": workflow_id(job.public_id, job.attempt),
        "app_version": VERSION,
        "priority": job.priority,
    }


def _arguments(job: Job) -> tuple[str, int]:
    return str(job.public_id), job.attempt


def _set_concurrency(client: DBOSClient, worker_concurrency: int) -> None:
    client.register_queue(QUEUE, worker_concurrency=worker_concurrency, polling_interval_sec=POLL_S)


def _client(url: str) -> DBOSClient:
    with _opening:
        if url not in _clients:
            _clients[url] = DBOSClient(
                system_database_url=url,
                serializer=DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                system_database_pool_size=2,
                lazy=True,
                retry_connection_errors=False,
            )
        return _clients[url]


def _place(session: Session) -> str:
    own = _plain(session.get_bind().engine.url)
    if own.startswith("mysql") and own not in _elsewhere:
        raise Unavailable("Jobs need a database of their own here: set JOBS_DATABASE_URL.")
    return _elsewhere.get(own, own)


def _is_elsewhere(session: Session) -> bool:
    return _plain(session.get_bind().engine.url) in _elsewhere


def _plain(url: sa.URL) -> str:
    """Return the URL with the driver the engine uses, whichever of ours it came from."""
    plain = url.set(drivername=DRIVERS[url.get_backend_name()])
    return plain.render_as_string(hide_password=False)


def _after_commit(session: Session, act: Callable[[], Any]) -> None:
    session.info.setdefault("after_commit", []).append(act)
    if not event.contains(session, "after_commit", _act):
        event.listen(session, "after_commit", _act)
        event.listen(session, "after_rollback", _forget)


def _act(session: Session) -> None:
    # A savepoint tells of itself too; what it holds is not yet true.
    if session.in_nested_transaction():
        return
    for act in session.info.pop("after_commit", []):
        try:
            act()
        except Exception:
            # The rows are committed: the reconciler does what could not be done now.
            log.exception("the job engine could not be told")


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("after_commit", None)
