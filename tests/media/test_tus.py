"""The tus 1.0 protocol: creation, resuming, checksums, expiration and termination, and what it refuses."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.core import clock
from app.core.db import transaction
from app.factory import create_app
from app.media.models import Media, MediaState, Upload
from app.media.tus import MAX_CHUNK
from tests.conftest import Browser
from tests.media.conftest import NOTHING, Ledger, blob_of
from tests.media.sender import Sender


def checksum(algorithm: str, body: bytes) -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"


def test_the_server_says_what_it_can_do(app: Flask) -> None:
    answer = app.test_client().options("/uploads")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "termination", "checksum", "expiration"}
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer.headers["Tus-Max-Size"]) > 1 << 30


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
def test_another_version_is_answered_412_with_the_one_spoken_here(sender: Sender, version: str | None) -> None:
    answer = sender.begin(10, **{"Tus-Resumable": version})

    assert answer.status_code == 412
    assert answer.headers["Tus-Version"] == "1.0.0"


def test_an_upload_begins_at_nought_and_says_when_it_expires(sender: Sender) -> None:
    answer = sender.begin(10)
    place = answer.headers["Location"]
    head = sender.ask("HEAD", place)

    assert answer.status_code == 201
    assert head.status_code == 200
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("0", "10")
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Upload-Expires"].endswith("GMT")
    assert answer.headers["Upload-Expires"].endswith("GMT")


def test_a_file_sent_in_chunks_becomes_a_recording_with_its_job(
    sender: Sender, recording: Path, ledger: Ledger
) -> None:
    answer = sender.send(recording.read_bytes(), "Harbour voices.mp4", chunk=5000)

    assert answer.status_code == 204
    left = ledger.left()
    assert (left.media, left.jobs, left.files) == (1, 1, {blob_of(recording)})
    with transaction() as session:
        media = session.query(Media).one()
        assert answer.headers["Upload-Media"] == str(media.public_id)
        assert (media.title, media.filename) == ("Harbour voices", "Harbour voices.mp4")
        assert (media.file_size, media.state) == (recording.stat().st_size, MediaState.PROCESSING)
        assert media.sha256 == hashlib.sha256(recording.read_bytes()).hexdigest()
    assert (ledger.root / blob_of(recording)).read_bytes() == recording.read_bytes()


def test_the_offset_grows_with_each_chunk(sender: Sender) -> None:
    place = sender.created(10)

    first = sender.patch(place, 0, b"abc")
    second = sender.patch(place, 3, b"de")

    assert (first.headers["Upload-Offset"], second.headers["Upload-Offset"]) == ("3", "5")
    assert sender.offset(place) == 5


@pytest.mark.parametrize("offset", [0, 2, 4, 9])
def test_bytes_for_another_place_are_answered_409_and_not_kept(sender: Sender, offset: int, ledger: Ledger) -> None:
    place = sender.created(10)
    sender.patch(place, 0, b"abc")

    answer = sender.patch(place, offset, b"xyz")

    assert answer.status_code == 409
    assert sender.offset(place) == 3
    assert (ledger.root / "incoming" / place.rsplit("/", 1)[1].replace("-", "")).read_bytes() == b"abc"


def test_more_bytes_than_announced_are_refused(sender: Sender) -> None:
    place = sender.created(4)

    answer = sender.patch(place, 0, b"abcde")

    assert answer.status_code == 422
    assert sender.offset(place) == 0


@pytest.mark.parametrize("type", ["application/octet-stream", "text/plain", None])
def test_another_content_type_is_answered_415(sender: Sender, type: str | None) -> None:
    place = sender.created(10)

    assert sender.patch(place, 0, b"abc", **{"Content-Type": type}).status_code == 415
    assert sender.offset(place) == 0


def test_a_chunk_over_eight_mebibytes_is_answered_413(sender: Sender) -> None:
    place = sender.created(MAX_CHUNK + 10)

    assert sender.patch(place, 0, bytes(MAX_CHUNK + 1)).status_code == 413
    assert sender.offset(place) == 0
    assert sender.patch(place, 0, bytes(MAX_CHUNK)).status_code == 204


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_chunk_with_its_right_checksum_is_kept(sender: Sender, algorithm: str) -> None:
    place = sender.created(10)

    answer = sender.patch(place, 0, b"abc", **{"Upload-Checksum": checksum(algorithm, b"abc")})

    assert answer.status_code == 204
    assert sender.offset(place) == 3


def test_a_damaged_chunk_is_answered_460_and_nothing_of_it_is_kept(sender: Sender, ledger: Ledger) -> None:
    place = sender.created(10)
    sender.patch(place, 0, b"abc")

    answer = sender.patch(place, 3, b"dXf", **{"Upload-Checksum": checksum("sha256", b"def")})

    assert answer.status_code == 460
    assert sender.offset(place) == 3
    assert (ledger.root / "incoming" / place.rsplit("/", 1)[1].replace("-", "")).read_bytes() == b"abc"


def test_a_chunk_that_breaks_off_promises_nothing(sender: Sender, recording: Path, ledger: Ledger) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    sender.patch(place, 0, body[:100])

    for sent in (0, 1, 500, 999):
        assert sender.broken(place, 100, body[100 : 100 + sent], 1000).status_code in (400, 422)
        assert sender.offset(place) == 100

    assert sender.patch(place, 100, body[100:]).status_code == 204
    assert ledger.left().files == {blob_of(recording)}


def test_an_upload_goes_on_after_the_server_started_anew(
    app: Flask, sender: Sender, recording: Path, ledger: Ledger
) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    sender.patch(place, 0, body[:1000])
    # What a crash leaves: bytes that were written, but never promised.
    with (ledger.root / "incoming" / place.rsplit("/", 1)[1].replace("-", "")).open("ab") as file:
        file.write(b"never promised")

    restarted = create_app(app.config["SETTINGS"])
    restarted.test_client_class = Browser
    held = sender.visitor.cookies
    sender.visitor.client = restarted.test_client()
    sender.visitor.cookies = held

    assert sender.offset(place) == 1000
    assert sender.patch(place, 1000, body[1000:]).status_code == 204
    assert ledger.left().files == {blob_of(recording)}


def test_an_upload_can_be_taken_back(sender: Sender, ledger: Ledger) -> None:
    place = sender.created(10)
    sender.patch(place, 0, b"abc")

    assert sender.ask("DELETE", place).status_code == 204
    assert sender.ask("HEAD", place).status_code == 404
    assert ledger.left() == NOTHING


def test_an_upload_past_its_time_is_gone_and_swept(
    app: Flask, sender: Sender, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = sender.created(10)
    later = clock.now() + timedelta(days=3, minutes=1)
    monkeypatch.setattr("app.media.uploads.now", lambda: later)

    assert sender.ask("HEAD", place).status_code == 404
    swept = app.test_cli_runner().invoke(args=["media", "sweep"])

    assert "Removed 1 uploads" in swept.output
    assert ledger.left() == NOTHING


def test_each_chunk_puts_the_expiry_off(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    place = sender.created(10)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr("app.media.uploads.now", lambda: later)

    sender.patch(place, 0, b"abc")

    with transaction() as session:
        assert session.query(Upload).one().expires_at == later + timedelta(days=3)
