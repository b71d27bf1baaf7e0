"""Run claimed jobs in a worker: claim, stages in order, finish; and end them early when that is asked."""

import asyncio
import logging
import re
import shutil
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

from app.config import Settings
from app.core.errors import Unavailable
from app.jobs import claims
from app.jobs.async_repository import AsyncJobRepository
from app.jobs.claims import Claim, ClaimLost, Crowded, Share
from app.jobs.context import StageContext, StageSkipped
from app.jobs.engine import Step, workflow_id
from app.jobs.executions import Execution, Interruption
from app.jobs.failures import Failure, failure_of
from app.jobs.ledger import Ledger
from app.jobs.models import StageStatus
from app.jobs.progress import Held
from app.jobs.registry import find_stage

# A cancelled job ends within two seconds: half of one is for noticing.
WATCH_EVERY_S = 0.5
CROWDED_WAIT_S = 1.0
# A stage met by a database that went away starts again after these waits, then fails.
OUTAGE_WAITS_S = (1, 5, 15)
WORK_FOLDER = "work"
OUR_FOLDER = re.compile(r"([0-9a-f-]{36})\.\d+\.[0-9a-f]{8}$")

DONE, FAILED, CANCELLED, LOST = "done", "failed", "cancelled", "lost"

log = logging.getLogger(__name__)


