"""Tags: written on things, found by, renamed, merged, told in the history; and what others wrote meanwhile stays."""

import pytest
from sqlalchemy.orm import Session

from app.audit.as_of import state_at
from app.clips.models import Clip
from app.clips.tagging import carrier_of as clip_carrier
from app.core.clock import now
from app.core.db import reading, session_scope, transaction
from app.core.errors import Conflict, Invalid
from app.index.rebuild import rebuild
from app.media.models import Media
from app.media.service import media_service
from app.media.tagging import carrier_of
from app.projects.models import Project
from app.tags.links import names_of
from app.tags.models import Tag
from app.tags.service import split_names, tag_service
from tests.factories import make_clip, make_media, make_project
from tests.index.test_index import found
from tests.visitors import Company, Visitor


def tag(media: Media, *names: str) -> None:
    with transaction() as session:
        tag_service(session).set_tags(carrier_of(media), names, None)


def on(thing: Media | Clip, kind: str = "media") -> list[str]:
    with reading() as session:
        return [name for name, _ in names_of(session, kind, [thing.id])[thing.id]]


def the_tag(session: Session, project: Project, name: str) -> Tag:
    return tag_service(session).tags.find_by_names(project.id, [name])[name]


def test_a_list_is_parted_by_commas() -> None:
    assert split_names(" Harbour ,, old   boats,Ærø ") == ["Harbour", "old boats", "Ærø"]


def test_tags_that_fold_to_the_same_are_one(company: Company, media: Media) -> None:
    tag(media, "Café", "CAFE", "Boats")
    tag(make_media(company.project), "café")

    assert on(media) == ["Boats", "Café"] or on(media) == ["Boats", "CAFE"]
    with reading() as session:
        assert len(tag_service(session).rows(company.project)) == 2


@pytest.mark.parametrize("name", ["…", "x" * 65])
def test_what_is_no_word_or_too_long_is_refused(media: Media, name: str) -> None:
    with pytest.raises(Invalid):
        tag(media, name)

    assert on(media) == []


def test_things_are_found_by_their_tags(company: Company, media: Media) -> None:
    tag(media, "Old boats")
    assert found("boats") == {media.id}

    tag(media)

    assert found("boats") == set()


def test_a_new_title_keeps_the_tags_findable(company: Company, media: Media) -> None:
    tag(media, "boats")

    with transaction() as session:
        session.get_one(Media, media.id).title = "Stem"

    assert found("boats") == found("stem") == {media.id}


def test_out_of_the_trash_the_tags_are_found_again(company: Company, media: Media) -> None:
    tag(media, "boats")
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, media.id))
    assert found("boats") == set()

    with transaction() as session:
        media_service(session).restore(company.editor, media.public_id)

    assert found("boats") == {media.id}


def test_a_rebuilt_index_knows_the_tags(company: Company, media: Media) -> None:
    tag(media, "boats")

    list(rebuild(session_scope))

    assert found("boats") == {media.id}


def test_the_history_tells_what_was_tagged(company: Company, media: Media) -> None:
    tag(media, "boats")
    tag(media, "boats", "harbour")

    with reading() as session:
        state = state_at(session, "media", media.id, now())

    assert state is not None
    assert state["tags"] == "boats, harbour"


def test_a_renamed_tag_is_found_by_its_new_name(company: Company, media: Media) -> None:
    tag(media, "boats")
    with transaction() as session:
        known = the_tag(session, company.project, "boats")
        tag_service(session).edit(company.project, known.public_id, "Ships", 2)

    assert (found("ships"), found("boats")) == ({media.id}, set())


def test_two_tags_of_one_name_are_merged_not_renamed(company: Company, media: Media) -> None:
    tag(media, "boats", "ships")

    with pytest.raises(Conflict, match="Merge"), transaction() as session:
        known = the_tag(session, company.project, "boats")
        tag_service(session).edit(company.project, known.public_id, "SHIPS", 2)


def test_merging_moves_everything_once(company: Company, media: Media) -> None:
    tag(media, "boats", "ships")
    other, clip = make_media(company.project), make_clip(company.editor, media)
    tag(other, "boats")
    with transaction() as session:
        tag_service(session).set_tags(clip_carrier(clip), ["boats"], None)

    with transaction() as session:
        boats, ships = (the_tag(session, company.project, name) for name in ("boats", "ships"))
        tag_service(session).merge(company.project, boats.public_id, ships.public_id)

    assert on(media) == on(other) == on(clip, "clip") == ["ships"]
    assert found("boats") == set()
    assert found("ships") == {media.id, other.id}
    with reading() as session:
        (row,) = tag_service(session).rows(company.project)
    assert row.counts == {"media": 2, "clip": 1}


def test_tags_follow_a_recording_to_another_project(company: Company, media: Media, editor: Visitor) -> None:
    clip = make_clip(company.editor, media)
    tag(media, "boats")
    with transaction() as session:
        tag_service(session).set_tags(clip_carrier(clip), ["close"], None)
    other = make_project(company.editor)

    editor.post(f"/m/{media.public_id}/edit", {"title": "Keel", "project": other.slug, "version": "1"})

    assert (on(media), on(clip, "clip")) == (["boats"], ["close"])
    with reading() as session:
        assert [row.name for row in tag_service(session).rows(other)] == ["boats", "close"]


def test_the_form_shows_and_saves_them(media: Media, editor: Visitor) -> None:
    tag(media, "boats")
    url = f"/m/{media.public_id}/edit"
    assert 'name="tags" type="text" value="boats"' in editor.get(url).get_data(as_text=True)

    form = {"title": "Keel", "version": "1", "project": slug(media)}
    editor.post(url, {**form, "tags": "harbour, boats", "seen_tags": "boats"})

    assert on(media) == ["boats", "harbour"]


def slug(media: Media) -> str:
    with reading() as session:
        return session.get_one(Project, media.project_id).slug


def test_what_somebody_else_wrote_meanwhile_stays(media: Media, editor: Visitor) -> None:
    tag(media, "boats", "theirs")

    form = {"title": "Keel", "version": "1", "tags": "mine", "seen_tags": "boats", "project": slug(media)}
    editor.post(f"/m/{media.public_id}/edit", form)

    assert on(media) == ["mine", "theirs"]


def test_a_bad_tag_keeps_what_was_typed(media: Media, editor: Visitor) -> None:
    form = {"title": "Stem", "version": "1", "tags": "fine, …", "project": slug(media)}

    answer = editor.post(f"/m/{media.public_id}/edit", form)

    assert answer.status_code == 422
    assert 'value="fine, …"' in answer.get_data(as_text=True)
    assert on(media) == []


def test_a_clip_is_tagged_on_its_page(company: Company, media: Media, editor: Visitor) -> None:
    clip = make_clip(company.editor, media, 100, 200, "Keel")
    times = {"in_timecode": "00:00:04:00", "out_timecode": "00:00:07:24", "title": "Keel", "version": "1"}

    answer = editor.post(f"/clips/{clip.public_id}/edit", {**times, "tags": "close"})

    assert answer.status_code == 303
    assert on(clip, "clip") == ["close"]
