"""The furnished house of the access tests."""

from pathlib import Path

import pytest
from flask import Flask

from tests.house.world import World, build
from tests.media_factory import make_video


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("recordings") / "numbers.mp4", seconds=0.4)


@pytest.fixture
def world(app: Flask, recording: Path) -> World:
    """Return three projects with one of everything, saved so that it can be put back."""
    world = build(app, recording)
    world.save()
    return world
