"""What recurs for the index: it is checked against the rows."""

from datetime import timedelta
from typing import Any

from app.core.chores import Housekeeper, chore
from app.core.texts import later
from app.index.rebuild import findable_models
from app.index.state import check, keep


@chore(later("check the search index"), every=timedelta(hours=6))
def check_index(keeper: Housekeeper[Any]) -> str:
    """Compare documents and rows, and keep the finding for the pages."""
    with keeper.reading() as session:
        found = check(session, findable_models())
    with keeper.unit() as session:
        keep(session, found)
    return found.words