class Runner:
    """The jobs this worker process is busy with. Everything runs on one event loop."""

    def __init__(self, settings: Settings, ledger: Ledger, executor_id: str) -> None:
        self.settings = settings
        self.ledger = ledger
        self.executor_id = executor_id
        self.stopping = False
        self.executions: list[Execution] = []

    @property
    def busy_with(self) -> set[str]:
        """The attempts that run here, by the engine's name for them."""
        return {workflow_id(each.claim.public_id, each.claim.attempt) for each in self.executions}

    async def run(self, public_id: str, attempt: int, step: Step) -> None:
        """Run one attempt of a job from the first stage that is not done; the engine's workflow.

        The claim is taken outside any step, so that every execution of the workflow takes it anew.
        """
        if self.stopping:
            raise asyncio.CancelledError
        with _left_for_later(public_id):
            claim = await self.ledger.insist(claims.take, uuid.UUID(public_id), attempt, self.executor_id)
            if claim is not None:
                await self._run(claim, step)

    async def watch(self) -> None:
        """Twice a second, end what was cancelled or taken over, whether or not it reports."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            try:
                await self.look()
            except Exception:
                # Whatever it is, jobs must go on being watched.
                log.exception("a look at the jobs went wrong; cancelled ones go on until the next")

    async def look(self) -> None:
        """Ask once how this worker's jobs stand, and interrupt those that are to end."""
        executions = list(self.executions)
        if not executions:
            return
        standings = await AsyncJobRepository(self.ledger).standings([each.claim.id for each in executions])
        for execution in executions:
            standing = standings.get(execution.claim.id)
            if standing is None or standing.token != execution.claim.token:
                execution.interrupt(Interruption.LOST)
            elif standing.cancel_requested:
                execution.interrupt(Interruption.CANCEL)

    async def sweep(self) -> None:
        """Remove the folders of executions whose job does not run any more."""
        found = {path: OUR_FOLDER.match(path.name) for path in (self.settings.instance / WORK_FOLDER).glob("*")}
        folders = {path: uuid.UUID(match[1]) for path, match in found.items() if match}
        running = await AsyncJobRepository(self.ledger).find_running(list(folders.values()))
        for path, public_id in folders.items():
            if public_id not in running:
                shutil.rmtree(path, ignore_errors=True)

    async def stop(self, patience_s: float) -> None:
        """Take no more jobs, kill every child, and hand the jobs back; returns within `patience_s`."""
        self.stopping = True
        executions = list(self.executions)
        for execution in executions:
            execution.interrupt(Interruption.STOP)
        if executions:
            await asyncio.wait([asyncio.create_task(each.over.wait()) for each in executions], timeout=patience_s)

    async def _run(self, claim: Claim, step: Step) -> None:
        self._remove_leftovers(claim)
        name = f"{claim.public_id}.{claim.attempt}.{claim.token[:8]}"
        execution = Execution(claim, self.settings.instance / WORK_FOLDER / name)
        self.executions.append(execution)
        try:
            await self._run_stages(execution, step)
        finally:
            self.executions.remove(execution)
            shutil.rmtree(execution.work_dir, ignore_errors=True)
            execution.over.set()

    async def _run_stages(self, execution: Execution, step: Step) -> None:
        for name in execution.claim.stages:
            if await step(name, partial(self._stage, execution, name)) != DONE:
                return
        await self._finish(execution)

    async def _stage(self, execution: Execution, name: str) -> str:
        """Run one stage to whatever end it comes to, and say which; the engine remembers the answer."""
        with _left_for_later(str(execution.claim.public_id)):
            outcome = await self._last_through_outages(execution, name)
            if outcome == LOST:
                await self._give_way(execution.claim)
            return outcome

    async def _finish(self, execution: Execution) -> None:
        try:
            await self.ledger.insist(claims.finish, execution.claim)
        except ClaimLost:
            await self._give_way(execution.claim)
        except Unavailable:
            raise
        except Exception as error:
            # What a room wanted to do at the end failed: the job must not stay open for ever.
            log.exception("job %s could not be finished", execution.claim.id)
            await self._fail(execution, execution.claim.stages[-1], failure_of(error))

    async def _give_way(self, claim: Claim) -> None:
        """Go on only where the job is over; otherwise end without a trace, for the attempt is not.

        An execution the engine had already given up can still take the claim from the one it has
        started since: if that one let its attempt end, nobody would do the rest.
        """
        if await self.ledger.read(claims.is_open, claim):
            raise asyncio.CancelledError

    async def _last_through_outages(self, execution: Execution, name: str) -> str:
        for wait_s in OUTAGE_WAITS_S:
            try:
                return await self._try_stage(execution, name)
            except Unavailable as error:
                log.warning("stage %s of job %s starts again: %s", name, execution.claim.id, error)
                await asyncio.sleep(wait_s)
        try:
            return await self._try_stage(execution, name)
        except Unavailable as error:
            return await self._fail(execution, name, failure_of(error))

    async def _try_stage(self, execution: Execution, name: str) -> str:
        try:
            share = await self._begin(execution, name)
            if share is None:
                return DONE
            return await self._run_function(execution, Held(execution.claim, name, share))
        except ClaimLost:
            return LOST
        except asyncio.CancelledError:
            return await self._interrupted(execution, name)
        except StageSkipped as reason:
            return await self._end(execution, name, StageStatus.SKIPPED, str(reason))
        except Unavailable:
            raise
        except Exception as error:
            return await self._fail(execution, name, failure_of(error))

    async def _begin(self, execution: Execution, name: str) -> Share | None:
        execution.stage = name
        while True:
            if execution.interruption is not None:
                raise asyncio.CancelledError
            try:
                return await self.ledger.insist(claims.begin, execution.claim, name)
            except Crowded:
                await asyncio.sleep(CROWDED_WAIT_S)

    async def _run_function(self, execution: Execution, held: Held) -> str:
        run = find_stage(held.stage)
        if run is None:
            words = f"This worker does not know how to do “{held.stage}”. Update it, then retry."
            return await self._fail(execution, held.stage, Failure(words))
        execution.work_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        context = StageContext(held, self.settings, self.ledger, execution.work_dir)
        try:
            await self._supervise(execution, partial(run, context))
        finally:
            await context.settle()
        if context.is_completed:
            return DONE
        return await self._end(execution, held.stage, StageStatus.DONE)

    async def _supervise(self, execution: Execution, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await work()

        execution.task = asyncio.create_task(run())
        try:
            await execution.task
        finally:
            # The engine may cancel us from outside: the stage must not outlive that.
            execution.task.cancel()
            await asyncio.wait({execution.task})
            execution.task = None

    async def _interrupted(self, execution: Execution, name: str) -> str:
        me = asyncio.current_task()
        if execution.interruption is None and not (me and me.cancelling()):
            return await self._fail(execution, name, Failure("It was broken off from within."))
        if execution.interruption == Interruption.LOST:
            return LOST
        if execution.interruption == Interruption.CANCEL:
            return await self._cancel(execution)
        try:
            await self.ledger.insist(claims.hand_back, execution.claim)
        except ClaimLost:
            return LOST
        # Leaves no trace in the engine: the attempt is still pending, and goes back to its queue.
        raise asyncio.CancelledError

    async def _cancel(self, execution: Execution) -> str:
        # Files go before the ledger says so: who sees "cancelled" finds nothing left.
        shutil.rmtree(execution.work_dir, ignore_errors=True)
        try:
            await self.ledger.insist(claims.cancel, execution.claim)
        except ClaimLost:
            return LOST
        return CANCELLED

    async def _end(self, execution: Execution, name: str, status: StageStatus, words: str | None = None) -> str:
        try:
            await self.ledger.insist(claims.end, execution.claim, name, status, words)
        except ClaimLost:
            return LOST
        return DONE

    async def _fail(self, execution: Execution, name: str, failure: Failure) -> str:
        shutil.rmtree(execution.work_dir, ignore_errors=True)
        try:
            await self.ledger.insist(claims.fail, execution.claim, name, failure)
        except ClaimLost:
            return LOST
        except Unavailable:
            raise
        except Exception:
            log.exception("what rooms do when job %s fails went wrong", execution.claim.id)
            await self.ledger.insist(claims.fail_quietly, execution.claim, name, failure)
        if failure.unforeseen is not None:
            # Said only now: what a run that has lost its claim stumbles over is of no interest.
            log.error("stage %s of job %s failed", name, execution.claim.id, exc_info=failure.unforeseen)
        return FAILED

    def _remove_leftovers(self, claim: Claim) -> None:
        # Where an execution before this one still runs, it has lost the claim and with it the right to its files.
        for left in (self.settings.instance / WORK_FOLDER).glob(f"{claim.public_id}.*"):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _left_for_later(public_id: str) -> Iterator[None]:
    """Let an attempt stay pending in the engine, untold, when the ledger cannot be written at all.

    It goes back to its queue when somebody notices that it does not run.
    """
    try:
        yield
    except Unavailable as error:
        log.error("job %s is left for later: the database does not answer", public_id)
        raise asyncio.CancelledError from error
