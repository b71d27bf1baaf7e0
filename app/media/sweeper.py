"""Remove files no row names any more; a file without a row is late work or left-over, a row without a file an alarm."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.storage import LocalStorage
from app.media.models import Media, Rendition, Upload

# Long enough that no finaliser is still between its file and its row.
GRACE_S = 24 * 3600


# Rooms above register how to name the folders of theirs that still have a row, by top-level folder.
Namer = Callable[[Session], set[str]]
_namers: dict[str, Namer] = {}


def names_folders(top: str) -> Callable[[Namer], Namer]:
    """Register `namer(session)`, which returns the keys of the folders below `top` that must stay."""

    def register(namer: Namer) -> Namer:
        _namers[top] = namer
        return namer

    return register


def sweep(session: Session, storage: LocalStorage, grace_s: int = GRACE_S) -> int:
    """Remove originals, made files and incoming bytes without a row that are older than the grace; return how many."""
    removed = 0
    for path in left_over(session, storage, grace_s):
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def left_over(session: Session, storage: LocalStorage, grace_s: int = GRACE_S) -> Iterator[Path]:
    """Yield the files a sweep would remove; walks the whole store."""
    named = set(session.scalars(sa.select(Media.storage_key).where(Media.storage_key.is_not(None))))
    named |= set(session.scalars(sa.select(Rendition.path)))
    named |= {f"incoming/{id.hex}" for id in session.scalars(sa.select(Upload.public_id))}
    for folder in ("blobs", "made", "incoming"):
        for path in _old_files(storage.root / folder, grace_s):
            if str(path.relative_to(storage.root)) not in named:
                yield path
    for top, name in _namers.items():
        kept = name(session)
        for path in _old_files(storage.root / top, grace_s):
            if str(path.parent.relative_to(storage.root)) not in kept:
                yield path


def _old_files(folder: Path, grace_s: int) -> list[Path]:
    oldest = time.time() - grace_s
    if not folder.is_dir():
        return []
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < oldest]
