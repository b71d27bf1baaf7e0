"""What rooms do when a job or one of its stages ends, in the transaction that says so."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.jobs.models import Job, JobStage

H = TypeVar("H")
FinishedHook = Callable[[Session, Job], None]
StageFailedHook = Callable[[Session, Job, JobStage], None]

_finished: dict[str, list[FinishedHook]] = defaultdict(list)
_stage_failed: dict[str, list[StageFailedHook]] = defaultdict(list)


def on_finished(*kinds: str) -> Callable[[FinishedHook], FinishedHook]:
    """Register `verb(session, job)` for jobs of these kinds, run in the transaction that closes the job.

    `job.status` says how it ended: completed, failed or cancelled.
    """

    def register(hook: FinishedHook) -> FinishedHook:
        _add(_finished, kinds, hook)
        return hook

    return register


def on_stage_failed(*kinds: str) -> Callable[[StageFailedHook], StageFailedHook]:
    """Register `verb(session, job, stage)`, run in the transaction that writes a stage's failure."""

    def register(hook: StageFailedHook) -> StageFailedHook:
        _add(_stage_failed, kinds, hook)
        return hook

    return register


def finished_hooks(kind: str) -> list[FinishedHook]:
    return list(_finished[kind])


def stage_failed_hooks(kind: str) -> list[StageFailedHook]:
    return list(_stage_failed[kind])


def _add(hooks: dict[str, list[H]], kinds: tuple[str, ...], hook: H) -> None:
    for kind in kinds:
        if hook not in hooks[kind]:
            hooks[kind].append(hook)
