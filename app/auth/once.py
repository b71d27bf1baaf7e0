"""One effect for a form sent twice: the first sending claims its mark, the second is led to what the first made."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.auth.models import IdempotencyKey
from app.core.clock import now
from app.core.db import nested
from app.core.errors import AlreadyDone, Invalid
from app.core.texts import say

LONGEST_KEY = 64
# A browser that comes back to an open page after a day gets a new form anyway.
KEPT_FOR = timedelta(days=1)


class Mark:
    """The running unit's claim; `leads_to` says where a second sending will be led."""

    def __init__(self, row: IdempotencyKey | None) -> None:
        self._row = row

    def leads_to(self, location: str) -> None:
        if self._row is not None:
            self._row.location = location


def claim(session: Session, user_id: int, key: str | None) -> Mark:
    """Claim a mark before the work is done; raises `AlreadyDone` where an earlier unit did it.

    Two who send at the same moment wait for each other in the database. A form without a mark is
    not protected; raises `Invalid` for one longer than 64 characters.
    """
    if not key:
        return Mark(None)
    if len(key) > LONGEST_KEY:
        raise Invalid(say("The mark of this request is longer than 64 characters."))
    _require_new(session, user_id, key)
    row = IdempotencyKey(user_id=user_id, key=key, location="")
    try:
        with nested(session):
            session.add(row)
    except IntegrityError:
        # Somebody sent the same at the same moment, and has committed meanwhile.
        _require_new(session, user_id, key)
        raise
    return Mark(row)


def forget_old(session: Session) -> int:
    """Remove the marks older than a day; return how many."""
    old = sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < now() - KEPT_FOR)
    return session.connection().execute(old).rowcount


def _require_new(session: Session, user_id: int, key: str) -> None:
    mine = sa.select(IdempotencyKey.location).where(IdempotencyKey.user_id == user_id, IdempotencyKey.key == key)
    location = session.scalar(mine)
    if location is not None:
        raise AlreadyDone(location or "/")
