"""The file that only takes room: made where there is room, let go when the disk is full."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core import ballast

MEBIBYTE = 1024 * 1024
SIZE = 2 * MEBIBYTE


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the disk: its `free` is what the disk is said to have."""
    disk = SimpleNamespace(free=100 * MEBIBYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk)
    return disk


def test_it_is_made_where_there_is_room_and_takes_it(tmp_path: Path, free: SimpleNamespace) -> None:
    assert ballast.tend(tmp_path, SIZE, 0)

    assert (tmp_path / ballast.NAME).stat().st_blocks * 512 >= SIZE
    assert (tmp_path / ballast.NAME).stat().st_mode & 0o077 == 0


def test_it_is_let_go_when_the_disk_is_full_and_comes_back_when_there_is_room(
    tmp_path: Path, free: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    ballast.tend(tmp_path, SIZE, 0)
    free.free = SIZE // 10
    gone = not ballast.tend(tmp_path, SIZE, 0)
    free.free = SIZE
    stays_away = not ballast.tend(tmp_path, SIZE, 0)
    free.free = 3 * SIZE

    assert gone and stays_away and "ballast is let go" in caplog.text
    assert not ballast.tend(tmp_path, SIZE, reserve_bytes=2 * SIZE)
    assert ballast.tend(tmp_path, SIZE, reserve_bytes=SIZE)


def test_none_is_made_where_none_is_wanted(tmp_path: Path, free: SimpleNamespace) -> None:
    ballast.tend(tmp_path, 0, 0)

    assert not list(tmp_path.iterdir())
    assert ballast.release(tmp_path) == 0


def test_a_file_that_is_only_long_is_no_ballast(tmp_path: Path) -> None:
    with (tmp_path / ballast.NAME).open("wb") as file:
        file.truncate(SIZE)

    assert not ballast.is_there(tmp_path, SIZE)
