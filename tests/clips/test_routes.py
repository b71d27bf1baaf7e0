"""The pages of clips: the edit form and its conflict page, split, move, and the list of a project."""

from typing import Any

import pytest

from app.clips.models import Clip
from app.core.db import transaction
from app.media.models import Media
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor, counted, own


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, rate_num=30000, rate_den=1001, drop_frame=True, duration_frames=4000)


@pytest.fixture
def clip(company: Company, media: Media) -> Clip:
    return make_clip(company.editor, media, 100, 200, "Keel")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def stored(clip: Clip) -> tuple[str, int, int, str | None]:
    with transaction() as session:
        fresh = session.get_one(Clip, clip.id, populate_existing=True)
        return fresh.title, fresh.in_point, fresh.out_point, fresh.notes


def form(**changes: Any) -> dict[str, Any]:
    """Return the edit form as the page gave it out, with what the person changed."""
    seen = {"seen_title": "Keel", "seen_notes": "", "seen_in": "100", "seen_out": "200", "version": "1"}
    typed = {"title": "Keel", "in_timecode": "00:00:03;10", "out_timecode": "00:00:06;19", "notes": ""}
    return {**seen, **typed, **changes}


def test_the_edit_page_shows_drop_frame_times_and_the_last_frame_kept(editor: Visitor, clip: Clip) -> None:
    text = editor.get(f"/clips/{clip.public_id}/edit").get_data(as_text=True)

    assert 'value="00:00:03;10"' in text
    assert 'value="00:00:06;19"' in text
    assert "The recording ends at 00:02:13;13" in text


def test_saving_leads_back_to_the_clip_on_its_recording(editor: Visitor, clip: Clip, media: Media) -> None:
    answer = editor.post(f"/clips/{clip.public_id}/edit", form(out_timecode="00:00:06;20", notes="the good take"))

    assert answer.status_code == 303
    assert answer.location == f"/m/{media.public_id}?clip={clip.public_id}#clip-{clip.public_id}"
    assert stored(clip) == ("Keel", 100, 201, "the good take")


def test_saving_by_htmx_leaves_the_page(editor: Visitor, clip: Clip) -> None:
    answer = editor.swap(f"/clips/{clip.public_id}/edit", form(title="Hull"))

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/m/")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Give the clip a name."),
        ({"title": "  "}, "Use 1 to 255 characters."),
        ({"title": "x" * 256}, "Use 1 to 255 characters."),
        ({"in_timecode": ""}, "Say where the clip starts."),
        ({"in_timecode": "00:01:00;00"}, "Did you mean 00:01:00;02?"),
        ({"in_timecode": "noon"}, "Type hours, minutes, seconds and frames"),
        ({"out_timecode": "00:00:01;00"}, "Out is before in."),
        ({"out_timecode": "01:00:00;00"}, "Out lies after the last frame"),
        ({"notes": "x" * 20_001}, "Use at most 20,000 characters."),
        ({"seen_in": "x"}, "The page was damaged."),
        ({"version": "one"}, ""),
        ({"version": ""}, ""),
    ],
)
def test_a_form_that_breaks_a_rule_comes_back_with_what_was_typed(
    editor: Visitor, clip: Clip, changes: dict[str, str], words: str
) -> None:
    answer = editor.post(f"/clips/{clip.public_id}/edit", form(**changes))

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert words in text
    for name in {"in_timecode", "out_timecode"} & set(changes):
        assert f'value="{changes[name]}"' in text
    assert stored(clip) == ("Keel", 100, 200, None)


def test_a_clash_shows_both_values_and_keeps_what_was_typed(editor: Visitor, company: Company, clip: Clip) -> None:
    company.as_("owner").post(f"/clips/{clip.public_id}/edit", form(title="Hull"))

    answer = editor.post(f"/clips/{clip.public_id}/edit", form(title="Mast", notes="mine"))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert f"{company.owner.display_name} saved this clip" in text
    assert "Hull" in text
    assert 'name="title" value="Mast"' in text
    assert 'name="notes" value="mine"' in text
    assert stored(clip)[0] == "Hull"


@pytest.mark.parametrize(("keep", "title"), [("mine", "Mast"), ("theirs", "Hull")])
def test_the_conflict_page_settles_the_clash_as_chosen(
    editor: Visitor, company: Company, clip: Clip, keep: str, title: str
) -> None:
    company.as_("owner").post(f"/clips/{clip.public_id}/edit", form(title="Hull"))
    answered = {name: value for name, value in form(title="Mast", notes="mine").items() if not name.startswith("seen")}

    answer = editor.post(f"/clips/{clip.public_id}/edit", {**answered, "version": "2", "keep_title": keep})

    assert answer.status_code == 303
    assert stored(clip) == (title, 100, 200, "mine")


def test_changes_to_other_fields_merge_without_a_question(editor: Visitor, company: Company, clip: Clip) -> None:
    company.as_("owner").post(f"/clips/{clip.public_id}/edit", form(title="Hull"))

    answer = editor.post(f"/clips/{clip.public_id}/edit", form(in_timecode="00:00:03;20"))

    assert answer.status_code == 303
    assert stored(clip) == ("Hull", 110, 200, None)


