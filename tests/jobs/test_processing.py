"""A job's work in a confined child: it dies with the job, and its death is said in words."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.jobs.context import StageContext
from app.jobs.models import JobStatus
from app.jobs.registry import stage
from app.jobs.runner import Runner
from app.jobs.service import JobService
from tests.jobs.conftest import Yard


@pytest.fixture
def endless(yard: Yard, tmp_path: Path) -> Iterator[Path]:
    """Return a file to work on without end."""
    for name in ("two", "three"):
        stage(name)(nothing)
    path = tmp_path / "endless.mp4"
    path.touch()
    yield path


async def nothing(context: StageContext) -> None:
    """A stage that does nothing."""


def probing(path: Path) -> None:
    @stage("one")
    async def probe(context: StageContext) -> None:
        await context.processing("self_check", {"burn_cpu": True}, reads=[path])


def children() -> list[int]:
    """Return the process ids of our confined children."""
    mine = f"app.processing.child\0{os.getpid()}".encode()
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if mine in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def with_child(act: Callable[[Runner, int], Awaitable[None]]) -> Callable[[Runner], Awaitable[None]]:
    async def meanwhile(runner: Runner) -> None:
        while not children():
            await asyncio.sleep(0.02)
        await act(runner, children()[0])

    return meanwhile


def test_a_child_killed_alone_fails_the_job_with_words_and_it_can_be_retried(yard: Yard, endless: Path) -> None:
    probing(endless)
    job = yard.enqueue()

    async def kill(runner: Runner, child: int) -> None:
        os.kill(child, signal.SIGKILL)

    yard.run(job, with_child(kill))
    failed = yard.job(job)
    yard.ask(JobService.retry, job)

    assert failed.status == JobStatus.FAILED
    assert failed.error_message == "The machine ended it, most likely for lack of memory."
    assert yard.job(job).status == JobStatus.QUEUED


def test_cancelling_kills_the_child_within_two_seconds(yard: Yard, endless: Path) -> None:
    probing(endless)
    job = yard.enqueue()
    took = []

    async def cancel(runner: Runner, child: int) -> None:
        watching = asyncio.create_task(runner.watch())
        await asyncio.to_thread(yard.beat)
        began = time.monotonic()
        await asyncio.to_thread(yard.ask, JobService.cancel, job)
        await runner.executions[0].over.wait()
        took.append(time.monotonic() - began)
        watching.cancel()

    yard.run(job, with_child(cancel))

    assert took[0] < 2
    assert children() == []
    assert yard.job(job).status == JobStatus.CANCELLED


def test_a_stopping_worker_kills_the_child_and_hands_the_job_back(yard: Yard, endless: Path) -> None:
    probing(endless)
    job = yard.enqueue()

    yard.run(job, with_child(lambda runner, child: runner.stop(5)))

    assert children() == []
    assert yard.job(job).status == JobStatus.QUEUED


def test_the_peak_memory_of_a_child_is_noted_on_its_stage(yard: Yard, tmp_path: Path) -> None:
    @stage("one")
    async def check(context: StageContext) -> None:
        await context.processing("self_check", {"secrets": [], "outside": str(tmp_path)}, reads=[])

    for name in ("two", "three"):
        stage(name)(nothing)
    job = yard.enqueue()
    yard.run(job)

    assert yard.stages(job)["one"].peak_memory_bytes > 1_000_000


def test_a_recording_we_do_not_read_fails_the_job_with_its_reason(yard: Yard, tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a recording")

    @stage("one")
    async def probe(context: StageContext) -> None:
        await context.processing("probe", {"path": str(tmp_path / "notes.mp4")}, reads=[tmp_path / "notes.mp4"])

    job = yard.enqueue()

    yard.run(job)

    assert yard.job(job).status == JobStatus.FAILED
    assert str(yard.job(job).error_message).startswith("This is a text file, not a recording.")
