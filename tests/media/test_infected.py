"""By whatever way a file comes in, the scanner sees it first: an infected one is refused, and so is all unseen."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.audit.models import AuditAction, AuditLog
from app.audit.refusals import Refusals
from app.clips.models import Clip
from app.core.db import transaction
from app.core.malware import SILENT, Scanner, look_with
from app.factory import note_infected
from app.media import fetch_tasks
from app.projects.models import Project
from app.projects.service import ProjectFields, project_service
from app.songs.models import Song
from app.transcripts.models import Transcript
from tests.clamd import EICAR, FOUND, Clamd, running_clamd
from tests.factories import make_media
from tests.house.sources import ROOT
from tests.media.conftest import NOTHING, Ledger
from tests.media.sender import Sender
from tests.songs.conftest import make_song
from tests.visitors import Company

Send = Callable[[bytes, str], TestResponse]
CUES = b"1\n00:00:00,000 --> 00:00:00,300\nHarbour\n"
REFUSED = f"was not taken in: the scanner found {FOUND} in it."


@pytest.fixture
def clamd(app: Flask, tmp_path: Path) -> Iterator[Clamd]:
    # Ten a minute of one person are noted, and people of other tests had the same ids.
    app.extensions["refusals"] = Refusals()
    with running_clamd(tmp_path) as server:
        look_with(Scanner(server.path, timeout_s=0.2), partial(note_infected, app))
        yield server
        look_with(None)


@pytest.fixture
def folder(app: Flask, company: Company, tmp_path: Path) -> Path:
    """Return the project's own folder on the server."""
    folder = tmp_path / "workspaces" / "harbour"
    folder.mkdir(parents=True)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], workspaces=folder.parent)
    with transaction() as session:
        project = session.get_one(Project, company.project.id)
        fields = ProjectFields(project.name, workspace_path="harbour")
        project_service(session, folder.parent).edit(company.admin, project, fields, project.version)
    return folder


@pytest.fixture(params=["form", "tus", "song", "folder"])
def send(request: pytest.FixtureRequest, company: Company, folder: Path) -> Send:
    """Return each way in for a recording."""
    visitor, slug = company.as_("editor"), company.project.slug

    def by_folder(body: bytes, name: str) -> TestResponse:
        (folder / name).write_bytes(body)
        return visitor.post(f"/p/{slug}/scan")

    ways: dict[str, Send] = {
        "form": lambda body, name: visitor.post(f"/p/{slug}/upload", {"files": (io.BytesIO(body), name)}),
        "tus": lambda body, name: Sender(visitor, slug).send(body, name),
        "song": lambda body, name: visitor.post(f"/p/{slug}/songs/new", {"file": (io.BytesIO(body), name)}),
        "folder": by_folder,
    }
    return ways[request.param]


def noted() -> list[tuple[str | None, str | None]]:
    """Return who brought what infected, as the log tells it."""
    with transaction() as session:
        rows = session.scalars(sa.select(AuditLog).where(AuditLog.verb == "media:infected")).all()
        assert all(row.action is AuditAction.DENIED and row.changes["reason"]["new"] == FOUND for row in rows)
        return [(row.actor_name, row.entity_name) for row in rows]


def test_an_infected_recording_is_refused_noted_and_leaves_nothing(
    send: Send, clamd: Clamd, company: Company, recording: Path, ledger: Ledger
) -> None:
    answer = send(recording.read_bytes() + EICAR, "a.mp4")

    assert REFUSED in answer.get_data(as_text=True)
    assert noted() == [(company.editor.display_name, "a.mp4")]
    assert ledger.left() == NOTHING


def test_a_clean_one_was_looked_at_whole(send: Send, clamd: Clamd, recording: Path, ledger: Ledger) -> None:
    send(recording.read_bytes(), "a.mp4")

    assert clamd.streams == [recording.stat().st_size]
    assert (ledger.left().media, noted()) == (1, [])


@pytest.mark.parametrize("answer", [None, b"stream: perhaps\0"], ids=["none", "broken"])
def test_without_an_answer_nothing_is_taken_in(
    send: Send, clamd: Clamd, recording: Path, ledger: Ledger, answer: bytes | None
) -> None:
    clamd.answer = answer

    told = send(recording.read_bytes(), "a.mp4")

    assert str(SILENT) in told.get_data(as_text=True)
    assert ledger.left().media == 0


