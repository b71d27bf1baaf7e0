"""The recorder, the instance the works start from, and the tally."""

import os
from pathlib import Path

import pytest

from tests.media_factory import make_video
from tests.torture import tally as tallies
from tests.torture.preparing import in_python
from tests.torture.shim import build

# What takes longest is begun first, so that nothing long is left for one alone at the end.
LONGEST = ("test_kills", "test_no_text_whatever", "test_machine", "test_web_kills", "test_no_value", "test_upgrades")
LONGEST += ("test_power_cuts", "test_failing_disks", "test_whole_backups", "test_mutants", "test_hostile_text")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the proofs of a large run by how long they take."""
    if "RUSHES_TORTURE" in os.environ:
        items.sort(key=lambda item: next((at for at, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


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
