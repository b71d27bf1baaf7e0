"""Write a stage's progress at most twice a second, however often it is told."""

import asyncio
import logging
from dataclasses import dataclass

from app.core.errors import Unavailable
from app.jobs.async_repository import AsyncJobRepository
from app.jobs.claims import Claim, ClaimLost, Share
from app.jobs.ledger import Ledger, forget_result
from app.jobs.repository import Progress

EVERY_S = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held:
    """One stage of one claimed job, and its share of the job's progress."""

    claim: Claim
    stage: str
    share: Share


class ProgressWriter:
    """Keeps the newest word a stage said and writes it when it may; what came between is not written."""

    def __init__(self, held: Held, ledger: Ledger) -> None:
        self._held = held
        self._jobs = AsyncJobRepository(ledger)
        self._news: Progress | None = None
        self._writing: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()

    def report(self, fraction: float, message: str) -> None:
        """Take note that the stage is so far (0 to 1); after `settle` nothing is noted any more."""
        if self._settled.is_set():
            return
        part, share = min(max(fraction, 0.0), 1.0), self._held.share
        self._news = Progress(
            stage=self._held.stage,
            stage_percent=int(100 * part),
            job_percent=min(99, int(share.start + share.width * part)),
            message=message[:500],
        )
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(forget_result)

    async def settle(self) -> None:
        """Write no more; returns when nothing is on its way."""
        self._settled.set()
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _write(self) -> None:
        while self._news is not None and not self._settled.is_set():
            news, self._news = self._news, None
            try:
                await self._jobs.write_progress(self._held.claim, news)
            except ClaimLost:
                # Whoever watches this job ends the stage; there is nobody left to tell.
                self._settled.set()
            except Unavailable:
                log.warning("progress of job %s could not be written", self._held.claim.id)
            await self._pause()
        self._writing = None

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._settled.wait(), EVERY_S)
        except TimeoutError:
            return
