"""Tiny recordings, and a look at what the store and the tables hold."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import transaction
from app.jobs.models import Job
from app.media.models import Media, Upload
from tests.media.sender import Sender
from tests.media_factory import make_audio, make_video
from tests.visitors import Company


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video of ten frames."""
    return make_video(tmp_path_factory.mktemp("recordings") / "harbour.mp4", seconds=0.4)


@pytest.fixture(scope="session")
def other_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video whose bytes are not those of `recording`."""
    return make_video(tmp_path_factory.mktemp("recordings") / "keel.mp4", seconds=0.8, sound=None)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound of a fifth of a second."""
    return make_audio(tmp_path_factory.mktemp("recordings") / "voice.wav", seconds=0.2)


@dataclass(frozen=True)
class Left:
    """How many recordings, jobs and uploads there are, and the files of the store."""

    media: int
    jobs: int
    uploads: int
    files: frozenset[str]


NOTHING = Left(0, 0, 0, frozenset())


@dataclass(frozen=True)
class Ledger:
    """What an act has left behind."""

    app: Flask

    @property
    def root(self) -> Path:
        root: Path = self.app.config["SETTINGS"].media_root
        return root

    def left(self) -> Left:
        """Look at the tables and the store."""
        with transaction() as session:
            rows = [session.query(model).count() for model in (Media, Job, Upload)]
        files = (path for path in self.root.rglob("*") if path.is_file())
        return Left(*rows, frozenset(str(path.relative_to(self.root)) for path in files))


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    return Ledger(app)


def blob_of(path: Path) -> str:
    """Return where the store keeps these bytes."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"blobs/{digest[:2]}/{digest}"


@pytest.fixture
def sender(company: Company) -> Sender:
    """Return the uploads of the project's editor."""
    return Sender(company.as_("editor"), company.project.slug)
