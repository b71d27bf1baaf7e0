"""What a stage function gets: what it works on, and the only ways it may write."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.async_db import AsyncDatabase
from app.jobs import claims
from app.jobs.claims import Claim
from app.jobs.ledger import Ledger
from app.jobs.models import StageStatus
from app.jobs.progress import Held, ProgressWriter
from app.processing import sandbox

P = ParamSpec("P")
R = TypeVar("R")


class StageSkipped(Exception):
    """Raised by a stage that cannot be done here; its text says in words what would be needed."""


class StageContext:
    """One run of one stage.

    `job` holds the facts (id, public_id, kind, media_id, clip_id, project_id, created_by, params, attempt).
    `work_dir` is an empty folder of this execution, removed at its end: a stage must not count on another
    stage's files there, which may have been made on another machine.
    """

    def __init__(self, held: Held, settings: Settings, ledger: Ledger, work_dir: Path) -> None:
        self.job = held.claim
        self.stage = held.stage
        self.settings = settings
        self.work_dir = work_dir
        self._held = held
        self._ledger = ledger
        self._writer = ProgressWriter(held, ledger)
        self._peak_memory_bytes = 0
        self.is_completed = False

    @property
    def db(self) -> AsyncDatabase:
        """The database, for reading; write with `save`."""
        return self._ledger.database

    async def progress(self, fraction: float, message: str = "") -> None:
        """Tell how far the stage is (0 to 1) and what it is doing; written at most twice a second."""
        self._writer.report(fraction, message)

    async def save(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `verb(session, …)` in one transaction that counts only while this execution holds the job.

        Raises `ClaimLost`, with nothing written, when another worker took the job over or somebody ended it.
        The stage may run again after it: the verb replaces what an earlier run left.
        """
        return await self._ledger.write(_guarded, self.job, verb, (args, kwargs))

    async def complete(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do what `save` does and end the stage in the same transaction, so that it happens exactly once.

        Nothing may come after it in the stage.
        """
        result = await self._ledger.write(_last, self._held, verb, (args, kwargs))
        self.is_completed = True
        return result

    async def log(self, level: str, message: str) -> None:
        """Add a line to the job's log: level info, warning or error."""
        await self._ledger.write(claims.write_log, self.job, self.stage, level, message)

    async def add_stage_note(
        self,
        *,
        engine: str | None = None,
        engine_version: str | None = None,
        params: dict[str, Any] | None = None,
        peak_memory_bytes: int | None = None,
    ) -> None:
        """Write on the stage what makes its result; what is left out stays as it is."""
        named = {"engine": engine, "engine_version": engine_version, "params_json": params}
        facts = {**named, "peak_memory_bytes": peak_memory_bytes}
        known = {column: value for column, value in facts.items() if value is not None}
        await self._ledger.write(claims.annotate, self.job, self.stage, known)

    async def processing(
        self,
        task: str,
        params: dict[str, Any],
        *,
        reads: Sequence[Path],
        work_dir: Path | None = None,
        limits: sandbox.Limits | None = None,
        on_part: sandbox.Part | None = None,
    ) -> dict[str, Any]:
        """Run a processing task in a confined child, its progress told, its peak memory noted on the stage.

        `on_part` is awaited for each part of the result the task tells before its end.

        A cancelled job, or a worker that stops, kills the child. Raises `ProcessingFailed` or `MediaRefused`,
        which a stage lets pass: the job then fails with their words.
        """
        result = await sandbox.run(
            task,
            params,
            reads=reads,
            work_dir=work_dir or self.work_dir,
            limits=limits,
            on_progress=self._writer.report,
            on_part=on_part,
        )
        self._peak_memory_bytes = max(self._peak_memory_bytes, result["usage"]["peak_memory_bytes"])
        await self.add_stage_note(peak_memory_bytes=self._peak_memory_bytes)
        return result

    async def settle(self) -> None:
        """Stop telling progress; the runner does this when the stage function is over."""
        await self._writer.settle()


Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def _guarded(session: Session, claim: Claim, verb: Callable[..., R], arguments: Arguments) -> R:
    claims.hold(session, claim)
    return verb(session, *arguments[0], **arguments[1])


def _last(session: Session, held: Held, verb: Callable[..., R], arguments: Arguments) -> R:
    result = _guarded(session, held.claim, verb, arguments)
    claims.end(session, held.claim, held.stage, StageStatus.DONE)
    return result
