"""Copies of the database that only reads go to: one after the other, passing over those that do not answer."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine, ExceptionContext

# A copy that did not answer is left alone for so long.
REST_S = 30.0

log = logging.getLogger("rushes.replicas")


@dataclass
class Replica:
    """One copy: its engine, and until when (by the monotonic clock) it is left alone."""

    name: str
    engine: Engine
    resting_until: float = 0.0
    failures: int = 0


class Replicas:
    """The copies an installation has, none by default."""

    def __init__(self, engines: Sequence[Engine], clock: Callable[[], float] = time.monotonic) -> None:
        self.all = [Replica(_name(engine), engine) for engine in engines]
        self.clock = clock
        self._turn = 0
        self._lock = threading.Lock()
        for replica in self.all:
            sa.event.listen(replica.engine, "handle_error", self._watch(replica))

    def pick(self) -> Engine | None:
        """Return the next copy that answers, or None where the primary has to."""
        for _ in self.all:
            replica = self._next()
            if replica.resting_until > self.clock():
                continue
            if self._answers(replica):
                return replica.engine
        return None

    def is_resting(self, replica: Replica) -> bool:
        return replica.resting_until > self.clock()

    def dispose(self) -> None:
        """Give every connection back."""
        for replica in self.all:
            replica.engine.dispose()

    def _next(self) -> Replica:
        with self._lock:
            self._turn += 1
            return self.all[self._turn % len(self.all)]

    def _answers(self, replica: Replica) -> bool:
        """Take a connection and give it back to the pool, which tests it on a server by pre-ping."""
        try:
            replica.engine.connect().close()
        except sa.exc.SQLAlchemyError as error:
            self._rest(replica, error)
            return False
        return True

    def _watch(self, replica: Replica) -> Callable[[ExceptionContext], None]:
        def lost(context: ExceptionContext) -> None:
            if context.is_disconnect:
                self._rest(replica, context.original_exception)

        return lost

    def _rest(self, replica: Replica, error: BaseException) -> None:
        replica.resting_until = self.clock() + REST_S
        replica.failures += 1
        kind = type(error).__name__
        log.warning("replica %s does not answer (%s); the primary is read for %.0f s", replica.name, kind, REST_S)


# What `reading()` may go to in this context; None means the primary, which is right unless somebody says otherwise.
_readable: ContextVar[Replicas | None] = ContextVar("readable", default=None)


def read_from(replicas: Replicas | None) -> None:
    """Let the reading units of this context go to these copies, or to the primary alone."""
    _readable.set(replicas)


def readable() -> Replicas | None:
    return _readable.get()


def _name(engine: Engine) -> str:
    return engine.url.set(username=None, password=None, query={}).render_as_string()
