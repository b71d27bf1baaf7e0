"""What a whole backup holds: each file with its size and digest, the schema's revision, the rows of each table."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.backups.digest import digest_of, finish, sidecar
from app.backups.errors import BackupError

NAME = "manifest.json"
MEDIA = "media"


@dataclass(frozen=True)
class Manifest:
    """``files``: {path in the backup: (bytes, SHA-256)}; ``rows`` by table, empty where a dump was not counted."""

    made_at: str
    database: str
    revision: str | None
    rows: dict[str, int]
    files: dict[str, tuple[int, str]]

    @property
    def size_bytes(self) -> int:
        return sum(size for size, _ in self.files.values())

    def below(self, top: str) -> list[str]:
        """Return the names of the files in one folder of the backup."""
        return [name for name in self.files if name.startswith(f"{top}/")]


def facts_of(path: Path) -> tuple[int, str]:
    return path.stat().st_size, digest_of(path)


def write(manifest: Manifest, folder: Path) -> None:
    """Write the manifest durably, its own digest beside it."""
    draft = folder / f"{NAME}.part"
    draft.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
    finish(draft, folder / NAME)


def read(folder: Path) -> Manifest:
    """Return a manifest nobody has touched; raises `BackupError` for any other."""
    path = folder / NAME
    if not path.is_file() or not sidecar(path).is_file():
        raise BackupError(f"{folder} is not a whole backup: {NAME} or its digest is missing.")
    if sidecar(path).read_bytes() != f"{digest_of(path)}  {NAME}\n".encode():
        raise BackupError(f"{path} is damaged: its SHA-256 is not the one beside it. Use another backup.")
    return _parsed(json.loads(path.read_text()), path)


def compare(manifest: Manifest, folder: Path) -> None:
    """Read every file to its end; raises `BackupError` and names the first that is gone or changed."""
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupError(f"The manifest names {name}, which leads out of {folder}.")
        if not path.is_file():
            raise BackupError(f"{path} is missing from the backup. Use another backup.")
        if path.stat().st_size != size or digest_of(path) != digest:
            raise BackupError(f"{path} is damaged: it is not what was backed up. Use another backup.")


def _parsed(facts: dict[str, Any], path: Path) -> Manifest:
    try:
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in facts["files"].items()}
        found = Manifest(facts["made_at"], facts["database"], facts["revision"], facts["rows"], files)
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(f"{path} is not a manifest of this version of Rushes.") from error
    if found.database not in found.files:
        raise BackupError(f"{path} names no database.")
    return found
