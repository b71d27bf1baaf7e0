"""Tags on pages: lists narrowed, many tagged at once, the page of tags, and the commands."""

from flask import Flask

from app.core.db import reading
from app.media.models import Media
from tests.factories import make_clip, make_media, make_project
from tests.tags.test_tags import on, tag, the_tag
from tests.visitors import Company, Visitor, counted


def test_lists_are_narrowed_by_a_tag(company: Company, media: Media, editor: Visitor) -> None:
    tag(media, "Old boats")
    make_media(company.project, title="Untagged")

    text = editor.get(f"/p/{company.project.slug}", query_string={"tag": "old boats"}).get_data(as_text=True)

    assert "Keel" in text
    assert "Untagged" not in text


def test_ticked_recordings_are_tagged_and_deleted_together(company: Company, media: Media, editor: Visitor) -> None:
    other, theirs = make_media(company.project), make_media(make_project(company.outsider))
    ticked = {"media": [str(each.public_id) for each in (media, other, theirs)]}
    path = f"/p/{company.project.slug}/media"

    editor.post(f"{path}/tags", {**ticked, "tags": "boats, keel", "act": "add"})
    editor.post(f"{path}/tags", {**ticked, "tags": "keel", "act": "remove"})

    assert on(media) == on(other) == ["boats"]
    assert on(theirs) == []
    editor.post(f"{path}/delete", ticked)
    with reading() as session:
        states = [session.get_one(Media, each.id).deleted_at is None for each in (media, other, theirs)]
    assert states == [False, False, True]


def test_ticked_clips_are_tagged_together(company: Company, media: Media, editor: Visitor) -> None:
    clips = [make_clip(company.editor, media) for _ in range(2)]

    editor.post(
        f"/p/{company.project.slug}/clips/tags",
        {"clip": [str(clip.public_id) for clip in clips], "tags": "close", "act": "add"},
    )

    assert [on(clip, "clip") for clip in clips] == [["close"], ["close"]]
    assert "Untitled" not in editor.get(f"/p/{company.project.slug}/clips?tag=none").get_data(as_text=True)


def test_the_page_lists_edits_merges_and_removes(company: Company, media: Media, editor: Visitor) -> None:
    tag(media, "boats", "ships")
    url = f"/p/{company.project.slug}/tags"
    with reading() as session:
        boats, ships = (the_tag(session, company.project, name).public_id for name in ("boats", "ships"))
    assert editor.get(url).get_data(as_text=True).count('class="tag spk-') == 2

    assert editor.post(f"{url}/{boats}/edit", {"name": "Ships", "color": "1"}).status_code == 422
    assert editor.post(f"{url}/{boats}/edit", {"name": "Dinghies", "color": "3"}).status_code == 303
    assert editor.post(f"{url}/{boats}/merge", {"into": str(ships)}).status_code == 303
    assert on(media) == ["ships"]
    assert editor.post(f"{url}/{ships}/delete").status_code == 303
    assert on(media) == []


def test_a_viewer_sees_tags_and_changes_none(company: Company, media: Media) -> None:
    tag(media, "boats")
    viewer, url = company.as_("viewer"), f"/p/{company.project.slug}/tags"

    assert "Change" not in viewer.get(url).get_data(as_text=True)
    form = {"media": str(media.public_id), "tags": "x"}
    assert viewer.post(f"/p/{company.project.slug}/media/tags", form).status_code == 403


def test_the_search_page_knows_the_field(company: Company, media: Media, editor: Visitor) -> None:
    tag(media, "boats")
    make_media(company.project, title="Keel two")

    assert "1 result for" in editor.get("/search?q=keel+tag:boats").get_data(as_text=True)


def test_the_tags_page_asks_a_fixed_number_of_questions(company: Company, media: Media, editor: Visitor) -> None:
    tag(media, *(f"tag {number}" for number in range(20)))

    with counted() as asked:
        editor.get(f"/p/{company.project.slug}/tags")

    assert len(asked) <= 9


def test_the_commands_list_and_merge(app: Flask, company: Company, media: Media) -> None:
    tag(media, "boats", "ships")
    runner, slug = app.test_cli_runner(), company.project.slug

    merged = runner.invoke(args=["tags", "merge", slug, "Boats", "ships"])

    assert "“Boats” is “ships” now." in merged.output
    assert runner.invoke(args=["tags", "list", slug]).output.split() == ["ships", "1", "media", "0", "clips"]
    assert runner.invoke(args=["tags", "merge", slug, "nothing", "ships"]).exit_code == 1
