"""The certificate's page: its numbers, and each likeness beneath the neighbour it was measured against."""

import re
from typing import Any

from app.clips.models import Clip
from app.media.models import Media
from tests.clips.conftest import make_export
from tests.factories import make_clip, make_media
from tests.visitors import Company


def text_of(company: Company, clip: Clip, media: Media, *frames: dict[str, Any]) -> str:
    """Return the page of a rendered clip's certificate."""
    proof = {"verdict": "passed", "in_point": clip.in_point, "out_point": clip.out_point, "frames": frames}
    counted = {"expected_frames": clip.length, "actual_frames": clip.length}
    make_export(company.app, clip, media, certificate_json={**proof, **counted})
    return company.as_("viewer").get(f"/clips/{clip.public_id}/certificate").get_data(as_text=True)


def boundary(role: str, *offsets: int) -> dict[str, Any]:
    alike = [{"offset": offset, "db": 50.0 if offset == 0 else 20.0 + offset} for offset in offsets]
    return {"role": role, "psnr": alike, "best_offset": 0, "verdict": "matched"}


def test_a_clip_of_one_frame_is_counted_as_one(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media, 100, 101, "Flash")

    page = text_of(company, clip, media)

    assert page.count("<dd>1 frame</dd>") == 2


def test_every_likeness_stands_below_its_neighbour_at_the_edge_of_a_recording_too(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media, 0, 100, "Opening")

    page = text_of(company, clip, media, boundary("first", 0, 1, 2), boundary("last", -2, -1, 0, 1, 2))

    rows = [re.findall(r'class="num">(?:<mark>)?([^<]*)<', row) for row in page.split("<tr>") if 'class="num"' in row]
    assert rows == [
        ["-2", "-1", "Same frame", "+1", "+2"],
        ["", "", "50.0", "21.0", "22.0"],
        ["18.0", "19.0", "50.0", "21.0", "22.0"],
    ]
