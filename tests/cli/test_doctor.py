"""`flask doctor` says how the database and its backups stand."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.backups.daily import LastBackup, keep_last
from app.core.clock import now
from app.core.db import transaction
from app.doctor import BACKUP_TOO_OLD
from app.index.models import SearchDocument
from tests.clamd import running_clamd
from tests.factories import make_media
from tests.visitors import Company


def told(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["doctor"]).output


@pytest.mark.parametrize(
    ("well", "age", "line"),
    [
        (True, timedelta(hours=5), "ok    Backed up 5 h ago: 12 MB, sound."),
        (True, BACKUP_TOO_OLD * 2, "MEND  The last backup is of 4 days ago."),
        (False, timedelta(hours=5), "MEND  The last backup, 5 h ago, failed: 12 MB, sound."),
    ],
    ids=["well", "old", "failed"],
)
def test_the_last_backup_is_told(app: Flask, well: bool, age: timedelta, line: str) -> None:
    with transaction() as session:
        keep_last(session, LastBackup((now() - age).isoformat(), well, "12 MB, sound."))

    assert line in told(app)


def test_no_backup_yet_and_none_wanted_are_told(app: Flask) -> None:
    none_yet = told(app)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], backup_hour=None)

    assert "ok    No daily backup yet" in none_yet
    assert "ok    Daily backups are switched off" in told(app)


def test_a_database_out_of_step_is_told_instead_of_what_lies_in_it(app: Flask) -> None:
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '2026_11_21_schema'")

    words = told(app)

    assert "MEND  The database is at an older revision" in words
    assert "backup" not in words


def test_an_index_that_misses_things_is_told(app: Flask, company: Company) -> None:
    make_media(company.project)
    well = told(app)
    with transaction() as session:
        session.execute(sa.delete(SearchDocument))

    assert "ok    The search index is whole." in well
    assert "MEND  The search index is out of step: 1 thing cannot be found. An operator" in told(app)


def test_files_no_row_names_are_told(app: Flask) -> None:
    none = told(app)
    path = app.config["SETTINGS"].media_root / "blobs" / "ab" / "left"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"left over")
    os.utime(path, (0, 0))

    assert "ok    No files are left over." in none
    assert "ok    1 file that no row names, 9 bytes. Remove with: flask media sweep" in told(app)


def test_whether_the_scanner_answers_is_told(app: Flask, tmp_path: Path) -> None:
    none = told(app)
    with running_clamd(tmp_path) as clamd:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], clamd=clamd.path)
        well = told(app)

    assert "ok    No scanner for malware is asked (RUSHES_CLAMD)." in none
    assert "ok    Files are looked at before they are taken in: ClamAV 1.4.3/27800/" in well
    assert f"MEND  The scanner at {clamd.path} does not answer, so no file is taken in." in told(app)
