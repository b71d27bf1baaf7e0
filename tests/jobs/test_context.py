"""What a stage may write, and when it counts."""

import asyncio

import pytest

from app.jobs import progress
from app.jobs.async_repository import AsyncJobRepository
from app.jobs.claims import ClaimLost
from app.jobs.context import StageContext
from app.jobs.models import StageStatus
from tests.jobs.conftest import House
from tests.jobs.stages import rename, stages


def test_a_save_after_a_take_over_writes_nothing(house: House) -> None:
    lost = []

    async def save_late(context: StageContext) -> None:
        await asyncio.to_thread(house.take, job, "worker-2")
        try:
            await context.save(rename, job.id, "Too late")
        except ClaimLost:
            lost.append("save")
            raise

    stages(two=save_late)
    job = house.enqueue()
    is_over = house.run(job)

    assert not is_over
    assert lost == ["save"]
    assert house.job(job).name == "Trio"


def test_a_save_returns_what_its_verb_returns(house: House) -> None:
    got = []

    async def save(context: StageContext) -> None:
        got.append(await context.save(rename, context.job.id, name="Saved"))

    stages(one=save)
    house.run(house.enqueue())

    assert got == ["Saved"]


def test_a_stage_completed_with_its_effect_is_done_in_the_same_transaction(house: House) -> None:
    seen = []

    async def complete(context: StageContext) -> None:
        await context.complete(rename, context.job.id, "Completed")
        seen.append((await asyncio.to_thread(house.stages, job))["one"].status)

    stages(one=complete)
    job = house.enqueue()
    house.run(job)

    assert (house.job(job).name, seen) == ("Completed", [StageStatus.DONE])


def test_progress_is_written_at_most_twice_a_second_and_for_the_whole_job(house: House) -> None:
    seen = []

    async def report(context: StageContext) -> None:
        for step in range(50):
            await context.progress(step / 50, f"step {step}")
        await asyncio.sleep(0.1)
        at_work, stages = await asyncio.to_thread(house.job, job), await asyncio.to_thread(house.stages, job)
        seen.append((at_work.progress, at_work.message, stages["two"].progress))

    stages(two=report)
    job = house.enqueue()
    house.run(job)

    assert seen == [(74, "step 49", 98)]


def test_of_much_news_little_is_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
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
    house.run(house.enqueue())

    assert 2 <= len(written) <= 12


def test_a_note_says_what_made_the_result(house: House) -> None:
    async def note(context: StageContext) -> None:
        await context.add_stage_note(engine="pyav", engine_version="18.1.0", params={"height": 540})
        await context.log("warning", "The file ends early.")

    stages(one=note)
    job = house.enqueue()
    house.run(job)

    one = house.stages(job)["one"]
    assert (one.engine, one.engine_version, one.params_json) == ("pyav", "18.1.0", {"height": 540})
    assert "The file ends early." in house.log(job)
