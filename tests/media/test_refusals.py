"""What is no recording is refused in words, by both ways in, and nothing of it stays; a name never becomes a path."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.db import transaction
from app.media.models import Media
from app.media.names import LONGEST_TITLE, clean_filename, title_of
from tests.media.conftest import NOTHING, Ledger, blob_of
from tests.media.sender import Sender
from tests.visitors import Company, Visitor

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
NO_RECORDINGS = {
    "notes.txt": (b"dear diary, today", "This is a text file, not a recording."),
    "playlist.mp4": (PLAYLIST, "This is a playlist, which only names recordings kept elsewhere"),
    "picture.mp4": (PNG, "This is a PNG picture"),
    "list.mp4": (b"ffconcat version 1.0\nfile /etc/passwd\n", "This is a list of files"),
    "page.mp4": (b"<svg onload=alert(1)>", "This is an XML or web document"),
    "box.mp4": (b"\0\0\0\x10ftypisom\0\0\0\0", "cut off before its index"),
}

Send = Callable[[bytes, str], tuple[int, str]]


@pytest.fixture
def visitor(company: Company) -> Visitor:
    return company.as_("editor")


@pytest.fixture(params=["form", "tus"])
def send(request: pytest.FixtureRequest, visitor: Visitor, company: Company) -> Send:
    """Return how to send one file: by the plain form, or by tus."""

    def by_form(body: bytes, name: str) -> tuple[int, str]:
        answer = visitor.post(f"/p/{company.project.slug}/upload", {"files": (io.BytesIO(body), name)})
        return answer.status_code, answer.get_data(as_text=True)

    def by_tus(body: bytes, name: str) -> tuple[int, str]:
        sender = Sender(visitor, company.project.slug)
        begun = sender.begin(len(body), name)
        answer = sender.patch(begun.headers["Location"], 0, body) if begun.status_code == 201 else begun
        return answer.status_code, answer.get_data(as_text=True)

    return by_form if request.param == "form" else by_tus


@pytest.mark.parametrize("name", list(NO_RECORDINGS))
def test_what_is_no_recording_is_refused_with_what_it_is(send: Send, ledger: Ledger, name: str) -> None:
    body, words = NO_RECORDINGS[name]

    status, text = send(body, name)

    assert status == 422
    assert words in text.replace("&#39;", "'")
    assert ledger.left() == NOTHING


def test_an_empty_file_is_refused(send: Send, ledger: Ledger) -> None:
    status, text = send(b"", "empty.mp4")

    assert status == 422
    assert "The file is empty." in text
    assert ledger.left() == NOTHING


def test_a_video_that_was_not_copied_whole_is_refused(send: Send, recording: Path, ledger: Ledger) -> None:
    body = recording.read_bytes()

    status, text = send(body[: len(body) // 2], "half.mp4")

    assert status == 422
    assert "cut off" in text or "stops after" in text
    assert ledger.left() == NOTHING


@pytest.mark.parametrize(
    ("name", "kept", "title"),
    [
        ("../../etc/passwd", "passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.mp4", "a.mp4", "a"),
        ("/etc/passwd.mp4", "passwd.mp4", "passwd"),
        ("evil\u202egpj.mp4", "evil\ufffdgpj.mp4", "evil\ufffdgpj"),
        ("two\nlines\r\n.mp4", "two\ufffdlines\ufffd\ufffd.mp4", "two\ufffdlines\ufffd\ufffd"),
        ("x" * 300 + ".mp4", "x" * 255, "x" * 255),
        ("-rf.mp4", "-rf.mp4", "-rf"),
        ("'; DROP TABLE media; --.mp4", "'; DROP TABLE media; --.mp4", "'; DROP TABLE media; --"),
        ('"><svg onload=1>.mp4', '"><svg onload=1>.mp4', '"><svg onload=1>'),
        ("Ærø 🎬.mp4", "Ærø 🎬.mp4", "Ærø 🎬"),
    ],
)
def test_a_hostile_name_is_shown_as_a_name_and_nothing_more(
    visitor: Visitor, company: Company, recording: Path, ledger: Ledger, name: str, kept: str, title: str
) -> None:
    Sender(visitor, company.project.slug).send(recording.read_bytes(), name)

    with transaction() as session:
        media = session.query(Media).one()
    assert (media.filename, media.title) == (kept, title)
    assert ledger.left().files == {blob_of(recording)}
    page = visitor.get(f"/p/{company.project.slug}")
    assert page.status_code == 200
    assert "<svg onload" not in page.get_data(as_text=True)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "\0", "a\0b.mp4", " ", "\u200b", ".mp4", "a/b/", "\ud800.mp4", "x" * 5000]
)
def test_any_name_leaves_something_printable_and_short(name: str) -> None:
    for made in (clean_filename(name), title_of(name), title_of(clean_filename(name))):
        assert made
        assert made.isprintable()
        assert len(made) <= LONGEST_TITLE
        assert "/" not in made


def test_several_files_are_taken_or_refused_each_for_itself(
    visitor: Visitor, company: Company, recording: Path, other_recording: Path, ledger: Ledger
) -> None:
    files = [
        (io.BytesIO(recording.read_bytes()), "one.mp4"),
        (io.BytesIO(b"dear diary"), "two.mp4"),
        (io.BytesIO(other_recording.read_bytes()), "three.mp4"),
    ]

    answer = visitor.post(f"/p/{company.project.slug}/upload", {"files": files})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "1 file was not taken in" in text
    assert "<b>two.mp4</b>: This is a text file" in text
    assert "one, three" in text
    assert ledger.left().files == {blob_of(recording), blob_of(other_recording)}


def test_a_plain_upload_leads_to_the_project(
    visitor: Visitor, company: Company, recording: Path, ledger: Ledger
) -> None:
    with recording.open("rb") as file:
        answer = visitor.post(f"/p/{company.project.slug}/upload", {"files": (file, "Harbour.mp4")})

    assert answer.status_code == 303
    assert answer.location == f"/p/{company.project.slug}"
    assert "1 recording taken in" in visitor.get(answer.location).get_data(as_text=True)
    assert ledger.left().files == {blob_of(recording)}


def test_a_form_without_a_file_says_so(visitor: Visitor, company: Company) -> None:
    answer = visitor.post(f"/p/{company.project.slug}/upload")

    assert answer.status_code == 422
    assert "Choose at least one file." in answer.get_data(as_text=True)


def test_one_recording_twice_is_refused_and_leaves_what_was_there(send: Send, recording: Path, ledger: Ledger) -> None:
    send(recording.read_bytes(), "First.mp4")
    before = ledger.left()

    status, text = send(recording.read_bytes(), "Second.mp4")

    assert status in (409, 422)
    assert "“First”, which is already here" in text
    assert ledger.left() == before


def test_a_file_over_the_projects_limit_leaves_nothing(
    send: Send, company: Company, recording: Path, ledger: Ledger
) -> None:
    with transaction() as session:
        session.merge(company.project).quota_bytes = 1000

    status, text = send(recording.read_bytes(), "Big.mp4")

    assert status in (413, 422)
    assert "This project may hold 1.0 kB" in text
    assert ledger.left() == NOTHING


def test_a_sound_is_taken_in_as_well(send: Send, sound: Path, ledger: Ledger) -> None:
    send(sound.read_bytes(), "voice.wav")

    assert ledger.left().files == {blob_of(sound)}
