"""`flask backup` and `flask restore`: database and media in one folder, into an empty instance or not at all."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.backups import manifest, whole
from app.backups.errors import BackupError
from app.backups.whole import back_up_whole, restore_whole
from app.config import Settings
from app.core.db import transaction
from app.factory import create_app
from tests.conftest import settings_in
from tests.factories import make_media_of
from tests.visitors import Company


@pytest.fixture
def original(company: Company, settings: Settings, tmp_path: Path) -> Path:
    """Return the file of a recording in the store."""
    path = tmp_path / "sent"
    path.write_bytes(b"a recording")
    media = make_media_of(company.project, path, settings.media_root)
    return settings.media_root / str(media.storage_key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "backup"


def run(app: Flask, *words: str | Path) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=[str(word) for word in words])


def empty_instance(tmp_path: Path) -> Flask:
    return create_app(settings_in(tmp_path / "empty"))


def test_what_is_restored_is_what_was_backed_up(app: Flask, original: Path, folder: Path, tmp_path: Path) -> None:
    made = run(app, "backup", folder)
    other = empty_instance(tmp_path)

    brought = run(other, "restore", folder)

    assert made.exit_code == 0, made.output
    assert brought.exit_code == 0, brought.output
    settings: Settings = other.config["SETTINGS"]
    copy = settings.media_root / original.relative_to(app.config["SETTINGS"].media_root)
    assert copy.read_bytes() == original.read_bytes()
    assert copy.stat().st_ino != original.stat().st_ino
    assert whole.service.check(settings.database_url, folder / "database.db").rows == manifest.read(folder).rows


def test_a_backup_is_private_and_leaves_no_draft(app: Flask, original: Path, folder: Path) -> None:
    run(app, "backup", folder)

    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.parent.iterdir()) == [folder]
    assert not list(folder.rglob("*.part"))


def test_a_folder_that_is_there_is_never_written_to(app: Flask, folder: Path) -> None:
    folder.mkdir(parents=True)

    answer = run(app, "backup", folder)

    assert answer.exit_code == 1
    assert "exists already" in answer.output
    assert list(folder.iterdir()) == []


def test_an_instance_that_is_not_empty_is_left_alone(app: Flask, original: Path, folder: Path) -> None:
    run(app, "backup", folder)

    answer = run(app, "restore", folder)

    assert answer.exit_code == 1
    assert "empty instance" in answer.output
    assert original.read_bytes() == b"a recording"


def test_an_original_that_is_gone_or_changed_is_named(app: Flask, original: Path, folder: Path) -> None:
    original.write_bytes(b"something else")
    changed = run(app, "backup", folder)
    original.unlink()

    gone = run(app, "backup", folder.with_name("second"))

    assert (changed.exit_code, gone.exit_code) == (1, 1)
    assert original.name in changed.output
    assert original.name in gone.output


def test_a_backup_of_a_newer_version_is_refused(app: Flask, folder: Path, tmp_path: Path) -> None:
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '2099_01_01_later'")
    run(app, "backup", folder)

    answer = run(empty_instance(tmp_path), "restore", folder)

    assert answer.exit_code == 1
    assert "newer version" in answer.output


def test_a_missing_file_and_a_name_that_leads_out_are_refused(
    settings: Settings, original: Path, folder: Path, tmp_path: Path
) -> None:
    made = back_up_whole(settings.database_url, settings.media_root, folder)
    made.manifest.files["../../etc/passwd"] = (0, "")
    (folder / manifest.NAME).unlink()
    manifest.write(made.manifest, folder)

    with pytest.raises(BackupError, match="leads out"):
        restore_whole(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "media", folder)
    (folder / manifest.NAME).unlink()
    with pytest.raises(BackupError, match="not a whole backup"):
        restore_whole(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "media", folder)
    assert not (tmp_path / "media").exists()


def test_a_backup_for_another_disk_is_copied(
    settings: Settings, original: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(whole.os, "link", refuse)

    made = back_up_whole(settings.database_url, settings.media_root, folder)

    copy = folder / "media" / original.relative_to(settings.media_root)
    assert copy.read_bytes() == original.read_bytes()
    assert copy.stat().st_ino != original.stat().st_ino
    assert made.faults == []


def test_a_full_disk_leaves_nothing_behind(
    settings: Settings, original: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole.os, "link", refuse)

    with pytest.raises(BackupError, match="No space left on device"):
        back_up_whole(settings.database_url, settings.media_root, folder)
    assert list(folder.parent.iterdir()) == []
