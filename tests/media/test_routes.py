"""The pages of one recording: rename or move, delete with a page that asks, restore."""

from typing import Any

import pytest

from app.core.db import transaction
from app.media.models import Media, MediaSource
from app.projects.models import Project
from tests.factories import make_clip, make_media, make_project
from tests.visitors import Company, Visitor


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Harbour", filename="clip0001.mp4")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def stored(media: Media) -> Media:
    with transaction() as session:
        return session.get_one(Media, media.id, populate_existing=True)


def form(company: Company, **changes: Any) -> dict[str, Any]:
    return {"title": "Keel", "project": company.project.slug, "version": "1", **changes}


def test_the_form_shows_title_file_and_the_projects_one_may_move_it_to(
    editor: Visitor, company: Company, media: Media
) -> None:
    mine = make_project(company.editor)

    text = editor.get(f"/m/{media.public_id}/edit").get_data(as_text=True)

    assert 'value="Harbour"' in text
    assert "File: clip0001.mp4" in text
    assert f'<option selected value="{company.project.slug}">' in text
    assert f'value="{mine.slug}"' in text


@pytest.mark.parametrize("asker", ["plain", "htmx"])
def test_a_recording_is_renamed(editor: Visitor, company: Company, media: Media, asker: str) -> None:
    send = editor.post if asker == "plain" else editor.swap

    answer = send(f"/m/{media.public_id}/edit", form(company))

    leads = answer.location if asker == "plain" else answer.headers["HX-Redirect"]
    assert leads == f"/m/{media.public_id}"
    assert stored(media).title == "Keel"


def test_a_recording_is_moved_to_another_project(editor: Visitor, company: Company, media: Media) -> None:
    target = make_project(company.editor)

    editor.post(f"/m/{media.public_id}/edit", form(company, project=target.slug))

    assert stored(media).project_id == target.id
    assert company.as_("viewer").get(f"/m/{media.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Give the recording a title."),
        ({"title": "x" * 256}, "Use 1 to 255 characters."),
        ({"project": "nowhere"}, "Not a valid choice"),
        ({"version": "x"}, "This page was damaged."),
    ],
)
def test_a_form_that_breaks_a_rule_comes_back_with_what_was_typed(
    editor: Visitor, company: Company, media: Media, changes: dict[str, str], words: str
) -> None:
    answer = editor.post(f"/m/{media.public_id}/edit", form(company, **changes))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert f'value="{changes.get("title", "Keel")}"' in text
    assert stored(media).title == "Harbour"


def test_a_title_somebody_changed_meanwhile_is_shown_and_the_next_save_wins(
    editor: Visitor, company: Company, media: Media
) -> None:
    company.as_("owner").post(f"/m/{media.public_id}/edit", form(company, title="Theirs"))

    answer = editor.post(f"/m/{media.public_id}/edit", form(company, title="Mine"))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "It is now called “Theirs”." in text
    assert 'value="Mine"' in text
    assert 'name="version" type="hidden" value="2"' in text
    assert editor.post(f"/m/{media.public_id}/edit", form(company, title="Mine", version="2")).status_code == 303
    assert stored(media).title == "Mine"


def test_a_page_asks_before_a_recording_is_deleted_and_says_what_goes(
    editor: Visitor, company: Company, media: Media
) -> None:
    make_clip(company.editor, media)

    text = editor.get(f"/m/{media.public_id}/delete").get_data(as_text=True)

    assert "Delete “Harbour”?" in text
    assert "and its 1 clip leave" in " ".join(text.split())
    assert stored(media).deleted_at is None


def test_deleting_a_recording_in_a_folder_leaves_its_file(editor: Visitor, company: Company) -> None:
    media = make_media(company.project, source=MediaSource.SCAN)

    text = editor.get(f"/m/{media.public_id}/delete").get_data(as_text=True)

    assert "The file stays where it is on the server." in text


def test_a_deleted_recording_is_brought_back_by_the_undo_on_the_next_page(
    editor: Visitor, company: Company, media: Media
) -> None:
    answer = editor.post(f"/m/{media.public_id}/delete")
    text = editor.get(answer.location).get_data(as_text=True)

    assert "Deleted “Harbour”." in text
    assert f'action="/m/{media.public_id}/restore"' in text
    assert editor.get(f"/m/{media.public_id}").status_code == 404
    assert editor.post(f"/m/{media.public_id}/restore").status_code == 303
    assert editor.get(f"/m/{media.public_id}").status_code == 200


def test_a_recording_deleted_twice_is_not_found_the_second_time(
    editor: Visitor, company: Company, media: Media
) -> None:
    editor.post(f"/m/{media.public_id}/delete")

    assert editor.post(f"/m/{media.public_id}/delete").status_code == 404
    with transaction() as session:
        assert session.get_one(Project, company.project.id, populate_existing=True).media_count == 0


def test_a_restore_that_cannot_be_is_told_in_words(editor: Visitor, company: Company, media: Media) -> None:
    editor.post(f"/m/{media.public_id}/delete")
    make_media(company.project, sha256=media.sha256, sha256_live=media.sha256, title="Twin")

    answer = editor.post(f"/m/{media.public_id}/restore")

    assert answer.status_code == 409
    assert "“Twin”" in answer.get_data(as_text=True)
