"""What recurs for people: marks of sent forms are forgotten."""

from datetime import timedelta
from typing import Any

from app.auth.once import forget_old
from app.core.chores import Housekeeper, chore
from app.core.texts import later, plural, say


@chore(later("forget sent marks"), every=timedelta(hours=6))
def forget_marks(keeper: Housekeeper[Any]) -> str:
    """Remove the marks of forms sent more than a day ago."""
    with keeper.unit() as session:
        return say("%(marks)s forgotten.", marks=plural(forget_old(session), "mark", "marks"))
