"""Backups of database and media while clients write: each brings back everything, one wrong bit and it is refused."""

import hashlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.backups import copying, service, whole
from app.backups.errors import BackupError
from app.core.storage import blob_key
from tests.torture.clients import Clients
from tests.torture.preparing import SEED
from tests.torture.tally import Tally
from tests.torture.web import Web

# Each begins processes of its own, some many.
pytestmark = pytest.mark.slow

BACKUPS = int(os.environ.get("RUSHES_BACKUPS", "3"))
FLIPS = int(os.environ.get("RUSHES_BACKUP_FLIPS", "5"))
RECORDINGS = "SELECT COUNT(*) FROM media"
FOUND = """SELECT COUNT(*) FROM search_fts JOIN search_documents ON place = search_fts.rowid
           WHERE search_fts MATCH 'title: recording OR title: a' AND entity_type = 'media'"""
Taken = tuple[whole.WholeBackup, list[str], list[str]]


def url_of(instance: Path) -> str:
    return f"sqlite:///{instance / 'rushes.db'}"


def take(instance: Path, folder: Path) -> whole.WholeBackup:
    return whole.back_up_whole(url_of(instance), instance / "media", folder)


def bring_back(folder: Path, instance: Path) -> None:
    instance.mkdir()
    whole.restore_whole(url_of(instance), instance / "media", folder)


def wrong_with(instance: Path, backup: whole.WholeBackup, projects: list[str], recordings: list[str]) -> list[str]:
    """Return what is not as it was when the backup was begun, or does not belong together."""
    found = list(backup.faults)
    if copying.check_sqlite(instance / "rushes.db") != backup.manifest.rows:
        found.append("other rows")
    with closing(sqlite3.connect(instance / "rushes.db")) as database:
        names = {row[0] for row in database.execute("SELECT name FROM projects")}
        digests = dict(database.execute("SELECT storage_key, sha256 FROM media").fetchall())
        if database.execute(RECORDINGS).fetchone() != database.execute(FOUND).fetchone():
            found.append("the search does not find what is there")
    found += [f"project {name} is lost" for name in projects if name not in names]
    found += [f"recording {digest} is lost" for digest in recordings if digest not in digests.values()]
    for key, digest in digests.items():
        path = instance / "media" / key
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"{key} is not what it was")
    return found


def taken_under_load(instance: Path, folder: Path) -> list[Taken]:
    """Make backups, each after more was written; with each what clients had been told before it was begun."""
    web, taken = Web(instance), []
    clients = Clients(web, (instance / "recording.mp4").read_bytes())
    web.start()
    try:
        with clients.busy():
            for number in range(BACKUPS):
                before = len(clients.made), len(clients.sent)
                while len(clients.made) == before[0] or len(clients.sent) == before[1]:
                    clients.stop.wait(0.02)
                told = list(clients.made), list(clients.sent)
                taken.append((take(instance, folder / f"backup {number}"), *told))
    finally:
        web.kill()
    return taken


