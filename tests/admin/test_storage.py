"""Admin › Storage: what fills the disk, by kind and project; left-over files found and removed."""

import os
import time
from pathlib import Path

import pytest
from flask import Flask

from app.audit.models import AuditLog
from app.core.db import db, transaction
from app.media.models import Rendition, RenditionKind
from tests.factories import make_media, make_project
from tests.visitors import Company, Visitor, counted


@pytest.fixture
def admin(company: Company) -> Visitor:
    return company.as_("admin")


def left_behind(app: Flask, key: str, days: int = 2) -> Path:
    """Put a file nothing names into the store, as old as that."""
    path: Path = app.config["SETTINGS"].media_root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 1500)
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


def test_files_are_added_up_by_kind_and_shared_ones_once(company: Company, admin: Visitor) -> None:
    first = make_media(company.project, storage_key="blobs/aa/1", file_size=3_000_000)
    make_media(make_project(company.owner), storage_key="blobs/aa/1", file_size=3_000_000)
    with transaction() as session:
        facts = {"media_id": first.id, "path": "made/x", "content_type": "video/mp4", "file_size": 700_000}
        session.add(Rendition(kind=RenditionKind.PROXY, **facts))

    text = admin.get("/admin/storage").get_data(as_text=True)

    assert "3.0 MB" in text and "6.0 MB" not in text
    assert "700 kB" in text
    assert "Backups of the database" in text and "Rendered clips" in text


def test_it_asks_the_same_of_more_recordings(company: Company, admin: Visitor) -> None:
    with counted() as few:
        admin.get("/admin/storage")
    for _ in range(20):
        make_media(company.project)

    with counted() as many:
        admin.get("/admin/storage")

    assert len(many) == len(few)


def test_left_over_files_are_shown_and_removed_by_a_button(company: Company, admin: Visitor) -> None:
    old = left_behind(company.app, "blobs/ff/nobody")
    young = left_behind(company.app, "made/young", days=0)

    looked = admin.get("/admin/storage/check").get_data(as_text=True)
    assert old.exists()
    answer = admin.post("/admin/storage/sweep")

    assert "blobs/ff/nobody" in looked and "1.5 kB" in looked and "made/young" not in looked
    assert answer.status_code == 303
    assert young.exists() and not old.exists()
    assert db.session.query(AuditLog).filter_by(verb="files:sweep", entity_name="1 file").count() == 1


def test_with_nothing_left_over_there_is_no_button(admin: Visitor) -> None:
    looked = admin.get("/admin/storage/check").get_data(as_text=True)

    assert "/admin/storage/sweep" not in looked
    assert admin.swap("/admin/storage/sweep").status_code == 204


def test_a_missing_file_is_an_alarm(company: Company, admin: Visitor) -> None:
    make_media(company.project, title="Where is it", storage_key="blobs/00/gone")

    assert "Where is it" in admin.get("/admin/storage/check").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/admin/storage", "/admin/storage/check"])
def test_for_others_it_is_not_there(company: Company, path: str) -> None:
    assert company.as_("owner").get(path).status_code == 404
    assert company.as_("owner").post("/admin/storage/sweep").status_code == 404
    assert Visitor(company.app).post("/admin/storage/sweep").status_code == 303
