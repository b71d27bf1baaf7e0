"""What recurs for the log: settled entries are sealed."""

from datetime import timedelta
from typing import Any

from app.audit.seals import seal_settled
from app.core.chores import Housekeeper, chore
from app.core.texts import later, plural, say


@chore(later("seal the audit log"), every=timedelta(minutes=5))
def seal(keeper: Housekeeper[Any]) -> str:
    """Close every settled entry, a batch in each unit of work."""
    total = 0
    while True:
        with keeper.unit() as session:
            count = seal_settled(session)
        if not count:
            return say("%(entries)s sealed.", entries=plural(total, "entry", "entries"))
        total += count
