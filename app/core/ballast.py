"""A file that only takes room: let go when the disk is full, where even removing something needs a little more."""

import logging
import os
import shutil
from pathlib import Path

from app.core.storage import sync_folder

NAME = "ballast"
# Of its own size, so little is left that nothing more can be written soon.
FULL_SHARE = 8

log = logging.getLogger(__name__)


def is_there(instance: Path, size_bytes: int) -> bool:
    """Say whether the ballast lies in the instance and really takes its room."""
    path = instance / NAME
    return path.is_file() and path.stat().st_blocks * 512 >= size_bytes


def tend(instance: Path, size_bytes: int, reserve_bytes: int) -> bool:
    """Let the ballast go where the disk is full, make it where there is room again; return whether it is there.

    It is made where its size twice and the reserve are free: what was let go does not come back before somebody has
    made room.
    """
    free = shutil.disk_usage(instance).free
    if is_there(instance, size_bytes):
        if free < size_bytes // FULL_SHARE and release(instance):
            log.error("The disk is full: the ballast is let go, so that there is room to remove something.")
    elif size_bytes and free >= 2 * size_bytes + reserve_bytes:
        _make(instance, size_bytes)
    return is_there(instance, size_bytes)


def release(instance: Path) -> int:
    """Remove the ballast and return how many bytes are free by it; 0 where it was not there."""
    path = instance / NAME
    if not path.is_file():
        return 0
    freed = path.stat().st_blocks * 512
    path.unlink(missing_ok=True)
    sync_folder(instance)
    return freed


def _make(instance: Path, size_bytes: int) -> None:
    path = instance / NAME
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        # Bytes that take room: a file that was only made longer would take none.
        os.posix_fallocate(descriptor, 0, size_bytes)
    except OSError:
        log.warning("There is no room for the ballast any more.")
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
