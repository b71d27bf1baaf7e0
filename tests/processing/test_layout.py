"""Screen and camera are told apart, and the camera's box is found, in a confined child too."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.processing.layout import judge, layout
from app.processing.sandbox import run_sync
from tests.bench.layouts import draw, film, fit, plan_of
from tests.media_factory import make_video
from tests.processing.conftest import silently

# Seeds of each kind that the numbers were set on.
SCREEN, CAMERA, WITHIN, BESIDE = 4, 5, 6, 7


def found_in(seed: int, folder: Path) -> dict[str, Any]:
    return layout({"path": str(film(plan_of(seed), folder / "a.mp4"))}, silently)


@pytest.mark.parametrize("seed", [SCREEN, CAMERA, WITHIN, BESIDE])
def test_each_kind_of_layout_is_told_with_its_camera_and_its_ratio(seed: int, tmp_path: Path) -> None:
    plan = plan_of(seed)

    found = found_in(seed, tmp_path)

    assert found["layout_type"] == plan.kind
    assert found["confidence"] > 0.5
    if plan.camera and plan.screen:
        assert fit(plan, found["camera_region"]) > 0.8
        assert found["split_ratio"] == pytest.approx(plan.ratio, abs=0.03)


def test_a_recording_that_lies_on_its_side_is_judged_as_it_is_shown(tmp_path: Path) -> None:
    plan = plan_of(WITHIN)
    path = film(replace(plan, size=(480, 270)), tmp_path / "a.mp4")

    upright = layout({"path": str(path)}, silently)["camera_region"]
    turned = layout({"path": str(path), "rotation": 90}, silently)["camera_region"]

    assert turned["width"] == pytest.approx(upright["height"], abs=0.02)
    assert turned["y"] == pytest.approx(upright["x"], abs=0.02)


@pytest.mark.parametrize("level", [0, 9])
def test_black_pictures_and_too_few_of_them_tell_nothing(level: int) -> None:
    black = np.full((20, 2, 180, 320), level, np.uint8)
    page = draw(plan_of(SCREEN), 0)[:180, :320, 0]

    assert judge(black).kind == "unknown"
    assert judge(black).confidence == 0.0
    assert judge(np.stack([[page, page]] * 2)).kind == "unknown"


def test_a_very_short_recording_is_no_trouble(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.04, sound=None)

    assert layout({"path": str(path)}, silently)["layout_type"] == "unknown"


def test_the_box_is_looked_through_in_a_confined_child(tmp_path: Path) -> None:
    path = film(plan_of(BESIDE), tmp_path / "a.mp4")

    found = run_sync("layout", {"path": str(path), "samples": 20}, reads=[path], work_dir=tmp_path)

    assert found["layout_type"] == "side_by_side"
    assert 0 <= found["frame"] < 120 and found["frame_ms"] == found["frame"] * 100
