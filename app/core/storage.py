"""Where files live: under one folder, under names of our own, and finished in the order that survives a power cut."""

import hashlib
import os
import shutil
from pathlib import Path

from app.core.errors import TooLarge
from app.core.texts import say

CHUNK = 1024 * 1024


class LocalStorage:
    """Files by key, a relative path we made; nothing a person typed ever becomes one."""

    def __init__(self, root: Path, reserve_bytes: int = 0) -> None:
        self.root = root
        self.reserve_bytes = reserve_bytes
        (root / "incoming").mkdir(parents=True, exist_ok=True, mode=0o700)

    def path_of(self, key: str) -> Path:
        """Return the file behind a key; raises ValueError for one that leads out of the root."""
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError(f"{key!r} leads out of the store")
        return path

    def incoming(self, name: str) -> Path:
        """Return where an upload of this name (one of ours) is received."""
        return self.root / "incoming" / name

    def begin(self, name: str) -> None:
        """Make the empty file of an upload, its name durable: bytes promised later are found by it."""
        path = self.incoming(name)
        path.touch(mode=0o600)
        sync_folder(path.parent)

    def require_room(self, size_bytes: int) -> None:
        """Raise `TooLarge` where taking in this many bytes would touch the disk's reserve."""
        free = shutil.disk_usage(self.root).free
        if size_bytes + self.reserve_bytes > free:
            raise TooLarge(say("The disk of this server is too full for this file. Whoever runs it has to make room."))

    def adopt(self, source: Path, key: str) -> Path:
        """Move a finished file to its key so that it is still there after a power cut.

        The order matters: the bytes, then the name, then the folders that hold the names; only then may a
        row mention it.
        """
        target = self.path_of(key)
        make_folder(target.parent, self.root)
        sync_file(source)
        old_folder = source.parent
        os.replace(source, target)
        sync_folder(target.parent)
        sync_folder(old_folder)
        return target

    def remove(self, key: str) -> None:
        """Remove a file; one that is gone already is fine."""
        self.path_of(key).unlink(missing_ok=True)


def blob_key(sha256: str) -> str:
    """Return the key of an original: its hash, in one of 256 folders."""
    return f"blobs/{sha256[:2]}/{sha256}"


def path_hash(path: str) -> str:
    """Return the key under which a path is unique: every length fits, every byte counts."""
    return hashlib.sha256(path.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Read a file back and return its SHA-256 in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync_file(path: Path) -> None:
    """Make a file's bytes durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    sync_file(path)


def make_folder(path: Path, root: Path) -> None:
    """Make a folder below root, and make its own name and its parents' durable too."""
    missing = []
    while not path.is_dir() and path != root:
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True, mode=0o700)
        sync_folder(folder.parent)
