"""The worker's reads and hot writes: the same statements as the repository's, over `run_sync`."""

import uuid

from sqlalchemy.orm import Session

from app.jobs.claims import Claim, ClaimLost
from app.jobs.ledger import Ledger
from app.jobs.models import Job, Worker
from app.jobs.repository import JobRepository, Progress, Standing, WorkerRepository


class AsyncJobRepository:
    """What the worker asks of jobs."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def find_open(self, after_id: int, limit: int = 200) -> list[Job]:
        return await self.ledger.read(lambda session: JobRepository(session).find_open(after_id, limit))

    async def standings(self, ids: list[int]) -> dict[int, Standing]:
        return await self.ledger.read(lambda session: JobRepository(session).standings(ids))

    async def find_running(self, public_ids: list[uuid.UUID]) -> set[uuid.UUID]:
        return await self.ledger.read(lambda session: JobRepository(session).find_running(public_ids))

    async def write_progress(self, claim: Claim, progress: Progress) -> None:
        """Write how far a held job is; raises `ClaimLost`."""
        await self.ledger.write(_write_progress, claim, progress)


class AsyncWorkerRepository:
    """What the worker asks of workers."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def roster(self) -> list[Worker]:
        return await self.ledger.read(lambda session: WorkerRepository(session).roster())

    async def beat(self, worker: Worker) -> None:
        await self.ledger.write(lambda session: WorkerRepository(session).beat(worker))

    async def leave(self, executor_id: str) -> None:
        await self.ledger.write(lambda session: WorkerRepository(session).leave(executor_id))


def _write_progress(session: Session, claim: Claim, progress: Progress) -> None:
    if not JobRepository(session).write_progress(claim.id, claim.token, progress):
        raise ClaimLost(f"job {claim.id} was taken over or ended")
