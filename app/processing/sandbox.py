"""Run a task on a recording in a confined child process, and bring back its result.

``run`` is for the worker (asyncio), ``run_sync`` for the web process and the command line. Cancelling the
awaiting asyncio task kills the child with everything in it.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.core.texts import later, say
from app.processing.confinement import Limits
from app.processing.errors import MediaRefused, ProcessingFailed

__all__ = ["LIMITS", "Limits", "MediaRefused", "ProcessingFailed", "run", "run_sync", "status"]

Progress = Callable[[float, str], None]
# Takes a part of the result; the child goes on meanwhile.
Part = Callable[[dict[str, Any]], Awaitable[None]]

GIB = 1 << 30
DAY_S = 24 * 3600
DEFAULT_LIMITS = Limits(niceness=15)
# Work that takes as long as the recording is; a core busy all day counts twice on two threads.
LONG_LIMITS = Limits(wall_s=DAY_S, cpu_s=2 * DAY_S, memory_bytes=4 * GIB, niceness=15)
LIMITS = {
    "self_check": Limits(wall_s=20, cpu_s=10, memory_bytes=GIB),
    "probe": Limits(wall_s=600, cpu_s=600, memory_bytes=3 * GIB // 2, file_bytes=GIB),
    "probe_many": Limits(wall_s=3600, cpu_s=3600, memory_bytes=3 * GIB // 2, file_bytes=GIB),
    # It holds a network of its own, and the library under it asks for more than it uses.
    "voices": Limits(wall_s=DAY_S, cpu_s=2 * DAY_S, memory_bytes=12 * GIB, niceness=15),
    "fetch": Limits(wall_s=DAY_S, cpu_s=6 * 3600, niceness=15, network=True),
    "frames": Limits(wall_s=60, cpu_s=90, memory_bytes=2 * GIB, file_bytes=GIB),
    **dict.fromkeys(("proxy", "scenes", "speech", "render", "reel", "certificate"), LONG_LIMITS),
}

ROOT = Path(__file__).resolve().parents[2]
LONGEST_ANSWER = 32 << 20
LOG_TAIL_BYTES = 8192
KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT", "RUSHES_TEXTS", "RUSHES_LANGUAGE")
REASON_BY_SIGNAL = {
    signal.SIGXCPU: later("It used more processor time than the limit allows."),
    signal.SIGXFSZ: later("It wrote more than the limit allows."),
    signal.SIGSEGV: later("The decoder crashed on this recording."),
    signal.SIGABRT: later("The decoder gave up on this recording."),
    signal.SIGSYS: later("It tried something the sandbox forbids."),
    signal.SIGKILL: later("The machine ended it, most likely for lack of memory."),
}

log = logging.getLogger(__name__)


@dataclass
class _Child:
    """The process, the time it must end by, and the last of what it printed."""

    process: asyncio.subprocess.Process
    ends_at: float
    log: bytearray = field(default_factory=bytearray)

    def log_tail(self) -> str:
        return self.log[-LOG_TAIL_BYTES:].decode("utf-8", "replace")

    def kill(self) -> None:
        # The group is gone when the child has just ended by itself.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


async def run(
    task: str,
    params: dict[str, Any],
    *,
    reads: Sequence[Path],
    work_dir: Path,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
    on_part: Part | None = None,
) -> dict[str, Any]:
    """Do a task in a confined child and give its result, with ``usage`` (memory, seconds, layers) added.

    The child reads ``reads`` (files or folders) and writes in ``work_dir``, an existing folder; nothing else
    is open to it. Raises MediaRefused when the input is not a recording we read, ProcessingFailed when the
    task fails, dies or outlives its limits. What it had written by then stays for the caller to remove.
    """
    limits = limits or LIMITS.get(task, DEFAULT_LIMITS)
    child = await _start(limits)
    listening = asyncio.create_task(_keep_log(child))
    try:
        await _ask(child, task, params, reads=reads, work_dir=work_dir, limits=limits)
        return await _listen(child, limits, on_progress, on_part)
    finally:
        child.kill()
        await child.process.wait()
        await listening


def run_sync(
    task: str,
    params: dict[str, Any],
    *,
    reads: Sequence[Path],
    work_dir: Path,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Do the same as ``run`` from code without an event loop."""
    return asyncio.run(run(task, params, reads=reads, work_dir=work_dir, limits=limits, on_progress=on_progress))


