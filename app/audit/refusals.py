"""Refusals go into the log: who asked for what they may not have; so many a minute, so that nobody can fill it."""

import logging
import threading
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.core.clock import now
from app.core.db import Actor, transaction
from app.core.errors import DomainError

A_MINUTE = 10
# Nobody has more people at work; past it the counts begin anew.
MOST_PEOPLE = 10_000
# No person has this id: who brings a token that opens nothing may come from anywhere, many at a time.
STRANGERS = 0

log = logging.getLogger("rushes.refusals")


class Refusals:
    """The refusals of this process, counted by person and minute; those past ten a minute are only counted."""

    def __init__(self, a_minute: int = A_MINUTE) -> None:
        self.a_minute = a_minute
        self._minute = ""
        self._counts: dict[int, int] = {}
        self._lock = threading.Lock()

    def note(self, who: Actor, method: str, rule: str, words: str) -> None:
        """Write one entry, in a unit of its own; a log that cannot be written changes nothing for who was refused.

        `rule` is the route, never the address: what stands in its places is not theirs to know.
        """
        if who.id is not None and self._is_wanted(who.id, now()):
            self._write(who, "access:refused", "address", f"{method} {rule}", words)

    def note_token(self, who: Actor, method: str, rule: str, words: str) -> None:
        """Write that a token which opens nothing was brought; all strangers together fill ten lines a minute."""
        if self._is_wanted(STRANGERS, now()):
            self._write(who, "token:refused", "address", f"{method} {rule}", words)

    def note_infected(self, who: Actor, name: str, found: str) -> None:
        """Write that somebody brought a file in which the scanner found something."""
        if self._is_wanted(STRANGERS if who.id is None else who.id, now()):
            self._write(who, "media:infected", "media", name, found)

    def _write(self, who: Actor, verb: str, kind: str, name: str, words: str) -> None:
        told = {"reason": {"old": None, "new": words}}
        try:
            with transaction(who) as session:
                AuditService(session).note(AuditAction.DENIED, verb, kind, None, name[:255], changes=told)
        except (DomainError, SQLAlchemyError):
            log.exception("a refusal of person %s could not be noted", who.id)

    def _is_wanted(self, person_id: int, moment: datetime) -> bool:
        minute = f"{moment:%Y-%m-%d %H:%M}"
        with self._lock:
            if minute != self._minute or len(self._counts) >= MOST_PEOPLE:
                self._minute, self._counts = minute, {}
            self._counts[person_id] = self._counts.get(person_id, 0) + 1
            return self._counts[person_id] <= self.a_minute
