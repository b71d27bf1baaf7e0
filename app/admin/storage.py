"""What Admin › Storage shows: who uses the disk, what is left over on it, and what is missing from it."""

import shutil
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from app.admin.projects import ProjectUse, project_uses
from app.clips.reads import exports_size
from app.config import Settings
from app.core.chores import Done, last_done
from app.core.pagination import Page
from app.core.storage import LocalStorage
from app.core.texts import say
from app.media.sweeper import left_over
from app.media.usage import Share, shares
from app.media.verify import verify

# So many names are shown of what a look at the disk found; the rest is counted.
MOST_NAMES = 50


@dataclass(frozen=True)
class StorageView:
    """Everything on the page; bytes throughout."""

    shares: list[Share]
    free_bytes: int
    total_bytes: int
    reserve_bytes: int
    projects: Page[ProjectUse]
    last_sweep: Done | None

    @property
    def used_percent(self) -> int:
        return round(100 * (self.total_bytes - self.free_bytes) / self.total_bytes)


@dataclass(frozen=True)
class Found:
    """What a look at the disk found: files no row names, and rows whose file is not as it was."""

    left_over: list[str]
    left_over_count: int
    left_over_bytes: int
    faults: list[tuple[str, str]]
    fault_count: int
    checked: int


def storage_view(session: Session, settings: Settings, after: str | None) -> StorageView:
    """Add up what the database knows, and look at the backups' folder and the disk itself."""
    disk = shutil.disk_usage(settings.media_root)
    exports, export_bytes = exports_size(session)
    return StorageView(
        shares=[*shares(session), Share(say("Rendered clips"), exports, export_bytes), _backups(settings.backups)],
        free_bytes=disk.free,
        total_bytes=disk.total,
        reserve_bytes=settings.reserve_bytes,
        projects=project_uses(session, "", "", after),
        last_sweep=last_done(session, "sweep files"),
    )


def look(session: Session, storage: LocalStorage) -> Found:
    """Walk the whole store: takes as long as there are files. Lengths are compared, contents are not."""
    spare = [(path, path.stat().st_size) for path in left_over(session, storage)]
    checked, wrong = 0, []
    for each in verify(session, storage, whole=False):
        checked += 1
        if each.fault is not None:
            wrong.append((each.name, each.fault))
    return Found(
        left_over=[str(path.relative_to(storage.root)) for path, _ in islice(spare, MOST_NAMES)],
        left_over_count=len(spare),
        left_over_bytes=sum(size for _, size in spare),
        faults=wrong[:MOST_NAMES],
        fault_count=len(wrong),
        checked=checked,
    )


def _backups(folder: Path) -> Share:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return Share(say("Backups of the database"), len(sizes), sum(sizes))
