"""The page of details says what the file is, how it counts, and what was made from it."""

from typing import Any

import pytest

from app.core.db import transaction
from app.media.details import SOURCES, made_from, picture_facts
from app.media.models import MediaKind, MediaSource, Rendition, RenditionKind
from tests.factories import make_media
from tests.visitors import Company, Visitor

NTSC = {"rate_num": 30000, "rate_den": 1001, "drop_frame": True, "start_timecode": "01:00:00;00"}


@pytest.fixture
def viewer(company: Company) -> Visitor:
    return company.as_("viewer")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, ["640 × 360", "25 fps", "40 s 0 f, 1,000 frames", "Every label, none dropped", "1.0 kB (1,000 bytes)"]),
        (NTSC, ["29.97 fps (30000/1001)", "Drop-frame", "01:00:00;00"]),
        ({"variable_rate": True}, ["25 fps on average; each frame is shown at its own time", "1,000 frames"]),
        ({"probe_json": {"rotation": 90}}, ["by 90°"]),
        ({"sample_rate": 48_000, "audio_channels": 2}, ["48,000 Hz"]),
        ({"source": MediaSource.SCAN}, ["Registered in the project’s folder, where it stays"]),
        ({"duration_frames": 0, "audio_codec": None}, ["Its picture and sound are not measured yet."]),
    ],
)
def test_the_page_says_what_is_known(
    company: Company, viewer: Visitor, columns: dict[str, Any], said: list[str]
) -> None:
    media = make_media(company.project, **columns)

    page = viewer.get(f"/m/{media.public_id}/details").text

    assert [words for words in [*said, media.filename, media.sha256 or ""] if words not in page] == []


def test_sound_alone_has_no_picture(company: Company, viewer: Visitor) -> None:
    columns = {"kind": MediaKind.AUDIO, "rate_num": 1000, "duration_frames": 2500, "video_codec": None}
    media = make_media(company.project, **columns)

    assert picture_facts(media) == []
    assert "2 s 500 ms" in viewer.get(f"/m/{media.public_id}/details").text


def test_what_was_made_comes_with_its_size_the_largest_first(company: Company, viewer: Visitor) -> None:
    media = make_media(company.project)
    with transaction() as session:
        for kind, bytes in ((RenditionKind.POSTER, 20_000), (RenditionKind.PROXY, 3_000_000)):
            session.add(
                Rendition(media_id=media.id, kind=kind, path=f"made/{kind}-a", content_type="x/y", file_size=bytes)
            )

    page = viewer.get(f"/m/{media.public_id}/details").text

    assert page.index("Copy that browsers can play") < page.index("3.0 MB") < page.index("Still picture")


def test_every_source_and_kind_has_words(company: Company) -> None:
    media = make_media(company.project)
    made = {kind: Rendition(kind=kind, path="a-b", file_size=1) for kind in RenditionKind}

    assert set(SOURCES) == set(MediaSource)
    assert len(made_from(media, made)) == len(RenditionKind)


def test_an_outsider_is_told_nothing(company: Company) -> None:
    media = make_media(company.project)

    assert company.as_("outsider").get(f"/m/{media.public_id}/details").status_code == 404
