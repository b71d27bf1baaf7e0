"""What this process knows how to do: a function for each stage."""

from collections.abc import Awaitable, Callable

from app.jobs.context import StageContext

StageFunction = Callable[[StageContext], Awaitable[None]]

_stages: dict[str, StageFunction] = {}


def stage(name: str) -> Callable[[StageFunction], StageFunction]:
    """Register a function as the stage of this name; raises ValueError when another one has it.

    The function may run twice: it replaces its results in one `context.save`, or ends with
    `context.complete`. It writes files under a temporary name and renames them.
    """

    def register(function: StageFunction) -> StageFunction:
        if _stages.setdefault(name, function) is not function:
            raise ValueError(f"two functions want to be the stage {name!r}")
        return function

    return register


def find_stage(name: str) -> StageFunction | None:
    """Return the function registered for a stage, or None."""
    return _stages.get(name)
