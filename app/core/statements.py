"""Time every statement of an engine: for the request's tally, the process's meter, and the log of slow ones."""

import logging
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

from app.core.error_kinds import kind_of
from app.core.meter import Meter, Shape
from app.core.plans import plan_of

log = logging.getLogger("rushes.slow")


@dataclass
class Tally:
    """What was sent to the database since the tally began."""

    statements: list[str] = field(default_factory=list)
    seconds: float = 0.0


_tally: ContextVar[Tally | None] = ContextVar("tally", default=None)


def begin() -> Tally:
    """Start counting in this context and return the tally."""
    tally = Tally()
    _tally.set(tally)
    return tally


def end() -> None:
    """Stop counting in this context."""
    _tally.set(None)


@dataclass(frozen=True)
class Watch:
    """Listens to one engine; `role` is "primary" or "replica", `slow_s` the time from which a statement is told."""

    meter: Meter
    role: str
    slow_s: float

    def before(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        context.started_at = time.perf_counter()

    def after(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seconds = time.perf_counter() - context.started_at
        shape = self.meter.note(statement, seconds, self.role)
        tally = _tally.get()
        if tally is not None:
            tally.statements.append(statement)
            tally.seconds += seconds
        if seconds >= self.slow_s and self.meter.asks_for_plan(shape, time.monotonic()):
            first = parameters[0] if many and parameters else parameters
            shape.plan = plan_of(connection, statement, first) or shape.plan
            _tell(shape, seconds, self.role)

    def failed(self, context: ExceptionContext) -> None:
        self.meter.failed(kind_of(context.original_exception, is_disconnect=context.is_disconnect))


def watch(engine: Engine, meter: Meter, *, role: str = "primary", slow_ms: int = 200) -> Watch:
    """Time every statement of this engine, until `unwatch`."""
    listener = Watch(meter, role, slow_ms / 1000)
    event.listen(engine, "before_cursor_execute", listener.before)
    event.listen(engine, "after_cursor_execute", listener.after)
    event.listen(engine, "handle_error", listener.failed)
    return listener


def unwatch(engine: Engine, listener: Watch) -> None:
    """Stop timing."""
    event.remove(engine, "before_cursor_execute", listener.before)
    event.remove(engine, "after_cursor_execute", listener.after)
    event.remove(engine, "handle_error", listener.failed)


def _tell(shape: Shape, seconds: float, role: str) -> None:
    # Places, never values: what a person typed has no business in a log.
    statement = " ".join(shape.text.split())
    log.warning("%.0f ms on the %s: %s\nplan: %s", seconds * 1000, role, statement, shape.plan or "none")
