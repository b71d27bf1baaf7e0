"""A clip nobody named is called by the words that are said in it."""

import pytest

from app.clips.naming import name_of
from tests.factories import make_media, make_transcript
from tests.visitors import Company


@pytest.mark.parametrize(
    ("first", "last", "title", "name"),
    [
        ("00:00:00:00", "00:00:19:24", "", "We laid the keel"),
        ("00:00:00:00", "00:00:19:24", "Mine", "Mine"),
        ("00:00:30:00", "00:00:31:00", "", "Untitled clip"),
    ],
)
def test_a_new_clip_without_a_name_takes_its_words(
    company: Company, first: str, last: str, title: str, name: str
) -> None:
    media = make_media(company.project)
    make_transcript(media, ["We laid the keel"])
    fields = {"title": title, "in_timecode": first, "out_timecode": last}

    company.as_("editor").post(f"/m/{media.public_id}/clips", fields)

    clips = company.as_("viewer").get(f"/m/{media.public_id}/clips.json").get_json()["items"]
    assert [clip["title"] for clip in clips] == [name]


def test_without_a_transcript_it_has_no_name(company: Company) -> None:
    media = make_media(company.project)

    company.as_("editor").post(
        f"/m/{media.public_id}/clips", {"in_timecode": "00:00:01:00", "out_timecode": "00:00:02:00"}
    )

    assert "Untitled clip" in company.as_("viewer").get(f"/m/{media.public_id}").text


def test_a_name_is_whole_words() -> None:
    assert name_of("In spring she floated.") == "In spring she floated"
    assert name_of("word " * 20) == "word word word word word word word word word word word…"
