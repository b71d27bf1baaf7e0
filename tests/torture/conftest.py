"""The recorder, the instance the works start from, and the tally."""

from pathlib import Path

import pytest

from tests.media_factory import make_video
from tests.torture import tally as tallies
from tests.torture.preparing import in_python
from tests.torture.shim import build


@pytest.fixture
def tally() -> tallies.Tally:
    """Return the way to time a proof and note what it came to."""
    return tallies.tally


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built recorder."""
    return build(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an instance with a person, a project and ten recordings, to be copied."""
    instance = tmp_path_factory.mktemp("prepared") / "instance"
    recording = make_video(tmp_path_factory.mktemp("recording") / "a.mp4", seconds=0.4, sound=None)
    instance.mkdir()
    in_python(f"prepare(Path({str(instance)!r}), Path({str(recording)!r}))")
    return instance
