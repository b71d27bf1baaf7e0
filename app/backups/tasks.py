"""What recurs for backups: one each day, by the one worker that acts for all."""

from app.backups.daily import is_due, keep_last, make_daily
from app.backups.errors import BackupError
from app.config import Settings
from app.core.chores import Housekeeper, chore
from app.core.clock import now
from app.core.texts import later


@chore(later("back up the database"), due=is_due)
def back_up(keeper: Housekeeper[Settings]) -> str:
    """Make and check the day's backup, and remember what came of it."""
    last = make_daily(keeper.settings, now())
    with keeper.unit() as session:
        keep_last(session, last)
    if not last.well:
        raise BackupError(last.words)
    return last.words
