"""A SQLite database copied while it is used, and brought back only where every bit is right."""

import random
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.backups import service
from app.backups.copying import check_sqlite, sqlite_path
from app.backups.digest import sidecar
from app.backups.errors import BackupError
from app.config import Settings
from app.core.db import db
from app.jobs import engine as job_engine
from app.projects.models import Project
from tests.factories import make_media
from tests.visitors import Company

FLIPS = 50
COPIES = 20


def database(settings: Settings) -> Path:
    path = sqlite_path(settings.database_url)
    assert path is not None
    return path


def let_go() -> None:
    db.session.remove()
    db.engine.dispose()
    job_engine.close()


def rows(settings: Settings) -> dict[str, int]:
    return check_sqlite(database(settings))


def beside(settings: Settings) -> set[str]:
    """Return what lies beside the database, its own log left out."""
    return {path.name for path in settings.instance.iterdir() if not path.name.startswith("rushes.db-")}


def found_by_words() -> list[int]:
    """Return what the full-text index finds for a word of what it holds."""
    title = db.session().scalar(sa.text("SELECT title FROM search_documents WHERE title <> '' ORDER BY id"))
    question = sa.text("SELECT rowid FROM search_fts WHERE search_fts MATCH :word ORDER BY rowid")
    return list(db.session().scalars(question, {"word": str(title).split()[0]}))


def test_a_backup_is_one_private_file_whose_digest_any_tool_can_check(settings: Settings, file: Path) -> None:
    made = service.back_up(settings.database_url, file)

    checked = subprocess.run(["sha256sum", "--check", sidecar(file).name], cwd=file.parent, capture_output=True)
    assert checked.returncode == 0
    assert made.rows == rows(settings)
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in file.parent.iterdir()) == [file.name, sidecar(file).name]


def test_what_is_brought_back_is_what_was_copied(settings: Settings, company: Company, file: Path) -> None:
    make_media(company.project)
    before, answers = rows(settings), found_by_words()
    assert answers != []
    service.back_up(settings.database_url, file)
    with closing(sqlite3.connect(database(settings))) as later, later:
        later.execute("UPDATE projects SET name = 'Changed since'")
    let_go()

    kept = service.restore(settings.database_url, file)

    assert rows(settings) == before
    assert found_by_words() == answers
    assert "Changed since" not in db.session().scalars(sa.select(Project.name)).all()
    assert kept is not None and kept.parent == database(settings).parent
    with closing(sqlite3.connect(kept)) as old:
        assert old.execute("SELECT name FROM projects").fetchall() == [("Changed since",)]


def test_a_backup_is_brought_back_where_there_is_no_database(settings: Settings, file: Path, tmp_path: Path) -> None:
    service.back_up(settings.database_url, file)

    kept = service.restore(f"sqlite:///{tmp_path / 'new.db'}", file)

    assert kept is None
    assert check_sqlite(tmp_path / "new.db") == rows(settings)


def test_a_flipped_bit_anywhere_is_refused(settings: Settings, file: Path) -> None:
    service.back_up(settings.database_url, file)
    whole, chance = bytearray(file.read_bytes()), random.Random(7)
    let_go()
    before = database(settings).read_bytes()

    for _ in range(FLIPS):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(BackupError, match="is damaged"):
            service.restore(settings.database_url, file)

    assert database(settings).read_bytes() == before


def test_a_backup_without_its_digest_is_refused(settings: Settings, file: Path) -> None:
    service.back_up(settings.database_url, file)
    sidecar(file).unlink()

    with pytest.raises(BackupError, match="is missing beside"):
        service.restore(settings.database_url, file)


def test_something_else_with_a_digest_is_refused(settings: Settings, file: Path) -> None:
    service.back_up(settings.database_url, file)
    file.write_bytes(b"not a database at all" * 500)
    digest = subprocess.run(["sha256sum", str(file)], capture_output=True, text=True).stdout.split()[0]
    sidecar(file).write_text(f"{digest}  {file.name}\n")

    with pytest.raises(BackupError, match="cannot be read as a database"):
        service.restore(settings.database_url, file)


def test_a_backup_is_never_overwritten(settings: Settings, file: Path) -> None:
    service.back_up(settings.database_url, file)
    before = file.read_bytes()

    with pytest.raises(BackupError, match="never overwritten"):
        service.back_up(settings.database_url, file)

    assert file.read_bytes() == before


@pytest.mark.parametrize("step", ["check_sqlite", "copy_sqlite"])
def test_a_backup_that_fails_leaves_nothing(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise BackupError("half-way")

    monkeypatch.setattr(f"app.backups.copying.{step}", fail)
    with pytest.raises(BackupError, match="half-way"):
        service.back_up(settings.database_url, file)

    assert list(file.parent.iterdir()) == []


def test_a_full_disk_is_said_before_anything_is_written(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.backups.service.shutil.disk_usage", lambda _: type("Usage", (), {"free": 5})())

    with pytest.raises(BackupError, match="only 5 bytes are free"):
        service.back_up(settings.database_url, file)


@pytest.fixture
def open_elsewhere(settings: Settings) -> Iterator[None]:
    """Let another connection have the database open, idle, as a web server has."""
    other = sqlite3.connect(database(settings))
    other.execute("SELECT COUNT(*) FROM projects").fetchall()
    yield
    other.close()


def test_a_database_somebody_has_open_is_not_replaced(settings: Settings, file: Path, open_elsewhere: None) -> None:
    service.back_up(settings.database_url, file)
    let_go()
    before = beside(settings)

    with pytest.raises(BackupError, match=r"still has .* open"):
        service.restore(settings.database_url, file)

    assert beside(settings) == before


def test_copies_made_while_somebody_writes_are_each_whole_and_can_be_brought_back(
    settings: Settings, tmp_path: Path
) -> None:
    stopped, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(database(settings), timeout=10, isolation_level=None)) as writer:
            while not stopped.is_set():
                writer.execute("INSERT INTO settings VALUES (?, '1', NULL, '2026-11-21')", (f"k{len(written)}",))
                written.append(1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = [service.back_up(settings.database_url, tmp_path / f"{number}.db") for number in range(COPIES)]
    finally:
        stopped.set()
        thread.join()

    for each in made:
        place = tmp_path / each.path.stem / "rushes.db"
        place.parent.mkdir()
        service.restore(f"sqlite:///{place}", each.path)
        assert check_sqlite(place) == each.rows
    counts = [each.rows["settings"] for each in made]
    assert counts == sorted(counts)
    assert rows(settings)["settings"] == len(written)
