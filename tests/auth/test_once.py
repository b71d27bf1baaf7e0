"""A form sent twice has its effect once, and the second sending leads to what the first made."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.auth.models import IdempotencyKey
from app.auth.once import LONGEST_KEY, claim, forget_old
from app.clips.models import Clip
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import AlreadyDone, Invalid
from app.media.models import Media
from app.projects.models import Project
from tests.factories import HTMX, make_clip, make_media
from tests.visitors import Company, Visitor


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


def count(model: type[Clip] | type[Project]) -> int:
    with transaction() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def draft(**fields: str) -> dict[str, str]:
    return {"title": "Keel", "in_timecode": "00:00:01:00", "out_timecode": "00:00:02:00", **fields}


def test_a_clip_saved_twice_is_made_once(editor: Visitor, media: Media) -> None:
    url = f"/m/{media.public_id}/clips"
    editor.post(url, draft(once="abc"))

    again = editor.post(url, draft(once="abc"))

    assert count(Clip) == 1
    assert again.status_code == 303
    assert again.location.startswith("/clips/")


def test_htmx_is_led_to_the_clip_too(editor: Visitor, media: Media) -> None:
    url = f"/m/{media.public_id}/clips"
    editor.swap(url, draft(once="abc"))

    again = editor.swap(url, draft(once="abc"))

    assert (again.status_code, count(Clip)) == (204, 1)
    assert again.headers["HX-Redirect"].startswith("/clips/")


def test_another_form_makes_another_clip(editor: Visitor, media: Media) -> None:
    for once in ("abc", "abd"):
        editor.post(f"/m/{media.public_id}/clips", draft(once=once))

    assert count(Clip) == 2


def test_a_form_refused_may_be_sent_again(editor: Visitor, media: Media) -> None:
    url = f"/m/{media.public_id}/clips"
    refused = editor.post(url, draft(once="abc", out_timecode="00:00:00:10"))

    editor.post(url, draft(once="abc"))

    assert (refused.status_code, count(Clip)) == (422, 1)


def test_a_project_made_twice_is_one(editor: Visitor) -> None:
    before = count(Project)
    editor.post("/projects/new", {"name": "Harbour", "once": "abc"})

    again = editor.post("/projects/new", {"name": "Harbour", "once": "abc"})

    assert (again.status_code, again.location) == (303, "/p/harbour")
    assert count(Project) == before + 1


def test_a_clip_split_twice_is_two_clips(company: Company, editor: Visitor, media: Media) -> None:
    clip = make_clip(company.editor, media, 100, 200)
    for _ in range(2):
        editor.post(f"/clips/{clip.public_id}/split", {"at_timecode": "00:00:05:00", "once": "abc"})

    assert count(Clip) == 2


def test_a_program_marks_its_request_by_header(editor: Visitor, media: Media) -> None:
    url = f"/m/{media.public_id}/clips"
    for _ in range(2):
        editor.post(url, draft(), headers={**HTMX, "Idempotency-Key": "from a program"})

    assert count(Clip) == 1


def test_marks_of_different_people_are_different(company: Company, media: Media) -> None:
    for role in ("editor", "owner"):
        company.as_(role).post(f"/m/{media.public_id}/clips", draft(once="abc"))

    assert count(Clip) == 2


@pytest.mark.parametrize("path", ["/projects/new", "/clips/{clip}/split", "/m/{media}"])
def test_every_form_that_makes_something_carries_a_new_mark(
    company: Company, editor: Visitor, media: Media, path: str
) -> None:
    clip = make_clip(company.editor, media, 100, 200)
    url = path.format(clip=clip.public_id, media=media.public_id)

    marks = {editor.get(url).get_data(as_text=True).split('name="once"')[1].split('value="')[1][:22] for _ in range(2)}

    assert len(marks) == 2


def test_a_mark_longer_than_its_column_is_refused(company: Company) -> None:
    with pytest.raises(Invalid), transaction() as session:
        claim(session, company.editor.id, "x" * (LONGEST_KEY + 1))


def test_marks_are_forgotten_after_a_day(company: Company) -> None:
    with transaction() as session:
        claim(session, company.editor.id, "old").leads_to("/p/old")
        claim(session, company.editor.id, "new").leads_to("/p/new")
        session.execute(
            sa.update(IdempotencyKey)
            .where(IdempotencyKey.key == "old")
            .values(created_at=now() - timedelta(days=1, seconds=1))
        )

    with transaction() as session:
        assert forget_old(session) == 1
        claim(session, company.editor.id, "old")
        with pytest.raises(AlreadyDone, match="/p/new"):
            claim(session, company.editor.id, "new")
