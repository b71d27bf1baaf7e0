"""A claimed job as a worker is busy with it, and why it may be ended early."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from app.jobs.claims import Claim


class Interruption(StrEnum):
    """Why a stage is ended before its own end."""

    CANCEL = "cancel"
    LOST = "lost"
    STOP = "stop"


@dataclass(eq=False)
class Execution:
    """One claimed job this worker is busy with; `task` is its stage function, while one runs."""

    claim: Claim
    work_dir: Path
    stage: str | None = None
    task: asyncio.Task[None] | None = None
    interruption: Interruption | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def interrupt(self, why: Interruption) -> None:
        """End the running stage, with every child it started; before a stage, it is not begun."""
        if self.interruption is None:
            self.interruption = why
            if self.task is not None:
                self.task.cancel()
