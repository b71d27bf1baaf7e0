"""An upload is whole for its sender only when its recording is there, whatever broke off at its end."""

from pathlib import Path

import pytest
from flask import Flask

from app.auth.models import TokenScope, User
from app.auth.tokens import token_service
from app.core.db import transaction
from app.core.errors import Unavailable
from app.media import tus
from app.media.uploads import UploadService
from tests.media.conftest import Ledger, blob_of
from tests.media.sender import CHUNK_TYPE, Sender, encoded
from tests.visitors import Company

STEPS = ["examine", "put_in_place", "finish"]


def break_off(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Let the database or the disk be away when this step of the end is reached."""

    def breaks(*things: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(UploadService if step == "finish" else tus, step, breaks)


@pytest.mark.parametrize("step", STEPS)
def test_what_breaks_off_at_the_end_is_not_told_as_whole(
    sender: Sender, recording: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    sender.patch(place, 0, body[:1000])
    break_off(monkeypatch, step)

    answer = sender.patch(place, 1000, body[1000:])

    assert answer.status_code == 503
    assert sender.offset(place) == 1000


@pytest.mark.parametrize("step", STEPS)
def test_its_last_chunk_sent_again_makes_the_recording(
    sender: Sender, recording: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    with monkeypatch.context() as away:
        break_off(away, step)
        sender.patch(place, 0, body)

    answer = sender.patch(place, 0, body)

    assert answer.status_code == 204 and answer.headers["Upload-Media"]
    assert (ledger.left().media, ledger.left().files) == (1, {blob_of(recording)})
    assert sender.offset(place) == len(body)


def test_an_upload_whose_bytes_are_gone_is_begun_anew(sender: Sender, ledger: Ledger) -> None:
    place = sender.created(10)
    (ledger.root / "incoming" / place.rsplit("/", 1)[1].replace("-", "")).unlink()

    assert sender.patch(place, 0, b"abc").status_code == 404
    assert sender.ask("HEAD", place).status_code == 404


def test_one_that_is_finished_takes_no_more_and_stays_whole(sender: Sender, recording: Path, ledger: Ledger) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    sender.patch(place, 0, body)

    again = sender.patch(place, 0, body)

    assert again.status_code in (404, 409)
    assert (sender.offset(place), ledger.left().media) == (len(body), 1)


def test_a_moved_file_that_is_refused_leaves_nothing_of_its_upload(
    sender: Sender, recording: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    with monkeypatch.context() as away:
        break_off(away, "finish")
        sender.patch(place, 0, body)
    sender.send(body, "twin.mp4")

    answer = sender.patch(place, 0, body)

    assert answer.status_code == 409
    assert sender.ask("HEAD", place).status_code == 404
    assert ledger.left().media == 1


def test_a_program_goes_on_where_its_upload_broke_off(app: Flask, company: Company, recording: Path) -> None:
    body = recording.read_bytes()
    with transaction() as session:
        person = session.get_one(User, company.editor.id)
        token = token_service(session).create(person, "Sender", TokenScope.WRITE, None)
    held = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    about = f"filename {encoded('a.mp4')},project {encoded(company.project.slug)}"
    program, chunk = app.test_client(), {**held, "Content-Type": CHUNK_TYPE}
    begun = program.post("/uploads", headers={**held, "Upload-Length": str(len(body)), "Upload-Metadata": about})
    place = begun.headers["Location"]
    program.patch(place, data=body[:1000], headers={**chunk, "Upload-Offset": "0"})

    asked = program.head(place, headers=held)
    at = int(asked.headers["Upload-Offset"])
    ended = program.patch(place, data=body[at:], headers={**chunk, "Upload-Offset": str(at)})

    assert (asked.status_code, at) == (200, 1000)
    assert ended.status_code == 204 and ended.headers["Upload-Media"]
