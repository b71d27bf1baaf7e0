"""What the tus protocol refuses here: whom, which sizes, and what is there already; each leaves nothing."""

import base64
from pathlib import Path
from uuid import uuid4

import pytest

from app.core import clock
from app.core.db import transaction
from tests.factories import make_project
from tests.media.conftest import NOTHING, Ledger, blob_of
from tests.media.sender import Sender, encoded
from tests.visitors import Company


@pytest.mark.parametrize("header", ["crc32 AAAA", "sha256 ???", "sha256", "sha256 AAAA", "md5 " + "A" * 24])
def test_a_checksum_that_cannot_be_is_refused(sender: Sender, header: str) -> None:
    place = sender.created(10)

    assert sender.patch(place, 0, b"abc", **{"Upload-Checksum": header}).status_code == 422
    assert sender.offset(place) == 0


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("role", ["owner", "viewer", "outsider", "admin"])
def test_an_upload_is_there_for_who_began_it_alone(
    company: Company, sender: Sender, ledger: Ledger, method: str, role: str
) -> None:
    place = sender.created(10)
    before = ledger.left()
    other = Sender(company.as_(role), company.project.slug)

    answer = other.patch(place, 0, b"abc") if method == "PATCH" else other.ask(method, place)

    assert answer.status_code == 404
    assert sender.offset(place) == 0
    assert ledger.left() == before


def test_an_upload_nobody_began_leaves_nothing(sender: Sender, ledger: Ledger) -> None:
    assert sender.patch(f"/uploads/{uuid4()}", 0, b"abc").status_code == 404
    assert ledger.left() == NOTHING


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("outsider", 404)])
def test_who_may_not_upload_cannot_begin(company: Company, ledger: Ledger, role: str, status: int) -> None:
    answer = Sender(company.as_(role), company.project.slug).begin(10)

    assert answer.status_code == status
    assert ledger.left() == NOTHING


def test_who_is_signed_out_is_told_so_and_not_sent_to_a_page(company: Company, sender: Sender) -> None:
    place = sender.created(10)
    sender.visitor.client.delete_cookie("rushes")

    assert sender.patch(place, 0, b"abc").status_code == 401
    assert sender.begin(10).status_code == 401


@pytest.mark.parametrize("size", ["0", "-1", "", "ten", "1e3", "²", "9" * 30, str(1 << 60)])
def test_a_size_that_cannot_be_is_refused_in_words(sender: Sender, ledger: Ledger, size: str) -> None:
    answer = sender.begin(size)

    assert answer.status_code == 422
    assert len(answer.get_data(as_text=True)) > 10
    assert ledger.left() == NOTHING


@pytest.mark.parametrize("offset", ["-1", "", "x", "²", "9" * 40])
def test_an_offset_that_cannot_be_is_refused(sender: Sender, offset: str) -> None:
    place = sender.created(10)

    assert sender.patch(place, offset, b"abc").status_code == 422
    assert sender.offset(place) == 0


@pytest.mark.parametrize("metadata", ["filename !!!", "filename " + base64.b64encode(b"\xff\xfe").decode()])
def test_metadata_that_cannot_be_read_is_refused(sender: Sender, ledger: Ledger, metadata: str) -> None:
    assert sender.begin(10, **{"Upload-Metadata": metadata}).status_code == 422
    assert ledger.left() == NOTHING


def test_an_upload_to_no_project_is_not_found(sender: Sender, ledger: Ledger) -> None:
    metadata = f"filename {encoded('a.mp4')}"

    assert sender.begin(10, **{"Upload-Metadata": metadata}).status_code == 404
    assert ledger.left() == NOTHING


def test_one_recording_twice_is_refused_with_its_name_and_leaves_nothing(
    sender: Sender, recording: Path, ledger: Ledger
) -> None:
    sender.send(recording.read_bytes(), "First.mp4")
    before = ledger.left()

    answer = sender.send(recording.read_bytes(), "Second.mp4")

    assert answer.status_code == 409
    assert "“First”, which is already here" in answer.get_data(as_text=True)
    assert ledger.left() == before


def test_one_recording_in_two_projects_is_stored_once(
    company: Company, sender: Sender, recording: Path, ledger: Ledger
) -> None:
    elsewhere = Sender(sender.visitor, make_project(company.editor).slug)

    sender.send(recording.read_bytes())
    elsewhere.send(recording.read_bytes())

    left = ledger.left()
    assert (left.media, left.files) == (2, {blob_of(recording)})


def test_a_page_of_another_site_cannot_upload(sender: Sender, ledger: Ledger) -> None:
    assert sender.begin(10, **{"X-CSRFToken": None}).status_code == 400
    assert ledger.left() == NOTHING


def test_an_upload_over_the_projects_limit_is_refused(company: Company, sender: Sender, ledger: Ledger) -> None:
    with transaction() as session:
        session.merge(company.project).quota_bytes = 1000

    answer = sender.begin(1001)

    assert answer.status_code == 413
    assert "may hold 1.0 kB" in answer.get_data(as_text=True)
    assert ledger.left() == NOTHING


def test_an_archived_project_takes_nothing_in(company: Company, sender: Sender) -> None:
    with transaction() as session:
        session.merge(company.project).archived_at = clock.now()

    assert sender.begin(10).status_code == 403
