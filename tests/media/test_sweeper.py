"""Sweeping: files no row names go after a day, and nothing else does."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.core.clock import now
from app.core.db import transaction
from app.media.models import Media, Rendition, RenditionKind
from app.media.service import media_service
from app.media.sweeper import GRACE_S
from tests.factories import make_media_of
from tests.media.conftest import Ledger
from tests.media.sender import Sender
from tests.visitors import Company


@pytest.fixture
def media(app: Flask, company: Company, recording: Path) -> Media:
    return make_media_of(company.project, recording, app.config["SETTINGS"].media_root)


def put(ledger: Ledger, name: str, age_s: int = 2 * GRACE_S) -> str:
    path = ledger.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left over")
    grow_old(path, age_s)
    return name


def grow_old(path: Path, age_s: int = 2 * GRACE_S) -> None:
    moment = (now() - timedelta(seconds=age_s)).timestamp()
    os.utime(path, (moment, moment))


def sweep(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["media", "sweep"]).output


def test_old_files_without_a_row_go(app: Flask, ledger: Ledger) -> None:
    for name in ("blobs/ab/abcd", "made/0000/poster-1.jpg", "incoming/form-xyz"):
        put(ledger, name)

    assert sweep(app) == "Removed 0 uploads and 3 files.\n"
    assert ledger.left().files == frozenset()


def test_young_files_stay_they_may_be_about_to_get_their_row(app: Flask, ledger: Ledger) -> None:
    name = put(ledger, "blobs/ab/abcd", age_s=GRACE_S - 60)

    sweep(app)

    assert ledger.left().files == {name}


def test_files_with_a_row_stay_however_old(app: Flask, media: Media, ledger: Ledger) -> None:
    key = put(ledger, f"made/{media.public_id.hex}/poster-1.jpg")
    with transaction() as session:
        row = Rendition(media_id=media.id, kind=RenditionKind.POSTER, path=key, content_type="image/jpeg")
        session.add(row)
    grow_old(ledger.root / str(media.storage_key))

    sweep(app)

    assert ledger.left().files == {key, media.storage_key}


def test_the_original_of_a_recording_in_the_trash_stays(app: Flask, media: Media, ledger: Ledger) -> None:
    grow_old(ledger.root / str(media.storage_key))
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, media.id))

    sweep(app)

    assert ledger.left().files == {media.storage_key}


def test_an_upload_that_still_has_time_stays(app: Flask, company: Company, ledger: Ledger) -> None:
    sender = Sender(company.as_("editor"), company.project.slug)
    place = sender.created(10)
    grow_old(ledger.root / "incoming" / place.rsplit("/", 1)[1].replace("-", ""))

    sweep(app)

    assert sender.offset(place) == 0
    assert len(ledger.left().files) == 1
