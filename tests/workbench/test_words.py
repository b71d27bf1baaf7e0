"""The transcript on the media page, and clips made of its words."""

import pytest
import sqlalchemy as sa

from app.clips.models import Clip, ClipOrigin
from app.core.db import transaction
from app.media.models import Media
from tests.factories import Told, make_media, make_transcript
from tests.visitors import Company, Visitor, counted, own


@pytest.fixture
def told(media: Media) -> Told:
    return make_transcript(media, ["We laid the keel in winter", "Old Anders drew the boat"])


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def words(told: Told, **changes: str) -> dict[str, str]:
    first, last = (str(line.public_id) for line in told.lines)
    return {"line": first, "word": "2", "last_line": last, "last_word": "1", **changes}


def clips() -> list[Clip]:
    with transaction() as session:
        session.expire_all()
        return list(session.scalars(sa.select(Clip)))


def test_the_page_shows_the_transcript_and_its_captions(editor: Visitor, media: Media, told: Told) -> None:
    text = editor.get(f"/m/{media.public_id}").get_data(as_text=True)

    assert "Old Anders drew the boat" in text
    assert f'src="/m/{media.public_id}/transcript.vtt"' in text
    assert "Clip these words" in text


def test_the_page_with_a_transcript_costs_no_more_queries(company: Company, media: Media, told: Told) -> None:
    visitor, address = company.as_("viewer"), f"/m/{media.public_id}?f=500"

    with counted() as statements:
        assert visitor.get(address).status_code == 200

    assert len(own(statements)) <= 12, "\n".join(own(statements))


def test_a_clip_of_words_begins_and_ends_with_their_frames(editor: Visitor, media: Media, told: Told) -> None:
    answer = editor.post(f"/m/{media.public_id}/clips/from-words", words(told))

    clip = clips()[0]
    begin, end = told.lines[0].words_json[2][0], told.lines[1].words_json[1][1]
    assert answer.status_code == 303
    assert clip.origin is ClipOrigin.TRANSCRIPT
    assert clip.title == "the keel in winter Old Anders"
    # 25 frames a second: the frame the first word begins in, and the last one any of its sound lies in.
    assert clip.in_point == begin * 25 // 1000
    assert (clip.out_point - 1) * 1000 < end * 25 <= clip.out_point * 1000


def test_by_htmx_the_clip_appears_with_a_way_back(editor: Visitor, media: Media, told: Told) -> None:
    text = editor.swap(f"/m/{media.public_id}/clips/from-words", words(told)).get_data(as_text=True)

    assert 'hx-target="#clip-rows"' in text
    assert "Undo" in text and f"/clips/{clips()[0].public_id}/delete" in text


def test_words_selected_backwards_make_the_same_clip(editor: Visitor, media: Media, told: Told) -> None:
    forwards = words(told)
    backwards = {
        "line": forwards["last_line"],
        "word": forwards["last_word"],
        "last_line": forwards["line"],
        "last_word": forwards["word"],
    }

    for data in (forwards, backwards):
        editor.post(f"/m/{media.public_id}/clips/from-words", data)

    one, other = clips()
    assert (one.in_point, one.out_point) == (other.in_point, other.out_point)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"word": "99"}, 422),
        ({"word": ""}, 422),
        ({"word": "-1"}, 422),
        ({"line": "x"}, 404),
        ({"last_word": "x"}, 422),
    ],
)
def test_words_that_are_not_there_make_no_clip(
    editor: Visitor, media: Media, told: Told, changes: dict[str, str], status: int
) -> None:
    assert editor.post(f"/m/{media.public_id}/clips/from-words", words(told, **changes)).status_code == status
    assert clips() == []


def test_another_recordings_words_make_no_clip_here(
    company: Company, editor: Visitor, media: Media, told: Told
) -> None:
    other = make_media(company.project)

    assert editor.post(f"/m/{other.public_id}/clips/from-words", words(told)).status_code == 404


def test_a_viewer_an_outsider_and_nobody_make_no_clip(company: Company, media: Media, told: Told) -> None:
    address = f"/m/{media.public_id}/clips/from-words"

    assert company.as_("viewer").post(address, words(told)).status_code == 403
    assert company.as_("outsider").post(address, words(told)).status_code == 404
    assert Visitor(company.app).post(address, words(told)).status_code == 303
    assert clips() == []


def test_a_long_stretch_gets_a_name_of_whole_words(editor: Visitor, media: Media) -> None:
    told = make_transcript(media, ["word " * 40, "more " * 5])

    editor.post(f"/m/{media.public_id}/clips/from-words", words(told, word="0"))

    title = clips()[0].title
    assert len(title) <= 60 and title.endswith("word…")