@pytest.mark.timeout(120 + 20 * BACKUPS)
def test_backups_made_under_load_bring_back_everything(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance, wrong = tmp_path / "instance", []
    shutil.copytree(prepared, instance)

    with tally("backups of database and media under load, brought back") as row:
        for number, (backup, projects, recordings) in enumerate(taken_under_load(instance, tmp_path)):
            copy = tmp_path / f"copy {number}"
            bring_back(backup.folder, copy)
            found = wrong_with(copy, backup, projects, recordings)
            wrong += [f"backup {number}: {'; '.join(found)}"] if found else []
            row.tried, row.bad = number + 1, len(wrong)
            row.note = f"{len(projects)} projects, {len(recordings)} recordings, {len(backup.manifest.files)} files"
            shutil.rmtree(copy)

    assert not wrong, "\n".join(wrong)
    assert row.tried == BACKUPS


def test_one_wrong_bit_anywhere_in_a_backup_is_refused(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    chance, folder, target = random.Random(SEED), tmp_path / "backup", tmp_path / "target"
    # A copy: the files of a backup share their bytes with the installation's.
    shutil.copytree(take(prepared, tmp_path / "taken").folder, folder)
    files, wrong = sorted(path for path in folder.rglob("*") if path.is_file()), []

    with tally("flipped bits of a backup, refused") as row:
        for _ in range(FLIPS):
            path = chance.choice(files)
            place = chance.randrange(path.stat().st_size * 8)
            flip(path, place)
            if not is_refused(folder, target):
                wrong.append(f"bit {place} of {path.relative_to(folder)}")
            flip(path, place)
        row.tried, row.bad = FLIPS, len(wrong)

    assert not wrong
    bring_back(folder, target)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def is_refused(folder: Path, target: Path) -> bool:
    """Say whether a restore refuses the backup and leaves nothing behind."""
    try:
        bring_back(folder, target)
    except BackupError:
        return not list(target.iterdir()) and not target.rmdir()
    shutil.rmtree(target)
    return False


def a_new_recording(instance: Path) -> None:
    """Put a file in its place and then its row, as the end of an upload does."""
    content = b"sent while the backup is made"
    digest = hashlib.sha256(content).hexdigest()
    path = instance / "media" / blob_key(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with closing(sqlite3.connect(instance / "rushes.db")) as database, database:
        database.execute(
            "UPDATE media SET storage_key = ?, sha256 = ? WHERE id = (SELECT MIN(id) FROM media)",
            (blob_key(digest), digest),
        )


def the_first_file_goes(instance: Path) -> None:
    """Remove a file whose row went after the copy of the database was made."""
    with closing(sqlite3.connect(instance / "rushes.db")) as database:
        key = database.execute("SELECT MIN(storage_key) FROM media").fetchone()[0]
    (instance / "media" / key).unlink()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return the way to let something happen just before or after the database is copied."""
    real = service.back_up

    def plant(before: Callable[[], None] = list, after: Callable[[], None] = list) -> None:
        def back_up(url: str, target: Path) -> service.Backup:
            before()
            made = real(url, target)
            after()
            return made

        monkeypatch.setattr(service, "back_up", back_up)

    return plant


def test_what_comes_and_goes_while_a_backup_is_made_is_in_it(
    prepared: Path, tmp_path: Path, meanwhile: Callable[..., None]
) -> None:
    instance = tmp_path / "instance"
    shutil.copytree(prepared, instance)
    meanwhile(before=lambda: a_new_recording(instance), after=lambda: the_first_file_goes(instance))

    made = take(instance, tmp_path / "backup")

    assert made.faults == []


@pytest.mark.parametrize("mistake", ["files only before the database", "files only after it"])
def test_a_mistake_in_the_order_of_a_backup_is_found(
    mistake: str,
    prepared: Path,
    tmp_path: Path,
    meanwhile: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tally: Tally,
) -> None:
    instance, real, calls = tmp_path / "instance", whole._take, iter((1, 2))
    shutil.copytree(prepared, instance)
    meanwhile(before=lambda: a_new_recording(instance), after=lambda: the_first_file_goes(instance))
    kept = 1 if mistake == "files only before the database" else 2
    monkeypatch.setattr(whole, "_take", lambda *given: real(*given) if next(calls) == kept else None)

    with tally(f"planted mistake found: {mistake}") as row:
        made = take(instance, tmp_path / "backup")
        row.tried, row.bad = 1, int(not made.faults)

    assert made.faults


def test_a_restore_that_does_not_compare_is_found(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    folder = tmp_path / "backup"
    shutil.copytree(take(prepared, tmp_path / "taken").folder, folder)
    flip(next((folder / "media" / "blobs").rglob("*/*")), 77)
    assert is_refused(folder, tmp_path / "target")
    monkeypatch.setattr(whole.manifest, "compare", lambda *given: None)

    with tally("planted mistake found: a restore that does not compare") as row:
        row.tried, row.bad = 1, int(is_refused(folder, tmp_path / "target"))

    assert row.bad == 0
