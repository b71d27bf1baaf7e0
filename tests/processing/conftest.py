"""Recordings made once for all tests of processing, and a short way to call a task without its child."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.processing.frame_index import FrameIndex
from app.processing.probe import probe
from tests.media_factory import make_video, silent_between

Make = Callable[..., Path]


def silently(fraction: float, message: str) -> None:
    """Take progress and do nothing with it."""


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make each recording once: ``shelf("a.mkv", codec="libx265")`` gives its path."""
    folder = tmp_path_factory.mktemp("shelf")
    made: dict[str, Path] = {}

    def get(name: str, **settings: Any) -> Path:
        key = f"{name} {settings!r}"
        if key not in made:
            place = folder / str(len(made))
            place.mkdir()
            made[key] = make_video(place / name, **settings)
        return made[key]

    return get


@pytest.fixture(scope="session")
def recording(shelf: Make) -> Path:
    """Four seconds of H.264 with B-frames and sound that is silent from 1 to 2 s."""
    return shelf("recording.mp4", seconds=4, sound=silent_between(1.0, 2.0))


def look_at(path: Path, work: Path) -> tuple[dict[str, Any], FrameIndex]:
    """Probe a video in this process; give the facts and the index."""
    facts = probe({"path": str(path), "index": str(work / "frame_index.npz")}, silently)
    return facts, FrameIndex.load(work / "frame_index.npz")
