"""Servers and workers that are forked from a process which has imported everything: a start is done in no time."""

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
IMPORTED = ["tests.torture.served", "tests.jobs.drill_worker"]


class Forked:
    """A process of ours, to be asked and ended as one that `subprocess.Popen` started."""

    def __init__(self, target: Callable[..., None], environment: Mapping[str, str], log: Path | None) -> None:
        CONTEXT.set_forkserver_preload(IMPORTED)
        self._process: Any = CONTEXT.Process(target=run, args=(target, dict(environment), log))
        self._process.start()

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        answer: int | None = self._process.exitcode
        return answer

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it is gone; raises TimeoutError where that takes longer than `timeout` seconds."""
        self._process.join(timeout)
        if self.poll() is None:
            raise TimeoutError(f"process {self.pid} does not end")
        return self.poll()


def run(target: Callable[..., None], environment: Mapping[str, str], log: Path | None) -> None:
    """Be that process: in its environment, with what it prints in the log."""
    # Else all would draw the same numbers: those of the process they were forked from.
    random.seed()
    os.environ.clear()
    os.environ.update(environment)
    if log is not None:
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
    target()