def test_an_upload_waits_for_the_scanner_and_goes_on(sender: Sender, clamd: Clamd, recording: Path) -> None:
    body, clamd.answer = recording.read_bytes(), b"stream: perhaps\0"
    place = sender.created(len(body))
    refused = sender.patch(place, 0, body)
    clamd.answer = b""

    assert (refused.status_code, sender.offset(place)) == (503, 0)
    assert sender.patch(place, 0, body).status_code == 204


@pytest.mark.parametrize("way", ["form", "tus"])
def test_infected_captions_of_a_recording_are_refused(
    app: Flask, clamd: Clamd, company: Company, ledger: Ledger, way: str
) -> None:
    make_media(company.project, title="harbour", filename="harbour.mp4")
    visitor, slug, body = company.as_("editor"), company.project.slug, CUES + EICAR

    if way == "form":
        answer = visitor.post(f"/p/{slug}/upload", {"files": (io.BytesIO(body), "harbour.srt")})
    else:
        answer = Sender(visitor, slug).send(body, "harbour.srt")

    assert REFUSED in answer.get_data(as_text=True)
    assert (ledger.left().files, len(noted())) == (frozenset(), 1)


def test_infected_lines_are_no_transcript(clamd: Clamd, company: Company) -> None:
    media = make_media(company.project)
    form = {"file": (io.BytesIO(CUES + EICAR), "a.srt"), "language": "en"}

    answer = company.as_("editor").post(f"/m/{media.public_id}/transcript/import", form)

    assert answer.status_code == 422 and REFUSED in answer.get_data(as_text=True)
    with transaction() as session:
        assert session.query(Transcript).count() == 0


def test_infected_lyrics_are_none(clamd: Clamd, company: Company) -> None:
    song = make_song(company)

    answer = company.as_("editor").post(
        f"/songs/{song.public_id}/lyrics/import", {"file": (io.BytesIO(b"[00:00.10]La\n" + EICAR), "a.lrc")}
    )

    assert answer.status_code == 422 and REFUSED in answer.get_data(as_text=True)
    assert noted() == [(company.editor.display_name, "a.lrc")]
    with transaction() as session:
        assert session.get_one(Song, song.id).synced_lyrics is None


def test_an_infected_list_marks_no_clips(clamd: Clamd, company: Company) -> None:
    media = make_media(company.project)
    form = {"file": (io.BytesIO(b"start,end\n1,2\n" + EICAR), "a.csv"), "act": "save"}

    answer = company.as_("editor").post(f"/m/{media.public_id}/clips/import", form)

    assert answer.status_code == 422 and REFUSED in answer.get_data(as_text=True)
    with transaction() as session:
        assert session.query(Clip).count() == 0


def test_what_a_worker_fetched_is_looked_at_by_the_same_door(clamd: Clamd, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(EICAR)

    with pytest.raises(fetch_tasks.Invalid, match=FOUND):
        fetch_tasks.examine(tmp_path / "a.mp4", "a.mp4")


# What takes a file in must ask; each of these does, or stands behind one that does.
LOOKED_AT = {
    "media/uploads.py": "examine, for forms, tus, songs and what is fetched",
    "media/scan.py": "a folder",
    "media/sidecars.py": "captions sent",
    "transcripts/tasks.py": "captions beside a recording",
    "transcripts/routes.py": "lines brought in",
    "songs/lyric_routes.py": "lyrics brought in",
    "exchange/routes.py": "lists of clips brought in",
}
TAKES_FILES = ("FileField(", "request.stream", ".stream.read(", "file.data.read(", "recognise(real)")


def test_every_way_in_is_known_here() -> None:
    app = ROOT / "app"
    texts = {str(path.relative_to(app)): path.read_text(encoding="utf-8") for path in app.rglob("*.py")}
    asks = {name for name, text in texts.items() if "    require_clean(" in text or "(require_clean," in text}
    takes = {name for name, text in texts.items() if any(sign in text for sign in TAKES_FILES)}

    assert asks == set(LOOKED_AT)
    # Forms name the field, their routes read it; tus receives for `examine`.
    behind = {
        "media/forms.py",
        "songs/forms.py",
        "transcripts/forms.py",
        "exchange/forms.py",
        "media/tus.py",
        "processing/formats.py",
    }
    assert takes - asks <= behind
