"""Make, check and bring back backups of any of the three databases, each as one file with its digest beside it."""

import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.backups import copying, programs
from app.backups.digest import finish, sidecar, verify
from app.backups.emptying import empty_database
from app.backups.errors import BackupError
from app.core.clock import now
from app.core.storage import make_folder, sync_file, sync_folder
from app.core.texts import plural
from app.core.words import size

ENDINGS = {"sqlite": ".db", "postgresql": ".dump", "mysql": ".sql"}
MYSQL_REVISION = re.compile(rb"INSERT INTO `alembic_version` VALUES\s*\('([^']+)'\)")


@dataclass(frozen=True)
class Backup:
    """One finished backup; `rows` is by table where the file could be opened and counted, else empty."""

    path: Path
    size_bytes: int
    digest: str
    rows: dict[str, int]

    @property
    def words(self) -> str:
        if not self.rows:
            return f"{size(self.size_bytes)}, read through to its end."
        count = plural(sum(self.rows.values()), "row", "rows")
        return f"{size(self.size_bytes)}, opened and sound: {count} in {plural(len(self.rows), 'table', 'tables')}."


def kind_of(url: str) -> str:
    return sa.make_url(url).get_backend_name()


def back_up(url: str, target: Path) -> Backup:
    """Copy the database to `target` while it is in use; the name appears when the copy is whole and checked.

    Raises `BackupError` where the file exists, the disk is too full, or a server's program is missing or fails.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; a backup is never overwritten.")
    make_folder(target.parent, Path(target.anchor))
    _require_room(url, target.parent)
    unfinished = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    # Made by us before any program writes to it: what it holds is nobody else's to read.
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        rows = _write(url, unfinished)
        if target.exists():
            raise BackupError(f"{target} was made by somebody else meanwhile.")
        digest = finish(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, digest, rows)


def check(url: str, path: Path) -> Backup:
    """Prove that a backup can be brought back; raises `BackupError` where it cannot."""
    digest = verify(path)
    if kind_of(url) == "sqlite":
        rows = copying.check_sqlite(path)
    else:
        programs.check(kind_of(url), path)
        rows = {}
    return Backup(path, path.stat().st_size, digest, rows)


def revision_of(url: str, path: Path) -> str | None:
    """Return the revision a backup was made at; None where a dump does not tell."""
    kind = kind_of(url)
    if kind == "sqlite":
        return copying.sqlite_revision(path)
    if kind == "postgresql":
        return _postgresql_revision(path)
    return _mysql_revision(path)


def restore(url: str, path: Path) -> Path | None:
    """Put a checked backup in the database's place; return where what was there is kept, if anything was.

    Raises `BackupError`, and changes nothing, where the backup is damaged or the database is in use.
    """
    check(url, path)
    kept_as = f"before-restore-{now():%Y%m%d-%H%M%S-%f}{ENDINGS[kind_of(url)]}"
    target = copying.sqlite_path(url)
    if target is not None:
        return _restore_file(path, target, target.with_name(f"{target.stem}.{kept_as}"))
    kept = path.with_name(kept_as)
    back_up(url, kept)
    server = programs.server_of(url)
    if server.kind != "postgresql":
        empty_database(url)
    programs.bring_back(server, path)
    return kept


def remove(path: Path) -> None:
    """Remove a backup and its digest."""
    path.unlink(missing_ok=True)
    sidecar(path).unlink(missing_ok=True)


def _write(url: str, unfinished: Path) -> dict[str, int]:
    source = copying.sqlite_path(url)
    if source is None:
        programs.dump(programs.server_of(url), unfinished)
        return {}
    copying.copy_sqlite(source, unfinished)
    return copying.check_sqlite(unfinished)


def _restore_file(path: Path, target: Path, kept: Path) -> Path | None:
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    is_there = target.exists()
    try:
        if is_there:
            copying.close_for_good(target)
        shutil.copyfile(path, draft)
        draft.chmod(0o600)
        sync_file(draft)
        if is_there:
            # A second name first: at no moment is there neither the old database nor the new one.
            os.link(target, kept)
            _set_logs_aside(target, kept)
        draft.replace(target)
        sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return kept if is_there else None


def _set_logs_aside(target: Path, kept: Path) -> None:
    """Move what a damaged database left of its log: beside the new one, SQLite would play it into that."""
    for ending in copying.LOGS:
        left = target.with_name(target.name + ending)
        if left.exists():
            left.replace(kept.with_name(kept.name + ending))


def _require_room(url: str, folder: Path) -> None:
    source = copying.sqlite_path(url)
    if source is None or not source.exists():
        return
    needed, free = source.stat().st_size, shutil.disk_usage(folder).free
    if needed > free:
        raise BackupError(
            f"The copy needs {size(needed)}, and only {size(free)} are free in {folder}. Make room first."
        )


def _mysql_revision(path: Path) -> str | None:
    before = b""
    with path.open("rb") as file:
        for line in file:
            # The values stand on the line after, in the dumps of newer versions.
            if found := MYSQL_REVISION.search(before + line):
                return found.group(1).decode()
            before = line
    return None


def _postgresql_revision(path: Path) -> str | None:
    script = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        programs.run(["pg_restore", "--data-only", "--table=alembic_version", f"--file={script}", str(path)], None)
        lines = script.read_text().splitlines()
    finally:
        script.unlink(missing_ok=True)
    start = next((number for number, line in enumerate(lines) if line.startswith("COPY ")), None)
    return lines[start + 1].strip() if start is not None else None
