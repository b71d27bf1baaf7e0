"""The pages of history: before and after in words, whose they are, and how far back they go."""

import re

import pytest

from app.clips.models import Clip
from app.media.models import Media
from tests.factories import make_clip, make_media, make_project
from tests.visitors import Company, Visitor, counted, own


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Harbour")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


@pytest.fixture
def clip(company: Company, media: Media) -> Clip:
    return make_clip(company.editor, media, 100, 200, "Keel")


def trim(visitor: Visitor, clip: Clip) -> None:
    times = {"in_timecode": "00:00:02:00", "out_timecode": "00:00:07:24", "version": "1"}
    assert visitor.swap(f"/clips/{clip.public_id}/bounds", times).status_code == 200


def row(text: str, field: str) -> str:
    """Return the table row about a field, without markup."""
    found = re.search(rf'<th scope="row">{field}</th>(.*?)</tr>', text, re.S)
    assert found is not None, text
    return " ".join(re.sub(r"<[^>]*>", " ", found.group(1)).split())


def places(company: Company, media: Media, clip: Clip) -> list[str]:
    return [
        "/activity",
        f"/p/{company.project.slug}/activity",
        f"/m/{media.public_id}/history",
        f"/clips/{clip.public_id}/history",
    ]


def test_a_change_tells_who_what_before_and_after_wherever_it_shows(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    trim(editor, clip)

    for path in places(company, media, clip):
        text = editor.get(path).get_data(as_text=True)
        assert f"<b>{company.editor.display_name}</b> changed the clip" in text
        assert "“Keel”" in text
        assert row(text, "In point") == "100 50"


def test_what_was_empty_before_is_said_to_be(editor: Visitor, company: Company, clip: Clip, media: Media) -> None:
    form = {
        "title": "Keel",
        "in_timecode": "00:00:04:00",
        "out_timecode": "00:00:07:24",
        "notes": "good",
        "version": "1",
    }
    seen = {"seen_title": "Keel", "seen_in": "100", "seen_out": "200", "seen_notes": ""}
    editor.post(f"/clips/{clip.public_id}/edit", form | seen)

    text = editor.get(f"/clips/{clip.public_id}/history").get_data(as_text=True)

    assert row(text, "Notes") == "empty good"


def test_a_deletion_is_told_as_one_and_can_be_undone_from_there(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    editor.post(f"/clips/{clip.public_id}/delete")

    text = editor.get(f"/m/{media.public_id}/history").get_data(as_text=True)

    assert "deleted the clip" in text
    assert f'action="/clips/{clip.public_id}/restore"' in text
    assert editor.post(f"/clips/{clip.public_id}/restore").status_code == 303
    assert "brought back the clip" in editor.get(f"/m/{media.public_id}/history").get_data(as_text=True)


def test_a_deleted_recordings_history_stays_with_the_project(editor: Visitor, company: Company, media: Media) -> None:
    editor.post(f"/m/{media.public_id}/delete")

    assert editor.get(f"/m/{media.public_id}/history").status_code == 404
    text = editor.get(f"/p/{company.project.slug}/activity").get_data(as_text=True)
    assert "deleted the recording" in text
    assert f'action="/m/{media.public_id}/restore"' in text


def test_an_archived_project_is_told_as_archived(company: Company) -> None:
    owner = company.as_("owner")
    owner.post(f"/p/{company.project.slug}/archive")

    assert "archived the project" in owner.get(f"/p/{company.project.slug}/activity").get_data(as_text=True)


def test_the_history_of_my_projects_tells_nothing_of_others(company: Company, clip: Clip) -> None:
    make_media(make_project(company.outsider, "Secret project"), title="Secret")
    text = company.as_("viewer").get("/activity").get_data(as_text=True)

    assert "“Keel”" in text
    assert "Secret" not in text
    assert "Secret" in company.as_("admin").get("/activity").get_data(as_text=True)
    assert "“Keel”" not in company.as_("outsider").get("/activity").get_data(as_text=True)


def test_nothing_has_happened_yet_is_said(company: Company) -> None:
    other = company.as_("outsider")

    assert "Nothing has happened yet" in other.get("/activity").get_data(as_text=True)


def test_the_history_is_paged_back_to_its_beginning(editor: Visitor, company: Company, media: Media) -> None:
    for number in range(60):
        make_clip(company.editor, media, number, number + 1, f"Clip number {number:02}")
    address, seen = f"/m/{media.public_id}/history", []

    for _ in range(3):
        text = editor.get(address).get_data(as_text=True)
        seen += re.findall(r"Clip number \d\d", text)
        following = re.search(r'href="(\?after=\d+)" rel="next"', text)
        if following is None:
            break
        address = f"/m/{media.public_id}/history{following.group(1)}"

    assert seen == [f"Clip number {number:02}" for number in reversed(range(60))]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 19, "1.5", "0x1"])
def test_a_damaged_page_address_is_told_in_words(editor: Visitor, after: str) -> None:
    answer = editor.get(f"/activity?after={after}")

    assert answer.status_code == 422
    assert "This page address is damaged." in answer.get_data(as_text=True)


def test_a_page_of_history_is_one_question(editor: Visitor, company: Company, media: Media, clip: Clip) -> None:
    for number in range(60):
        make_clip(company.editor, media, number, number + 1)

    for path in places(company, media, clip):
        with counted() as statements:
            assert editor.get(path).status_code == 200
        about = [text for text in own(statements) if "FROM media " not in text and "FROM clips " not in text]
        assert len(about) == 1, about


def test_days_are_headings_and_the_system_has_no_face(editor: Visitor, company: Company, media: Media) -> None:
    text = editor.get(f"/m/{media.public_id}/history").get_data(as_text=True)

    assert re.search(r"<h2>\w+day \d+ \w+ \d{4}</h2>", text)
    assert "<b>Rushes</b> added the recording" in text
