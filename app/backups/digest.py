"""The SHA-256 of a backup, kept beside it in the form `sha256sum --check` reads."""

import hashlib
from pathlib import Path

from app.backups.errors import BackupError
from app.core.storage import sync_file, sync_folder

PIECE = 1024 * 1024


def sidecar(path: Path) -> Path:
    """Return where the digest of this backup is kept."""
    return path.with_name(path.name + ".sha256")


def digest_of(path: Path) -> str:
    """Return the file's SHA-256 as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def finish(unfinished: Path, target: Path) -> str:
    """Give a whole file its name, durably and after its digest; return the digest.

    The digest comes first: a crash between the two leaves no backup, never one that cannot be checked.
    """
    digest = digest_of(unfinished)
    sync_file(unfinished)
    note = sidecar(target)
    draft = note.with_name(note.name + ".part")
    draft.write_text(f"{digest}  {target.name}\n")
    sync_file(draft)
    draft.replace(note)
    sync_folder(target.parent)
    unfinished.replace(target)
    sync_folder(target.parent)
    return digest


def verify(path: Path) -> str:
    """Return the digest of an undamaged backup; raises `BackupError` for any other."""
    note = sidecar(path)
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    if not note.is_file():
        raise BackupError(f"{note.name} is missing beside {path}: without it nobody can tell whether it is whole.")
    wanted = note.read_text().split(" ", 1)[0].strip()
    found = digest_of(path)
    if found != wanted:
        raise BackupError(f"{path} is damaged: its SHA-256 is not the one in {note.name}. Use another backup.")
    return found
