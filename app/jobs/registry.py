"""What this process knows how to do: a function for each stage, and what rooms do when a job ends."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from app.jobs.models import Job, JobStage

if TYPE_CHECKING:
    from app.jobs.context import StageContext

H = TypeVar("H")
StageFunction = Callable[["StageContext"], Awaitable[None]]
FinishedHook = Callable[[Session, Job], None]
StageFailedHook = Callable[[Session, Job, JobStage], None]


@dataclass(frozen=True)
class Stage:
    """How one stage is done; of the heavy ones only one runs at a time for each recording."""

    name: str
    run: StageFunction
    heavy: bool


_stages: dict[str, Stage] = {}
_finished: dict[str, list[FinishedHook]] = defaultdict(list)
_stage_failed: dict[str, list[StageFailedHook]] = defaultdict(list)


def stage(name: str, *, heavy: bool = False) -> Callable[[StageFunction], StageFunction]:
    """Register a function as the stage of this name; raises ValueError when another one has it.

    The function may run twice: it replaces its results in one `context.save`, or ends with
    `context.complete`. It writes files under a temporary name and renames them.
    """

    def register(function: StageFunction) -> StageFunction:
        if name in _stages and _stages[name].run is not function:
            raise ValueError(f"two functions want to be the stage {name!r}")
        _stages[name] = Stage(name, function, heavy)
        return function

    return register


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


def find_stage(name: str) -> Stage | None:
    return _stages.get(name)


def heavy_stages() -> list[str]:
    return [known.name for known in _stages.values() if known.heavy]


def finished_hooks(kind: str) -> list[FinishedHook]:
    return list(_finished[kind])


def stage_failed_hooks(kind: str) -> list[StageFailedHook]:
    return list(_stage_failed[kind])


def _add(hooks: dict[str, list[H]], kinds: tuple[str, ...], hook: H) -> None:
    for kind in kinds:
        if hook not in hooks[kind]:
            hooks[kind].append(hook)
