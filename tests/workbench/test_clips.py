"""What the media page does to a clip: trims, overlaps, the trash."""

import pytest

from app.clips.models import Clip
from app.core.db import transaction
from app.media.models import Media
from tests.factories import make_clip
from tests.visitors import Company, Visitor
from tests.workbench.conftest import clips_of


def bounds(clip: Clip, **changes: str) -> dict[str, str]:
    return {"in_timecode": "00:00:02:00", "out_timecode": "00:00:02:24", "version": str(clip.version), **changes}


def test_a_trim_is_saved_and_can_be_undone_with_what_was_before(
    editor: Visitor, company: Company, media: Media
) -> None:
    clip = make_clip(company.editor, media, 100, 200)

    answer = editor.swap(f"/clips/{clip.public_id}/bounds", bounds(clip))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert clips_of(media) == [("Keel", 50, 75)]
    undo = text.split('hx-target="#toasts"')[1]
    assert 'name="in_timecode" value="00:00:04:00"' in undo
    assert 'name="out_timecode" value="00:00:07:24"' in undo
    assert 'name="version" value="2"' in undo


def test_a_stale_trim_is_answered_409_with_the_servers_clip_and_mine_one_press_away(
    editor: Visitor, company: Company, media: Media
) -> None:
    clip = make_clip(company.editor, media, 100, 200)
    stale = bounds(clip)
    company.as_("owner").swap(f"/clips/{clip.public_id}/bounds", bounds(clip, out_timecode="00:00:03:24"))

    answer = editor.swap(f"/clips/{clip.public_id}/bounds", stale)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert f"{company.owner.display_name} moved this clip a moment ago." in text
    assert "Use mine" in text
    assert 'name="out_timecode" value="00:00:02:24"' in text
    assert 'data-in="50" data-out="100"' in text
    assert clips_of(media) == [("Keel", 50, 100)]


def test_a_drag_and_a_new_name_given_meanwhile_both_hold(editor: Visitor, company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media, 100, 200)
    drag = {**bounds(clip), "seen_in": "100", "seen_out": "200"}
    with transaction() as session:
        session.get_one(Clip, clip.id).title = "Launch"

    answer = editor.swap(f"/clips/{clip.public_id}/bounds", drag)

    assert answer.status_code == 200
    assert clips_of(media) == [("Launch", 50, 75)]


@pytest.mark.parametrize(
    "changes",
    [{"in_timecode": "x"}, {"in_timecode": ""}, {"out_timecode": "00:09:00:00"}, {"version": "x"}, {"version": ""}],
)
def test_a_trim_that_breaks_a_rule_is_answered_422_and_changes_nothing(
    editor: Visitor, company: Company, media: Media, changes: dict[str, str]
) -> None:
    clip = make_clip(company.editor, media, 100, 200)

    answer = editor.swap(f"/clips/{clip.public_id}/bounds", bounds(clip, **changes))

    assert answer.status_code == 422
    assert clips_of(media) == [("Keel", 100, 200)]


def test_a_trim_by_a_plain_form_leads_back_or_to_the_edit_page(editor: Visitor, company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media, 100, 200)

    assert editor.post(f"/clips/{clip.public_id}/bounds", bounds(clip)).location.startswith(f"/m/{media.public_id}")
    refused = editor.post(f"/clips/{clip.public_id}/bounds", bounds(clip, in_timecode="x"))
    assert refused.location == f"/clips/{clip.public_id}/edit"


def test_an_overlap_is_told_under_the_later_clip_until_somebody_keeps_it(
    editor: Visitor, company: Company, media: Media
) -> None:
    one, other = make_clip(company.editor, media, 0, 100, "Mast"), make_clip(company.editor, media, 50, 150, "Keel")
    address = f"/m/{media.public_id}"
    assert "Shares 2 s 0 f with “Mast”." in editor.get(address).get_data(as_text=True)

    answer = editor.swap(f"/clips/{other.public_id}/overlaps/{one.public_id}/keep")

    assert answer.status_code == 200
    assert "Shares" not in editor.get(address).get_data(as_text=True)


def test_the_trim_an_overlap_offers_ends_it(editor: Visitor, company: Company, media: Media) -> None:
    make_clip(company.editor, media, 0, 100, "Mast")
    clip = make_clip(company.editor, media, 50, 150, "Keel")
    offered = {"in_timecode": "00:00:04:00", "out_timecode": "00:00:05:24", "version": "1"}
    text = editor.get(f"/m/{media.public_id}").get_data(as_text=True)
    for name, value in offered.items():
        assert f'name="{name}" value="{value}"' in text

    editor.swap(f"/clips/{clip.public_id}/bounds", offered)

    assert "Shares" not in editor.get(f"/m/{media.public_id}").get_data(as_text=True)


def test_a_clip_is_deleted_and_brought_back_by_the_undo(editor: Visitor, company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media)

    gone = editor.swap(f"/clips/{clip.public_id}/delete")
    text = gone.get_data(as_text=True)
    assert gone.status_code == 200
    assert "“Keel” deleted." in text
    assert f'action="/clips/{clip.public_id}/restore"' in text
    assert clips_of(media) == []

    back = editor.swap(f"/clips/{clip.public_id}/restore")
    assert back.status_code == 200
    assert "Keel is back" in back.get_data(as_text=True)
    assert clips_of(media) == [("Keel", 100, 200)]


def test_without_scripts_a_page_asks_before_a_clip_is_deleted(editor: Visitor, company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media)

    page = editor.get(f"/clips/{clip.public_id}/delete")
    assert "Delete “Keel”?" in page.get_data(as_text=True)
    assert clips_of(media) == [("Keel", 100, 200)]

    assert editor.post(f"/clips/{clip.public_id}/delete").status_code == 303
    assert clips_of(media) == []


def test_a_clip_leads_to_itself_on_its_recording(editor: Visitor, company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media)

    answer = editor.get(f"/clips/{clip.public_id}")

    assert answer.location == f"/m/{media.public_id}?clip={clip.public_id}#clip-{clip.public_id}"
