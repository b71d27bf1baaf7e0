"""Upgrade an instance and die at one statement of it, as `python -m tests.core.killed_upgrade FOLDER AT [MISTAKE]`.

An AT of 0 does not die and prints how many statements there are. The mistake commits before it dies.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

from sqlalchemy import Engine, event  # noqa: E402 - the safe SQLite must be in place first

from app.db_commands import upgrade_database  # noqa: E402
from app.factory import create_app  # noqa: E402
from tests.conftest import settings_in  # noqa: E402


class Death:
    """Counts statements and ends the process at one of them."""

    def __init__(self, at: int, commits: bool) -> None:
        self.at, self.commits, self.count = at, commits, 0

    def before(self, connection: Any, cursor: Any, *rest: Any) -> None:
        self.count += 1
        if self.count == self.at:
            if self.commits and cursor.connection.in_transaction:
                cursor.execute("COMMIT")
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, at: int, *mistake: str) -> None:
    """Upgrade; only an AT of 0 comes to the end."""
    death = Death(at, bool(mistake))
    app = create_app(settings_in(folder))
    with app.app_context():
        event.listen(Engine, "before_cursor_execute", death.before)
        upgrade_database()
    print(death.count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
