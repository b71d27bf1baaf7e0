"""The bytes that go out: ranges, ETags, headers, names, and who may have them."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import Headers

from app.audit.models import AuditAction, AuditLog
from app.core.db import transaction
from app.media.models import Media, Rendition, RenditionKind
from tests.factories import make_media, make_media_of
from tests.visitors import Company, Visitor


@pytest.fixture
def media(app: Flask, company: Company, recording: Path) -> Media:
    root = app.config["SETTINGS"].media_root
    return make_media_of(company.project, recording, root, filename='Fjord "æøå"; x=1.mp4', title="Fjord")


@pytest.fixture
def viewer(company: Company) -> Visitor:
    return company.as_("viewer")


@pytest.fixture
def body(recording: Path) -> bytes:
    return recording.read_bytes()


def address(media: Media) -> str:
    return f"/m/{media.public_id}/file?play=1"


def test_the_whole_file_goes_out_as_it_came_in(viewer: Visitor, media: Media, body: bytes) -> None:
    answer = viewer.get(address(media))

    assert (answer.status_code, answer.data) == (200, body)
    assert answer.headers["Content-Length"] == str(len(body))
    assert answer.headers["Accept-Ranges"] == "bytes"


RANGES = {
    "bytes=0-99": (0, 99),
    "bytes=100-": (100, None),
    "bytes=-50": (-50, None),
    "bytes=0-0": (0, 0),
    "bytes=0-": (0, None),
    "bytes=-1": (-1, None),
    "bytes=10-99999999": (10, None),
    "bytes=9-": (9, None),
    "bytes=0-99999999999999999999": (0, None),
    "bytes=5-5": (5, 5),
}


@pytest.mark.parametrize("asked", list(RANGES))
def test_a_range_gives_exactly_its_bytes(viewer: Visitor, media: Media, body: bytes, asked: str) -> None:
    start, end = RANGES[asked]
    answer = viewer.get(address(media), headers={"Range": asked})

    wanted = body[start : None if end is None else end + 1]
    first = len(body) + start if start < 0 else start
    assert answer.data == wanted
    if len(wanted) < len(body):
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{len(body)}"


@pytest.mark.parametrize(
    "asked", ["bytes=99999999-", "bytes=-99999999", "bytes=5-3", "bytes=abc", "bytes=--1", "bytes=", "lines=0-1"]
)
def test_a_range_that_is_not_there_is_answered_416_or_the_whole(
    viewer: Visitor, media: Media, body: bytes, asked: str
) -> None:
    answer = viewer.get(address(media), headers={"Range": asked})

    assert answer.status_code in (200, 416)
    if answer.status_code == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(body)}"
    else:
        assert answer.data == body


def test_several_ranges_at_once_cost_no_more_than_the_file(viewer: Visitor, media: Media, body: bytes) -> None:
    many = "bytes=" + ",".join("0-" for _ in range(500))

    assert len(viewer.get(address(media), headers={"Range": many}).data) < len(body) + 10_000


def test_the_etag_is_the_hash_and_answers_304(viewer: Visitor, media: Media, body: bytes) -> None:
    etag = viewer.get(address(media)).headers["ETag"]

    answer = viewer.get(address(media), headers={"If-None-Match": etag})

    assert etag == f'"{hashlib.sha256(body).hexdigest()}"'
    assert (answer.status_code, answer.data) == (304, b"")


def test_a_range_of_a_file_that_changed_gives_the_whole_new_file(viewer: Visitor, media: Media, body: bytes) -> None:
    answer = viewer.get(address(media), headers={"Range": "bytes=0-9", "If-Range": '"another"'})

    assert (answer.status_code, answer.data) == (200, body)


def test_head_says_the_length_and_sends_nothing(viewer: Visitor, media: Media, body: bytes) -> None:
    answer = viewer.client.head(address(media))

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(body))


def strict(headers: Headers) -> bool:
    """Say whether nothing in this answer can run in our origin."""
    policy = headers["Content-Security-Policy"]
    return headers["X-Content-Type-Options"] == "nosniff" and policy == "sandbox; default-src 'none'"


@pytest.mark.parametrize("asked", ["?play=1", ""])
def test_nothing_in_a_file_can_run_here(viewer: Visitor, media: Media, asked: str) -> None:
    answer = viewer.get(f"/m/{media.public_id}/file{asked}")

    assert strict(answer.headers)
    assert answer.mimetype == "video/mp4"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_type_somebody_chose_is_not_the_type_sent(viewer: Visitor, company: Company, app: Flask, sound: Path) -> None:
    media = make_media_of(company.project, sound, app.config["SETTINGS"].media_root, filename="page.html")

    answer = viewer.get(f"/m/{media.public_id}/file")

    assert answer.mimetype == "video/mp4"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_name_of_a_download_is_encoded_and_stays_one_header(viewer: Visitor, media: Media) -> None:
    header = viewer.get(f"/m/{media.public_id}/file").headers["Content-Disposition"]

    assert header.startswith("attachment;")
    assert "filename*=UTF-8''" in header
    assert header.isascii()
    assert "\n" not in header


def test_a_download_is_told_in_the_history_and_playing_is_not(viewer: Visitor, media: Media) -> None:
    viewer.get(f"/m/{media.public_id}/file?play=1")
    viewer.client.head(f"/m/{media.public_id}/file")
    viewer.get(f"/m/{media.public_id}/file")

    with transaction() as session:
        told = session.query(AuditLog).filter(AuditLog.action == AuditAction.EXPORT).all()
    assert [(entry.actor_id, entry.media_id) for entry in told] == [(viewer.user.id, media.id)]


@pytest.mark.parametrize("role", ["outsider"])
def test_a_member_of_another_project_gets_nothing(company: Company, media: Media, role: str) -> None:
    other = company.as_(role)

    for path in (address(media), f"/m/{media.public_id}/file", f"/m/{media.public_id}/renditions/poster"):
        assert other.get(path).status_code == 404


def test_who_is_signed_out_gets_nothing(app: Flask, media: Media, body: bytes) -> None:
    answer = app.test_client().get(address(media))

    assert answer.status_code == 303
    assert body not in answer.data


def test_a_file_that_is_gone_is_told_in_words(app: Flask, viewer: Visitor, media: Media) -> None:
    (app.config["SETTINGS"].media_root / str(media.storage_key)).unlink()

    answer = viewer.get(address(media))

    assert answer.status_code == 404
    assert "not where it was" in answer.get_data(as_text=True)


@pytest.mark.parametrize("key", ["../rushes.db", "blobs/../../rushes.db", "/etc/passwd"])
def test_a_key_that_leads_out_of_the_store_is_never_followed(viewer: Visitor, company: Company, key: str) -> None:
    media = make_media(company.project, storage_key=key)

    assert viewer.get(address(media)).status_code in (404, 500)


@pytest.fixture
def rendition(app: Flask, media: Media) -> Rendition:
    key = f"made/{media.public_id.hex}/poster-0123456789abcdef.jpg"
    path = app.config["SETTINGS"].media_root / key
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xd8\xff picture")
    with transaction() as session:
        row = Rendition(media_id=media.id, kind=RenditionKind.POSTER, path=key, content_type="image/jpeg")
        session.add(row)
    return row


def test_what_was_made_of_a_recording_may_be_kept_for_ever(viewer: Visitor, media: Media, rendition: Rendition) -> None:
    answer = viewer.get(f"/m/{media.public_id}/renditions/poster")

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert strict(answer.headers)


@pytest.mark.parametrize("kind", ["thumbnail", "nonsense", "poster.jpg", "..", "%2e%2e%2frushes.db"])
def test_a_rendition_that_is_not_there_is_not_found(
    viewer: Visitor, media: Media, rendition: Rendition, kind: str
) -> None:
    assert viewer.get(f"/m/{media.public_id}/renditions/{kind}").status_code == 404


def test_a_rendition_whose_file_is_gone_is_not_found(
    app: Flask, viewer: Visitor, media: Media, rendition: Rendition
) -> None:
    (app.config["SETTINGS"].media_root / rendition.path).unlink()

    assert viewer.get(f"/m/{media.public_id}/renditions/poster").status_code == 404
