"""Try to break out of the box from inside it, and say which attempts were stopped.

``flask doctor`` shows the answer and the tests demand it: a box that is silently open is worse than none.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.processing.confinement import landlock_version

Report = Callable[[float, str], None]
TOO_MUCH_MEMORY = 4 << 30


def self_check(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Attempt each escape and give ``{"attempts": {name: "blocked" | "open"}, "landlock_offered": int}``.

    ``params``: ``secrets`` (paths that must not be readable), ``outside`` (a folder that must not be
    writable), ``burn_cpu`` (true to use processor time until the limit ends this process).
    """
    attempts: dict[str, Callable[[], object]] = {
        "read the system's files": lambda: Path("/etc/passwd").read_bytes(),
        "read other files": lambda: [Path(secret).read_bytes() for secret in params.get("secrets", ["/etc/hosts"])],
        "list a folder": lambda: os.listdir(params.get("outside", "/")),
        "write outside": lambda: _write(Path(params.get("outside", "/"))),
        "open a socket": lambda: socket.socket().close(),
        "run a program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "start a process": _fork,
        "signal the worker": lambda: os.kill(os.getppid(), 0),
        "take real-time priority": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
        "take 4 GiB of memory": lambda: bytearray(TOO_MUCH_MEMORY),
    }
    outcome = {name: _try(attempt) for name, attempt in attempts.items()}
    while params.get("burn_cpu"):
        outcome["use the processor for ever"] = "open"
    report(1.0, "tried every way out")
    return {"attempts": outcome, "landlock_offered": landlock_version()}


def _try(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (OSError, MemoryError):
        return "blocked"
    return "open"


def _write(folder: Path) -> None:
    place = folder / f"rushes-self-check-{os.getpid()}"
    place.write_bytes(b"out")
    place.unlink()


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
