"""Count statements and their time per request, so that pages can be held to a budget."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


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


def count(engine: Engine) -> None:
    """Let every statement of this engine be counted; calling twice is harmless."""
    if event.contains(engine, "before_cursor_execute", _before):
        return
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "after_cursor_execute", _after)


def _before(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    connection.info["started"] = time.perf_counter()


def _after(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    tally = _tally.get()
    if tally is not None:
        tally.statements.append(statement)
        tally.seconds += time.perf_counter() - connection.info["started"]
