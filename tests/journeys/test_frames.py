"""The frame on the screen is the frame that is named, in every kind of recording."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio, drop, new_project, wait_until_ready
from tests.media_factory import make_video

pytestmark = pytest.mark.browser

# Reads the barcode that the recordings of these tests carry in every frame off the player's picture.
NUMBER_ON_SCREEN = """() => {
  const video = document.querySelector(".viewer video");
  if (video.seeking || video.readyState < 2) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  const step = Math.floor(canvas.width / 16), row = Math.floor(canvas.height / 8);
  let number = 0;
  for (let bit = 0; bit < 16; bit += 1) {
    const [red, green, blue] = pen.getImageData(Math.floor(step * (bit + 0.5)), row, 1, 1).data;
    number = number * 2 + (red + green + blue > 382 ? 1 : 0);
  }
  return number;
}"""
PATIENCE = 100
UNEVEN = [round(number * 40 + 15 * (number % 3)) for number in range(100)]
KINDS: dict[str, dict[str, Any]] = {
    "even": {"seconds": 4},
    "drop frame": {"seconds": 4, "rate": (30000, 1001), "timecode": "00:59:58;00"},
    "uneven": {"pts": UNEVEN, "time_base": (1, 1000)},
    "to be copied": {"seconds": 4, "codec": "mpeg4"},
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("numbered")
    return {
        kind: make_video(folder / f"{kind}.mp4", size=(320, 180), sound=None, **settings)
        for kind, settings in KINDS.items()
    }


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_on_the_screen_is_the_frame_that_is_named(
    page: Page, studio: Studio, recordings: dict[str, Path], kind: str
) -> None:
    new_project(page, studio, f"Frames {kind}")
    drop(page, recordings[kind])
    page.goto(studio.address(wait_until_ready(page, kind)))

    for frame in (0, 1, 37, 36, 99, 50):
        page.locator("#seek").evaluate(
            "(range, frame) => { range.value = frame; range.dispatchEvent(new Event('input', { bubbles: true })); }",
            frame,
        )
        assert shown(page, frame) == frame
    page.locator("body").press("Home")
    for frame in range(1, 6):
        page.keyboard.press("ArrowRight")
        assert shown(page, frame) == frame


def test_the_clip_that_is_saved_holds_the_frames_that_were_on_the_screen(
    page: Page, studio: Studio, recordings: dict[str, Path]
) -> None:
    new_project(page, studio, "Frames saved")
    drop(page, recordings["drop frame"])
    page.goto(studio.address(wait_until_ready(page, "drop frame")))

    page.fill("#now", "00:59:59;29")
    page.keyboard.press("Enter")
    assert shown(page, 59) == 59
    page.locator("body").press("i")
    page.keyboard.press("ArrowRight")
    assert shown(page, 60) == 60
    page.keyboard.press("o")
    page.keyboard.press("Enter")

    clip = page.locator("#clip-rows li.clip")
    expect(clip.locator(".io")).to_contain_text("00:59:59;29")
    # An hour that is divisible by ten minutes drops no label.
    expect(clip.locator(".io")).to_contain_text("01:00:00;00")
    expect(clip.locator(".by")).to_contain_text("0 s 2 f")


def shown(page: Page, wanted: int) -> int | None:
    """Return the number on the screen once the picture has arrived, or what stayed there instead."""
    number = None
    for _ in range(PATIENCE):
        number = page.evaluate(NUMBER_ON_SCREEN)
        if number == wanted:
            break
        page.wait_for_timeout(50)
    return number