def status() -> dict[str, Any]:
    """Prove the box on this machine: start a child and have it try every way out.

    Gives ``{"complete": bool, "layers": {...}, "attempts": {name: "blocked" | "open"}, "sentence": str}``.
    """
    with tempfile.TemporaryDirectory() as work_dir, tempfile.TemporaryDirectory() as outside:
        params = {"secrets": [str(Path(__file__).resolve().parents[2] / "pyproject.toml")], "outside": outside}
        result = run_sync("self_check", params, reads=[], work_dir=Path(work_dir))
    open_ways = sorted(name for name, outcome in result["attempts"].items() if outcome == "open")
    layers = result["usage"]["layers"]
    sentence = "Recordings are decoded in a closed box: every way out that was tried is shut."
    if open_ways:
        sentence = f"WARNING: recordings are decoded WITHOUT a closed box here. Open: {', '.join(open_ways)}."
    elif not layers["complete"]:
        missing = sorted(name for name, holds in layers.items() if not holds and name != "complete")
        sentence = f"WARNING: the box around decoding lacks {', '.join(missing)} on this machine."
    complete = layers["complete"] and not open_ways
    return {"complete": complete, "layers": layers, "attempts": result["attempts"], "sentence": sentence}


async def _start(limits: Limits) -> _Child:
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
    # One thread each: a library that starts threads on import would leave them outside the box.
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-s", "-m", "app.processing.child", str(os.getpid())),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        start_new_session=True,
        limit=LONGEST_ANSWER,
    )
    return _Child(process, time.monotonic() + limits.wall_s)


async def _ask(
    child: _Child, task: str, params: dict[str, Any], *, reads: Sequence[Path], work_dir: Path, limits: Limits
) -> None:
    request = {
        "task": task,
        "params": params,
        "reads": [str(path.resolve()) for path in reads],
        "work_dir": str(work_dir.resolve()),
        "limits": asdict(limits),
    }
    stdin = child.process.stdin
    assert stdin is not None
    # A child that died at once is explained by its end, not by the broken pipe.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(json.dumps(request).encode())
        await stdin.drain()
    stdin.close()


async def _keep_log(child: _Child) -> None:
    stderr = child.process.stderr
    assert stderr is not None
    while chunk := await stderr.read(LOG_TAIL_BYTES):
        child.log += chunk
        del child.log[: -2 * LOG_TAIL_BYTES]


async def _listen(child: _Child, limits: Limits, on_progress: Progress | None, on_part: Part | None) -> dict[str, Any]:
    """Pass progress and parts on until the result comes; raise when an error, the end or a limit comes instead."""
    while True:
        answer = await _next_answer(child, limits)
        if answer is None:
            raise ProcessingFailed(await _why_it_ended(child), child.log_tail())
        if "progress" in answer and on_progress:
            on_progress(float(answer["progress"][0]), str(answer["progress"][1]))
        if "part" in answer and on_part:
            await on_part(answer["part"])
        if "error" in answer:
            failure = MediaRefused if answer["error"]["refused"] else ProcessingFailed
            raise failure(str(answer["error"]["reason"]), child.log_tail())
        if "result" in answer:
            _warn_if_open(answer["usage"]["layers"])
            return {**answer["result"], "usage": answer["usage"]}


async def _next_answer(child: _Child, limits: Limits) -> dict[str, Any] | None:
    stdout = child.process.stdout
    assert stdout is not None
    left = child.ends_at - time.monotonic()
    try:
        line = await asyncio.wait_for(stdout.readline(), min(left, limits.silence_s))
    except TimeoutError:
        late = time.monotonic() >= child.ends_at
        reason = (
            say("It took longer than %(wall_s)s s.", wall_s=f"{limits.wall_s:.0f}")
            if late
            else say("It stopped making progress.")
        )
        raise ProcessingFailed(reason, child.log_tail()) from None
    except ValueError:
        raise ProcessingFailed(say("Its answer was too long to read."), child.log_tail()) from None
    return _read_answer(line, child) if line else None


def _read_answer(line: bytes, child: _Child) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ProcessingFailed(say("Its answer could not be read."), child.log_tail())
    return answer


async def _why_it_ended(child: _Child) -> str:
    code = await child.process.wait()
    if code < 0:
        return REASON_BY_SIGNAL.get(
            signal.Signals(-code), say("It was ended by %(name)s.", name=signal.Signals(-code).name)
        )
    if "MemoryError" in child.log_tail():
        return say("It needed more memory than the limit allows.")
    return say("It ended without a result (code %(code)s).", code=code)


def _warn_if_open(layers: dict[str, Any]) -> None:
    if not layers["complete"]:
        missing = ", ".join(sorted(name for name, holds in layers.items() if not holds and name != "complete"))
        log.warning("recordings are decoded without a complete sandbox: %s missing", missing)
