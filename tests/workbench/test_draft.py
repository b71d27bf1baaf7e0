"""The form for a new clip, and what is said while its times are typed."""

import pytest

from app.media.models import Media
from tests.factories import make_clip
from tests.visitors import Company, Visitor
from tests.workbench.conftest import clips_of, draft


def test_a_clip_is_saved_by_a_plain_form_with_out_as_the_last_frame_kept(editor: Visitor, media: Media) -> None:
    answer = editor.post(f"/m/{media.public_id}/clips", draft())

    assert answer.status_code == 303
    assert answer.location.startswith(f"/m/{media.public_id}?clip=")
    assert clips_of(media) == [("Keel", 100, 200)]


def test_a_clip_saved_by_htmx_changes_every_place_that_shows_clips(editor: Visitor, media: Media) -> None:
    answer = editor.swap(f"/m/{media.public_id}/clips", draft())

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<html" not in text
    assert 'id="draft"' in text
    for target in ("#clip-rows", "#lane-clips", "#over-clips", "#clip-count", "#live"):
        assert f'hx-target="{target}"' in text
    assert "Saved Keel" in text
    assert 'value="00:00:04:00"' not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"in_timecode": ""}, "Say where the clip starts."),
        ({"out_timecode": ""}, "Say which frame is the last to keep."),
        ({"in_timecode": "noon"}, "Type hours, minutes, seconds and frames"),
        ({"in_timecode": "00:00:04:25"}, "Did you mean 00:00:05:00?"),
        ({"out_timecode": "00:00:03:24"}, "Out is before in."),
        ({"out_timecode": "00:01:00:00"}, "Out lies after the last frame"),
        ({"in_timecode": "00:01:00:00", "out_timecode": "00:01:00:01"}, "In lies outside the recording."),
        ({"title": "x" * 256}, "Use at most 255 characters."),
        ({"in_timecode": "x" * 41}, "Write a timecode like"),
    ],
)
@pytest.mark.parametrize("asker", ["plain", "htmx"])
def test_a_draft_that_breaks_a_rule_comes_back_with_what_was_typed(
    editor: Visitor, media: Media, changes: dict[str, str], words: str, asker: str
) -> None:
    send = editor.post if asker == "plain" else editor.swap
    answer = send(f"/m/{media.public_id}/clips", draft(**changes))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ("<html" in text) is (asker == "plain")
    assert words in text
    for value in changes.values():
        assert not value or f'value="{value}"' in text
    assert clips_of(media) == []


def test_the_last_frame_can_be_kept(editor: Visitor, media: Media) -> None:
    editor.post(f"/m/{media.public_id}/clips", draft(in_timecode="00:00:39:24", out_timecode="00:00:39:24"))

    assert clips_of(media) == [("Keel", 999, 1000)]


def test_a_draft_in_the_address_is_in_the_form(editor: Visitor, media: Media) -> None:
    query = "in_timecode=00:00:01:00&out_timecode=00:00:02:00"

    text = editor.get(f"/m/{media.public_id}?{query}").get_data(as_text=True)

    assert 'value="00:00:01:00"' in text
    assert 'value="00:00:02:00"' in text
    assert "1 s 1 f" in text


def test_the_check_tells_overlaps_and_offers_the_start_behind_them(
    editor: Visitor, company: Company, media: Media
) -> None:
    make_clip(company.editor, media, 50, 110, "Mast")

    answer = editor.swap(f"/m/{media.public_id}/clips/check", draft())

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Overlaps “Mast” by 0 s 10 f." in text
    assert 'data-set-in="00:00:04:10"' in text
    assert clips_of(media) == [("Mast", 50, 110)]


def test_the_check_offers_no_start_where_nothing_would_be_left(editor: Visitor, company: Company, media: Media) -> None:
    make_clip(company.editor, media, 50, 900, "Mast")

    text = editor.swap(f"/m/{media.public_id}/clips/check", draft()).get_data(as_text=True)

    assert "Overlaps “Mast”" in text
    assert "data-set-in" not in text


@pytest.mark.parametrize(("changes", "status"), [({}, 200), ({"out_timecode": ""}, 200), ({"in_timecode": "x"}, 422)])
def test_the_check_says_nothing_until_there_is_something_to_say(
    editor: Visitor, media: Media, changes: dict[str, str], status: int
) -> None:
    answer = editor.swap(f"/m/{media.public_id}/clips/check", draft(**changes))

    assert answer.status_code == status
    assert ("overlap bad" in answer.get_data(as_text=True)) is (status == 422)
