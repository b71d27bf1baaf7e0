"""Cuts are found at the very frame, slides when they change, and nothing where nothing happens."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.processing.sandbox import run_sync
from app.processing.scenes import scenes
from tests.media_factory import make_video
from tests.processing.conftest import look_at, silently

Draw = Callable[[int, tuple[int, int]], NDArray[np.uint8]]
CUTS = [40, 73, 110, 160]


def world(seed: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A smooth random picture, larger than the frame so that one can pan over it."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 12, 3)).astype(np.float64)
    big = coarse.repeat(40, axis=0).repeat(40, axis=1)
    return big[: size[1] * 2, : size[0] * 2].astype(np.uint8)


def panning(cuts: list[int]) -> Draw:
    def draw(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        shot = sum(number >= cut for cut in cuts)
        moved = abs((number * 3) % 160 - 80)
        return np.ascontiguousarray(world(shot, size)[moved : moved + size[1], moved : moved + size[0]])

    return draw


def slide(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """White with lines of text, as a lecture has them; ``number`` chooses the text."""
    random = np.random.default_rng(100 + number)
    page = np.full((size[1], size[0], 3), 245, np.uint8)
    for row in range(12, size[1] - 12, 10):
        page[row : row + 5, 10 : int(random.integers(40, size[0] - 30))] = 30
    return page


def lecture(changes: list[int]) -> Draw:
    """Slides with a moving picture of the speaker in the corner."""

    def draw(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        page = slide(sum(number >= change for change in changes), size)
        noise = np.random.default_rng(number).integers(60, 200, (24, 32, 3))
        page[-26:-2, -34:-2] = noise
        return page

    return draw


def scenes_of(path: Path, work: Path) -> dict[str, Any]:
    look_at(path, work)
    return scenes({"path": str(path), "index": str(work / "frame_index.npz")}, silently)


def assert_whole(found: dict[str, Any], length: int) -> list[int]:
    points = [(scene["in_point"], scene["out_point"]) for scene in found["scenes"]]
    assert [points[0][0], points[-1][1]] == [0, length]
    assert all(before[1] == after[0] for before, after in pairwise(points))
    return [start for start, _ in points[1:]]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("a.mp4", {"options": {"g": "25", "bf": "0"}}),
        ("a.mkv", {"options": {"g": "250"}}),
        ("a.mov", {"codec": "prores_ks"}),
        ("a.avi", {}),
        ("a.ts", {"codec": "mpeg2video"}),
    ],
)
def test_hard_cuts_are_found_at_the_very_frame(name: str, settings: dict[str, Any], tmp_path: Path) -> None:
    source = make_video(tmp_path / name, seconds=8, draw=panning(CUTS), sound=None, **settings)

    found = scenes_of(source, tmp_path)

    assert assert_whole(found, 200) == CUTS
    assert {scene["kind"] for scene in found["scenes"]} == {"shot"}


def test_a_flash_is_no_cut(tmp_path: Path) -> None:
    pan = panning([120])

    def draw(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        return np.full((size[1], size[0], 3), 255, np.uint8) if number in (50, 80) else pan(number, size)

    found = scenes_of(make_video(tmp_path / "a.mp4", seconds=8, draw=draw, sound=None), tmp_path)

    assert assert_whole(found, 200) == [120]


def test_one_long_pan_is_one_scene(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=6, draw=panning([]), sound=None)

    assert assert_whole(scenes_of(source, tmp_path), 150) == []


@pytest.mark.parametrize("gop", ["25", "250"])
def test_slides_are_found_at_the_very_frame(gop: str, tmp_path: Path) -> None:
    changes = [110, 230, 400]
    source = make_video(
        tmp_path / "a.mp4", seconds=20, draw=lecture(changes), sound=None, options={"g": gop, "bf": "0"}
    )

    found = scenes_of(source, tmp_path)

    assert found["mostly_still"]
    assert assert_whole(found, 500) == changes
    assert {scene["kind"] for scene in found["scenes"]} == {"slide"}


def test_a_still_picture_is_one_scene(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=6, draw=lambda number, size: slide(1, size), sound=None)

    assert assert_whole(scenes_of(source, tmp_path), 150) == []


def test_a_single_frame_is_a_scene(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=0.04, sound=None)

    assert assert_whole(scenes_of(source, tmp_path), 1) == []


def test_a_file_without_an_index_is_indexed_on_the_way(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=3, draw=panning([40]), sound=None)

    assert assert_whole(scenes({"path": str(source)}, silently), 75) == [40]


def test_scenes_are_found_inside_the_box(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=3, draw=panning([40]), sound=None)
    look_at(source, tmp_path)
    params = {"path": str(source), "index": str(tmp_path / "frame_index.npz")}

    found = run_sync("scenes", params, reads=[source], work_dir=tmp_path)

    assert assert_whole(found, 75) == [40]
