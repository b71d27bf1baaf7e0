"""What a stage may write, and when it counts."""

import asyncio

import pytest

from app.jobs import progress
from app.jobs.async_repository import AsyncJobRepository
from app.jobs.claims import ClaimLost
from app.jobs.context import StageContext
from app.jobs.models import StageStatus
from tests.jobs.conftest import Yard
from tests.jobs.stages import rename, stages


def test_a_save_after_a_take_over_writes_nothing(yard: Yard) -> None:
    lost = []

    async def save_late(context: StageContext) -> None:
        await asyncio.to_thread(yard.take, job, "worker-2")
        try:
            await context.save(rename, job.id, "Too late")
        except ClaimLost:
            lost.append("save")
            raise

    stages(two=save_late)
    job = yard.enqueue()
    is_over = yard.run(job)

    assert not is_over
    assert lost == ["save"]
    assert yard.job(job).name == "Trio"


def test_a_save_returns_what_its_verb_returns(yard: Yard) -> None:
    got = []

    async def save(context: StageContext) -> None:
        got.append(await context.save(rename, context.job.id, name="Saved"))

    stages(one=save)
    yard.run(yard.enqueue())

    assert got == ["Saved"]


def test_a_stage_completed_with_its_effect_is_done_in_the_same_transaction(yard: Yard) -> None:
    seen = []

    async def complete(context: StageContext) -> None:
        await context.complete(rename, context.job.id, "Completed")
        seen.append((await asyncio.to_thread(yard.stages, job))["one"].status)

    stages(one=complete)
    job = yard.enqueue()
    yard.run(job)

    assert (yard.job(job).name, seen) == ("Completed", [StageStatus.DONE])


def test_progress_is_written_at_most_twice_a_second_and_for_the_whole_job(yard: Yard) -> None:
    seen = []

    async def report(context: StageContext) -> None:
        for step in range(50):
            await context.progress(step / 50, f"step {step}")
        await asyncio.sleep(0.1)
        at_work, stages = await asyncio.to_thread(yard.job, job), await asyncio.to_thread(yard.stages, job)
        seen.append((at_work.progress, at_work.message, stages["two"].progress))

    stages(two=report)
    job = yard.enqueue()
    yard.run(job)

    assert seen == [(74, "step 49", 98)]


def test_of_much_news_little_is_written(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.1)
    written = []
    write = AsyncJobRepository.write_progress
    monkeypatch.setattr(
        AsyncJobRepository, "write_progress", lambda self, *args: written.append(args) or write(self, *args)
    )

    async def chatter(context: StageContext) -> None:
        for step in range(100):
            await context.progress(step / 100)
            await asyncio.sleep(0.003)

    stages(two=chatter)
    yard.run(yard.enqueue())

    assert 2 <= len(written) <= 12


def test_a_note_says_what_made_the_result(yard: Yard) -> None:
    async def note(context: StageContext) -> None:
        await context.add_stage_note(engine="pyav", engine_version="18.1.0", params={"height": 540})
        await context.log("warning", "The file ends early.")

    stages(one=note)
    job = yard.enqueue()
    yard.run(job)

    one = yard.stages(job)["one"]
    assert (one.engine, one.engine_version, one.params_json) == ("pyav", "18.1.0", {"height": 540})
    assert "The file ends early." in yard.log(job)
