"""What `flask media verify` says when a file is gone, cut off or changed by one bit."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import reading, transaction
from app.core.storage import LocalStorage
from app.media.models import Media, Rendition, RenditionKind
from app.media.verify import verify
from tests.factories import make_media
from tests.visitors import Company

CONTENT = b"every frame has a name" * 100


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    found: LocalStorage = app.extensions["storage"]
    return found


@pytest.fixture
def original(company: Company, storage: LocalStorage) -> Path:
    """Return the file of a recording that is as it should be."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    media = make_media(company.project, sha256=digest, file_size=len(CONTENT), storage_key=f"blobs/{digest}")
    path = storage.path_of(media.storage_key or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT)
    return path


def faults(storage: LocalStorage, *, whole: bool = True) -> list[str | None]:
    with reading() as session:
        return [checked.fault for checked in verify(session, storage, whole=whole)]


def test_a_file_that_is_as_it_was_has_no_fault(original: Path, storage: LocalStorage) -> None:
    assert faults(storage) == [None]


def cut(path: Path) -> None:
    path.write_bytes(CONTENT[:-1])


def flip(path: Path) -> None:
    path.write_bytes(bytes([CONTENT[0] ^ 1]) + CONTENT[1:])


@pytest.mark.parametrize(
    ("harm", "words"), [(Path.unlink, "is not at"), (cut, "bytes long and was"), (flip, "not what it was")]
)
def test_harm_is_noticed(original: Path, storage: LocalStorage, harm: Callable[[Path], None], words: str) -> None:
    harm(original)

    (fault,) = faults(storage)

    assert fault is not None
    assert words in fault


def test_a_quick_look_reads_no_content(original: Path, storage: LocalStorage) -> None:
    flip(original)

    assert faults(storage, whole=False) == [None]


def test_a_made_file_that_is_gone_is_told(company: Company, storage: LocalStorage) -> None:
    media = make_media(company.project, storage_key=None)
    with transaction() as session:
        made = Rendition(media_id=media.id, kind=RenditionKind.POSTER, path="made/gone-1", content_type="image/jpeg")
        session.add(made)

    assert "process the recording again" in (faults(storage)[-1] or "")


def test_the_command_ends_with_1_where_something_is_wrong(app: Flask, company: Company, original: Path) -> None:
    runner = app.test_cli_runner()
    assert "1 file looked at" in runner.invoke(args=["media", "verify"]).output
    original.unlink()

    answer = runner.invoke(args=["media", "verify", "--quick"])

    assert answer.exit_code == 1
    assert "1 file looked at; 1 not as before" in answer.output


def test_many_recordings_are_looked_at_in_batches(
    company: Company, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.media.verify.BATCH", 2)
    kept = [make_media(company.project, storage_key=f"blobs/{number}") for number in range(5)]

    assert len(kept) == len(faults(storage)) == 5
    assert isinstance(kept[0], Media)
