"""The backup made every day: when it is due, what is kept of the older ones, and what is known of the last."""

import socket
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.backups import service
from app.backups.errors import BackupError
from app.backups.service import ENDINGS, kind_of
from app.config import Settings
from app.core.settings import recall, remember

SETTING = "backup"
NAME = "daily-%Y%m%d"
# Beyond the days that are kept, the first backup of each of so many weeks.
KEPT_WEEKS = 8
# A try that failed, or was cut off with its worker, is made again after so long.
AGAIN_AFTER = timedelta(hours=1)
FORGOTTEN_PART_S = 24 * 3600


@dataclass(frozen=True)
class LastBackup:
    """What the last try came to; `at` is the moment it began, as ISO 8601 in UTC."""

    at: str
    well: bool
    words: str
    file: str = ""
    host: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def is_due(last: datetime | None, moment: datetime, settings: Settings) -> bool:
    """Say whether the day's backup is still to be made; never where it is switched off."""
    if settings.backup_hour is None:
        return False
    slot = _slot(moment, settings.backup_hour)
    if last is None or last < slot:
        return True
    return moment - last >= AGAIN_AFTER and not file_for(slot, settings).exists()


def make_daily(settings: Settings, moment: datetime) -> LastBackup:
    """Make the day's backup, prove it readable, and remove those that are not kept; an existing one is only proved."""
    target = file_for(_slot(moment, settings.backup_hour or 0), settings)
    facts: dict[str, Any] = {"at": moment.isoformat(), "file": str(target), "host": socket.gethostname()}
    try:
        if not target.exists():
            service.back_up(settings.database_url, target)
        made = service.check(settings.database_url, target)
    except (BackupError, OSError) as error:
        return LastBackup(**facts, well=False, words=str(error))
    for old in no_longer_kept(_dailies(settings), moment, settings.backup_keep_days):
        service.remove(old)
    _remove_parts(settings.backups, moment)
    return LastBackup(**facts, well=True, words=made.words)


def file_for(slot: datetime, settings: Settings) -> Path:
    """Return the file of one day's backup."""
    return settings.backups / f"{slot:{NAME}}{ENDINGS[kind_of(settings.database_url)]}"


def no_longer_kept(files: list[Path], moment: datetime, keep_days: int) -> list[Path]:
    """Return those that are older than `keep_days` and not the first of one of the last weeks; the newest stays."""
    firsts: dict[tuple[int, int], Path] = {}
    for path in sorted(files):
        firsts.setdefault(_day(path, moment).isocalendar()[:2], path)
    weekly = set(sorted(firsts.values())[-KEPT_WEEKS:])
    oldest = (moment - timedelta(days=keep_days)).date()
    return [path for path in sorted(files)[:-1] if _day(path, moment).date() < oldest and path not in weekly]


def keep_last(session: Session, last: LastBackup) -> None:
    """Remember what the last try came to, for the pages and the doctor."""
    remember(session, SETTING, asdict(last))


def last_backup(session: Session) -> LastBackup | None:
    """Return what the last try came to, or None where there was none."""
    kept = recall(session, SETTING)
    return LastBackup(**kept) if kept else None


def _slot(moment: datetime, hour: int) -> datetime:
    """Return the last moment at which a backup was due."""
    today = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if moment >= today else today - timedelta(days=1)


def _dailies(settings: Settings) -> list[Path]:
    ending = ENDINGS[kind_of(settings.database_url)]
    return sorted(settings.backups.glob(f"daily-{'[0-9]' * 8}{ending}"))


def _day(path: Path, moment: datetime) -> datetime:
    return datetime.strptime(path.name.split(".")[0], NAME).replace(tzinfo=moment.tzinfo)


def _remove_parts(folder: Path, moment: datetime) -> None:
    for path in folder.glob("daily-*.part"):
        if moment.timestamp() - path.stat().st_mtime > FORGOTTEN_PART_S:
            path.unlink(missing_ok=True)