def test_a_split_page_offers_the_frame_one_stands_on(editor: Visitor, clip: Clip) -> None:
    inside = editor.get(f"/clips/{clip.public_id}/split?f=120").get_data(as_text=True)
    outside = editor.get(f"/clips/{clip.public_id}/split?f=99999999999999999999").get_data(as_text=True)

    assert 'value="00:00:04;00"' in inside
    assert 'value="00:00:05;00"' in outside


def test_a_split_by_form_makes_two_clips(editor: Visitor, clip: Clip, company: Company) -> None:
    answer = editor.post(f"/clips/{clip.public_id}/split", {"at_timecode": "00:00:04;00"})

    assert answer.status_code == 303
    with transaction() as session:
        kept = [(each.in_point, each.out_point) for each in session.query(Clip).order_by(Clip.in_point)]
    assert kept == [(100, 120), (120, 200)]


@pytest.mark.parametrize("at", ["", "00:00:03;10", "00:00:06;20", "soon"])
def test_a_split_that_cannot_be_is_told_at_its_field(editor: Visitor, clip: Clip, at: str) -> None:
    answer = editor.post(f"/clips/{clip.public_id}/split", {"at_timecode": at})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert stored(clip)[1:3] == (100, 200)


def test_the_list_shows_a_projects_clips_in_their_order_with_their_overlaps(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    make_clip(company.editor, media, 150, 260, "Mast")

    text = editor.get(f"/p/{company.project.slug}/clips").get_data(as_text=True)

    assert text.index("Keel") < text.index("Mast")
    assert text.count("Overlaps 1") == 2
    assert "2 of 2" in text


def test_the_list_is_searched_by_clip_and_by_recording(editor: Visitor, company: Company, clip: Clip) -> None:
    other = make_media(company.project, title="Harbour master", filename="x.mp4")
    make_clip(company.editor, other, 0, 10, "Anchor")
    address = f"/p/{company.project.slug}/clips"

    assert "Anchor" in editor.get(f"{address}?q=anch").get_data(as_text=True)
    assert "Keel" not in editor.get(f"{address}?q=anch").get_data(as_text=True)
    assert "Nothing matches “zebra”" in editor.get(f"{address}?q=zebra").get_data(as_text=True)


def test_the_list_is_paged_and_nothing_is_lost_or_doubled(editor: Visitor, company: Company, media: Media) -> None:
    for number in range(53):
        make_clip(company.editor, media, number, number + 1, f"Clip number {number:03}")
    address, seen = f"/p/{company.project.slug}/clips", []

    for _ in range(3):
        text = editor.get(address).get_data(as_text=True)
        seen += [part.split("<")[0] for part in text.split('aria-label="Choose ')[1:]]
        if 'rel="next"' not in text:
            break
        address = f"/p/{company.project.slug}/clips" + text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]

    assert [name.split('"')[0] for name in seen] == [f"Clip number {number:03}" for number in range(53)]


@pytest.mark.parametrize(
    ("query", "found"),
    [("by=me", ["Boom"]), ("overlap=1", ["Keel", "Mast"]), ("overlap=1&q=mast", ["Mast"]), ("by=nobody", [])],
)
def test_the_list_is_narrowed_to_ones_own_and_to_overlaps(
    company: Company, media: Media, query: str, found: list[str]
) -> None:
    for title, start in (("Keel", 0), ("Mast", 99), ("Stem", 200)):
        make_clip(company.owner, media, start, start + 100, title)
    make_clip(company.editor, media, 500, 600, "Boom")

    page = company.as_("editor").get(f"/p/{company.project.slug}/clips?{query}").text

    assert [title for title in ("Keel", "Mast", "Stem", "Boom") if f">{title}</a>" in page] == found
    assert f"{len(found)} of {len(found)}" in page if found else "All clips" in page


def test_the_list_costs_the_same_whatever_its_length(editor: Visitor, company: Company, media: Media) -> None:
    def cost() -> int:
        with counted() as statements:
            editor.get(f"/p/{company.project.slug}/clips")
        return len(own(statements))

    make_clip(company.editor, media)
    one = cost()
    for _ in range(20):
        make_clip(company.editor, make_media(company.project))

    assert cost() == one <= 6


def test_a_clip_moves_by_a_plain_form(editor: Visitor, company: Company, media: Media, clip: Clip) -> None:
    make_clip(company.editor, media, title="Mast")

    answer = editor.post(f"/clips/{clip.public_id}/move", {"to": "later"})

    assert answer.status_code == 303
    text = editor.get(f"/p/{company.project.slug}/clips").get_data(as_text=True)
    assert text.index("Mast") < text.index("Keel")


@pytest.mark.parametrize("page", ["edit", "split", "delete", "render"])
def test_a_clip_in_the_trash_has_no_pages(editor: Visitor, clip: Clip, page: str) -> None:
    editor.post(f"/clips/{clip.public_id}/delete")

    assert editor.get(f"/clips/{clip.public_id}/{page}").status_code == 404
