"""The box around decoding is closed, ends when told to, and says why when it ends by itself."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from app.processing import sandbox
from app.processing.confinement import Limits
from app.processing.sandbox import MediaRefused, ProcessingFailed, run, run_sync, status

ESCAPES = 10


def test_all_ways_out_of_the_box_are_shut(tmp_path: Path) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    work.mkdir()
    outside.mkdir()
    (outside / "secret.db").write_text("secret")
    params = {"secrets": [str(outside / "secret.db")], "outside": str(outside)}

    result = run_sync("self_check", params, reads=[], work_dir=work)

    assert len(result["attempts"]) == ESCAPES
    assert set(result["attempts"].values()) == {"blocked"}
    assert result["usage"]["layers"]["complete"]


def test_the_box_reports_itself_closed_to_the_doctor() -> None:
    report = status()

    assert report["complete"], report["sentence"]
    assert "closed box" in report["sentence"]


def test_using_the_processor_for_ever_is_ended_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed, match="more processor time"):
        run_sync("self_check", {"burn_cpu": True}, reads=[], work_dir=tmp_path, limits=Limits(cpu_s=1))


def test_a_task_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed, match="longer than 1 s"):
        run_sync("self_check", {"burn_cpu": True}, reads=[], work_dir=tmp_path, limits=Limits(wall_s=1))


def test_a_task_without_progress_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed, match="stopped making progress"):
        run_sync("self_check", {"burn_cpu": True}, reads=[], work_dir=tmp_path, limits=Limits(silence_s=1))


def test_too_little_memory_is_said_in_words(tmp_path: Path, recording: Path) -> None:
    params = {"path": str(recording), "index": str(tmp_path / "index.npz")}

    with pytest.raises(ProcessingFailed, match="memory"):
        run_sync("probe", params, reads=[recording], work_dir=tmp_path, limits=Limits(memory_bytes=120 << 20))


def test_a_recording_not_given_cannot_be_read(tmp_path: Path, recording: Path) -> None:
    params = {"path": str(recording), "index": str(tmp_path / "index.npz")}

    with pytest.raises(ProcessingFailed):
        run_sync("probe", params, reads=[], work_dir=tmp_path)


def test_an_unknown_task_fails_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed, match="without a result") as caught:
        run_sync("no_such_task", {}, reads=[], work_dir=tmp_path)

    assert "no_such_task" in caught.value.log_tail


def test_progress_and_use_come_back(tmp_path: Path, recording: Path) -> None:
    seen: list[tuple[float, str]] = []
    files = [{"path": str(recording), "index": str(tmp_path / "index.npz")}]

    result = run_sync(
        "probe_many",
        {"files": files},
        reads=[recording],
        work_dir=tmp_path,
        on_progress=lambda fraction, message: seen.append((fraction, message)),
    )

    assert result["files"][0]["duration_frames"] == 100
    assert seen[-1] == (1.0, "Looked at 1 of 1 files")
    assert result["usage"]["peak_memory_bytes"] > 10 << 20


def test_cancelling_kills_the_child_within_two_seconds(tmp_path: Path) -> None:
    # Other tests' servers may be children of this process too.
    others = set(children_of(os.getpid()))

    async def cancelled() -> float:
        task = asyncio.create_task(run("self_check", {"burn_cpu": True}, reads=[], work_dir=tmp_path))
        while not set(children_of(os.getpid())) - others:
            await asyncio.sleep(0.01)
        begun = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - begun

    assert asyncio.run(cancelled()) < 2
    assert not set(children_of(os.getpid())) - others


def test_killing_the_worker_leaves_no_orphan(tmp_path: Path) -> None:
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)], cwd=sandbox.ROOT)
    child = wait_for(lambda: next(iter(children_of(worker.pid)), None))
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert wait_for(lambda: not Path(f"/proc/{child}").exists() or None)


def test_a_refusal_keeps_its_kind(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("shopping list")

    with pytest.raises(MediaRefused, match="a text file, not a recording"):
        run_sync("probe", {"path": str(text), "index": str(tmp_path / "i")}, reads=[text], work_dir=tmp_path)


WORKER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from app.processing.sandbox import run_sync
    run_sync("self_check", {"burn_cpu": True}, reads=[], work_dir=Path(sys.argv[1]))
    """
)


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def wait_for(look: "object") -> object:
    """Ask again until there is an answer; the test's own time-out ends a vain wait."""
    while (answer := look()) is None:  # type: ignore[operator]
        os.sched_yield()
    return answer
