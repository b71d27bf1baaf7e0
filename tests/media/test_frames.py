"""Picking frames without scripts: the pictures are of exactly the frames named."""

import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from PIL import Image

from app.core.db import transaction
from app.media.models import Media, MediaKind, Rendition, RenditionKind
from app.processing import sandbox
from tests.factories import make_media, make_media_of
from tests.media_factory import frame_number, make_video
from tests.visitors import Company, Visitor

FRAMES = 40


@dataclass(frozen=True)
class Measured:
    """A file, its frame index, and what the probe said."""

    path: Path
    index: Path
    facts: dict[str, Any]


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    folder = tmp_path_factory.mktemp("measured")
    path = make_video(folder / "numbers.mp4", seconds=FRAMES / 25, size=(320, 180))
    index = folder / "index.npz"
    facts = sandbox.run_sync("probe", {"path": str(path), "index": str(index)}, reads=[path], work_dir=folder)
    return Measured(path, index, facts)


@pytest.fixture
def media(app: Flask, company: Company, measured: Measured) -> Media:
    """Return a recording of 40 frames as the ingest leaves it."""
    root = app.config["SETTINGS"].media_root
    facts = {name: measured.facts[name] for name in ("duration_frames", "width", "height")}
    media = make_media_of(company.project, measured.path, root, **facts)
    key = f"made/{media.public_id.hex}/frame_index-0.npz"
    (root / key).parent.mkdir(parents=True)
    shutil.copy(measured.index, root / key)
    with transaction() as session:
        kind, type = RenditionKind.FRAME_INDEX, "application/octet-stream"
        session.add(Rendition(media_id=media.id, kind=kind, path=key, content_type=type))
    return media


@pytest.fixture
def viewer(company: Company) -> Visitor:
    return company.as_("viewer")


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'alt="Frame (\d+)"', text)]


def test_each_picture_is_of_exactly_its_frame(viewer: Visitor, media: Media) -> None:
    text = viewer.get(f"/m/{media.public_id}/frames?around=20").get_data(as_text=True)
    numbers = numbers_in(text)

    assert numbers == list(range(14, 26))
    for number in (numbers[0], 20, numbers[-1]):
        answer = viewer.get(f"/m/{media.public_id}/frames/{number}.jpg")
        with Image.open(io.BytesIO(answer.data)) as picture:
            assert frame_number(np.asarray(picture.convert("L"))) == number
        assert answer.mimetype == "image/jpeg"


def test_the_pictures_lie_a_step_apart_and_end_with_the_recording(viewer: Visitor, media: Media) -> None:
    apart = viewer.get(f"/m/{media.public_id}/frames?around=39&step=3").get_data(as_text=True)
    last = viewer.get(f"/m/{media.public_id}/frames?around=999999").get_data(as_text=True)

    assert numbers_in(apart) == [21, 24, 27, 30, 33, 36, 39]
    assert numbers_in(last)[-1] == FRAMES - 1
    assert 'rel="next"' not in last


def test_a_pick_leads_to_the_draft_with_what_was_picked_before(viewer: Visitor, media: Media) -> None:
    address = f"/m/{media.public_id}/frames?around=5&set=out&in_timecode=00:00:00:03"

    text = viewer.get(address).get_data(as_text=True)

    assert 'name="out_timecode" value="00:00:00:05"' in text
    assert 'name="in_timecode" value="00:00:00:03"' in text
    assert "Which is the last frame to keep?" in text


def test_a_timecode_names_the_frame_to_look_around(viewer: Visitor, media: Media) -> None:
    text = viewer.get(f"/m/{media.public_id}/frames?around_timecode=00:00:01:05").get_data(as_text=True)

    assert 'aria-current=true><img src="/m/' in text
    assert 30 in numbers_in(text)


@pytest.mark.parametrize(
    "query",
    ["around=-5", "around=x", "step=0", "step=-1", "step=99999999999999999999", "around_timecode=noon", "set=x"],
)
def test_an_address_that_makes_no_sense_still_shows_frames(viewer: Visitor, media: Media, query: str) -> None:
    answer = viewer.get(f"/m/{media.public_id}/frames?{query}")

    assert answer.status_code == 200
    assert numbers_in(answer.get_data(as_text=True))


@pytest.mark.parametrize("number", ["7", "40", "9" * 12, "9" * 400])
def test_a_picture_the_strip_has_not_made_is_not_found(viewer: Visitor, media: Media, number: str) -> None:
    assert viewer.get(f"/m/{media.public_id}/frames/{number}.jpg").status_code == 404


def test_a_recording_that_is_not_measured_or_has_no_picture_has_no_frames(viewer: Visitor, company: Company) -> None:
    for columns in ({}, {"kind": MediaKind.AUDIO}):
        media = make_media(company.project, **columns)

        assert viewer.get(f"/m/{media.public_id}/frames").status_code == 404


def test_a_recording_whose_file_is_gone_says_so(app: Flask, viewer: Visitor, media: Media) -> None:
    (app.config["SETTINGS"].media_root / str(media.storage_key)).unlink()

    answer = viewer.get(f"/m/{media.public_id}/frames")

    assert answer.status_code == 404
    assert "not where it was" in answer.get_data(as_text=True)


def test_nothing_is_left_in_the_incoming_folder(app: Flask, viewer: Visitor, media: Media) -> None:
    viewer.get(f"/m/{media.public_id}/frames")

    assert list((app.config["SETTINGS"].media_root / "incoming").iterdir()) == []


@pytest.mark.parametrize(("frame", "tile"), [(0, 0), (9, 0), (11, 1), (39, 3), (10**30, 3)])
def test_a_list_gets_the_tile_nearest_to_a_frame(
    app: Flask, viewer: Visitor, media: Media, frame: int, tile: int
) -> None:
    key = f"made/{media.public_id.hex}/filmstrip-0.png"
    strip = Image.new("L", (4 * 16, 9))
    for number in range(4):
        strip.paste(number * 60, (number * 16, 0, number * 16 + 16, 9))
    strip.save(app.config["SETTINGS"].media_root / key)
    with transaction() as session:
        details = {"tiles": [0, 20, 30, 39], "width": 16, "height": 9}
        row = Rendition(media_id=media.id, kind=RenditionKind.FILMSTRIP, path=key, content_type="image/png")
        row.details = details
        session.add(row)

    answer = viewer.get(f"/m/{media.public_id}/tile/{frame}.jpg")

    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.size == (16, 9)
        assert abs(int(np.asarray(picture.convert("L")).mean()) - tile * 60) < 4


def test_a_tile_without_a_filmstrip_is_not_found(viewer: Visitor, media: Media) -> None:
    assert viewer.get(f"/m/{media.public_id}/tile/0.jpg").status_code == 404
