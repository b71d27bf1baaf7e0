"""Pictures show the frames they say they show."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.processing.pictures import filmstrip, frames, poster
from app.processing.sandbox import run_sync
from tests.media_factory import frame_number, make_video, numbered_picture
from tests.processing.conftest import Make, look_at, silently

KEPT = ("width", "height", "rotation")


def params_for(source: Path, work: Path) -> dict[str, Any]:
    facts, _ = look_at(source, work)
    return {"path": str(source), "index": str(work / "frame_index.npz")} | {name: facts[name] for name in KEPT}


def tiles_of(path: Path, width: int = 160) -> list[int]:
    row = np.asarray(Image.open(path).convert("RGB"))
    return [frame_number(row[:, left : left + width]) for left in range(0, row.shape[1], width)]


def black_then_numbers(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    return numbered_picture(number, size) if number == 60 else np.zeros((size[1], size[0], 3), np.uint8)


def test_the_poster_passes_over_black(tmp_path: Path) -> None:
    source = make_video(tmp_path / "mostly-black.mp4", seconds=4, draw=black_then_numbers, options={"g": "10"})
    outputs = {"poster": str(tmp_path / "poster.jpg"), "thumbnail": str(tmp_path / "thumbnail.jpg")}

    found = poster(params_for(source, tmp_path) | outputs, silently)

    assert found["frame"] == 60
    assert frame_number(np.asarray(Image.open(tmp_path / "poster.jpg").convert("RGB"))) == 60
    with Image.open(tmp_path / "thumbnail.jpg") as thumbnail:
        assert thumbnail.size == (640, 360)


@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.mkv", "a.avi", "a.webm"])
def test_each_tile_shows_the_frame_it_names(name: str, shelf: Make, tmp_path: Path) -> None:
    codec = {"a.webm": "libvpx-vp9", "a.mkv": "libx265"}.get(name, "libx264")
    source = shelf(name, codec=codec, seconds=4)
    strips = [{"output": str(tmp_path / f"{count}.jpg"), "tiles": count} for count in (20, 5)]

    made = filmstrip(params_for(source, tmp_path) | {"strips": strips}, silently)

    for strip, asked in zip(made["strips"], strips, strict=True):
        assert len(strip["tiles"]) == asked["tiles"]
        assert tiles_of(Path(asked["output"])) == strip["tiles"]
        assert all(abs(frame - (k + 0.5) * 100 / asked["tiles"]) <= 6 for k, frame in enumerate(strip["tiles"]))


def test_a_long_recording_is_drawn_from_its_key_frames(
    shelf: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.processing.pictures.FEW_PIXELS", 0)
    source = shelf("a.mp4", seconds=4)

    made = filmstrip(
        params_for(source, tmp_path) | {"strips": [{"output": str(tmp_path / "s.jpg"), "tiles": 30}]}, silently
    )

    assert set(made["strips"][0]["tiles"]) <= set(range(0, 100, 12))
    assert tiles_of(tmp_path / "s.jpg") == made["strips"][0]["tiles"]


def test_exact_frames_are_those_asked_for(shelf: Make, tmp_path: Path) -> None:
    asked = {"numbers": [3, 11, 12, 13, 97, 500], "longest": 160, "output": str(tmp_path / "row.jpg")}

    made = frames(params_for(shelf("a.mp4", seconds=4), tmp_path) | asked, silently)

    assert made["frames"] == [3, 11, 12, 13, 97]
    assert tiles_of(tmp_path / "row.jpg") == made["frames"]


def test_frames_can_be_one_file_each_and_small(shelf: Make, tmp_path: Path) -> None:
    asked = {"numbers": [7, 8], "longest": 96, "folder": str(tmp_path)}

    made = frames(params_for(shelf("a.mp4", seconds=4), tmp_path) | asked, silently)

    assert (made["width"], made["height"]) == (96, 54)
    assert frame_number(np.asarray(Image.open(tmp_path / "frame-8.jpg").convert("RGB"))) == 8


def test_pictures_of_a_turned_recording_stand_upright(tmp_path: Path) -> None:
    source = make_video(tmp_path / "turned.mp4", size=(320, 160), rotation=90)

    made = frames(params_for(source, tmp_path) | {"numbers": [5], "longest": 320, "folder": str(tmp_path)}, silently)

    assert (made["width"], made["height"]) == (160, 320)
    assert frame_number(np.rot90(np.asarray(Image.open(tmp_path / "frame-5.jpg").convert("RGB")), -1).copy()) == 5


def test_pictures_are_taken_inside_the_box(shelf: Make, tmp_path: Path) -> None:
    source = shelf("a.mp4", seconds=4)
    params = params_for(source, tmp_path) | {"numbers": [50], "longest": 160, "folder": str(tmp_path)}

    made = run_sync("frames", params, reads=[source, tmp_path / "frame_index.npz"], work_dir=tmp_path)

    assert made["frames"] == [50]
