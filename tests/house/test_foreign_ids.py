"""Another project's ids in a body, a query or the second place of an address open nothing."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.house.cases import TIMES, TUS
from tests.house.naming import metadata
from tests.house.world import World
from tests.visitors import Visitor


@pytest.fixture
def owner(world: World) -> Visitor:
    return world.visitor("owner")


def test_a_foreign_clip_is_not_among_the_clips_to_render(world: World, owner: Visitor) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    asked = owner.post(f"/p/{own.slug}/clips/render", {"clip": [str(foreign.clip)]})
    sent = owner.post(f"/p/{own.slug}/clips/render", {"clip": [str(foreign.clip)], "mode": "exact"})

    assert asked.status_code == sent.status_code == 303
    assert world.digest() == digest_before(world)


def test_a_foreign_clip_is_not_in_the_zip(world: World, owner: Visitor) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    answer = owner.post(f"/p/{own.slug}/clips/zip", {"clip": [str(foreign.clip), str(foreign.other)]})

    assert answer.status_code == 303
    assert answer.mimetype != "application/zip"


@pytest.mark.parametrize("last", ["", "/source_first.jpg"])
def test_a_foreign_file_is_not_sent_under_ones_own_clip(world: World, owner: Visitor, last: str) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    assert owner.get(f"/clips/{own.clip}/export/{foreign.export}{last}").status_code == 404
    assert owner.get(f"/clips/{own.other}/export/{own.export}{last}").status_code == 404


@pytest.mark.parametrize("last", ["", ".json"])
def test_a_foreign_certificate_is_not_shown_under_ones_own_clip(world: World, owner: Visitor, last: str) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    assert owner.get(f"/clips/{own.clip}/certificate{last}?export={foreign.export}").status_code == 404


@pytest.mark.parametrize("project", ["foreign", "archived"])
def test_a_recording_cannot_be_moved_where_one_may_not_put_things(world: World, owner: Visitor, project: str) -> None:
    own, target = world.projects["own"], world.projects[project]

    answer = owner.post(f"/m/{own.media}/edit", {"title": "Hull", "project": target.slug, "version": "1"})

    assert answer.status_code == 422
    assert world.digest() == digest_before(world)


def test_a_foreign_clip_has_no_overlap_with_ones_own(world: World, owner: Visitor) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    assert owner.post(f"/clips/{own.clip}/overlaps/{foreign.clip}/keep").status_code == 404
    assert owner.post(f"/clips/{foreign.clip}/overlaps/{own.clip}/keep").status_code == 404


def test_a_foreign_projects_jobs_are_not_listed(world: World, owner: Visitor) -> None:
    assert owner.get(f"/jobs?project={world.projects['foreign'].slug}").status_code == 404


def test_nothing_is_uploaded_to_a_foreign_project(world: World, owner: Visitor) -> None:
    headers = {**TUS, "Upload-Length": "10", "X-CSRFToken": owner.token}
    headers["Upload-Metadata"] = metadata(world.projects["foreign"])

    assert owner.client.post("/uploads", headers=headers).status_code == 404
    assert world.digest() == digest_before(world)


def test_a_foreign_clip_in_the_address_of_ones_own_recording_is_as_if_not_there(world: World, owner: Visitor) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    text = owner.get(f"/m/{own.media}?clip={foreign.clip}").get_data(as_text=True)

    assert str(foreign.clip) not in text


def test_an_unknown_id_and_a_foreign_one_get_the_same_answer(world: World, owner: Visitor) -> None:
    foreign, nobody = world.projects["foreign"], "00000000-0000-4000-8000-000000000000"

    for path in ("/m/{}", "/m/{}/file", "/clips/{}", "/clips/{}/edit", "/jobs/{}"):
        id = foreign.media if path.startswith("/m/") else foreign.clip if path.startswith("/clips/") else foreign.job
        answers = [owner.get(path.format(each)) for each in (id, nobody)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert still(answers[0]) == still(answers[1])


def test_no_field_of_a_form_makes_anybody_more_than_they_are(world: World) -> None:
    visitor = world.visitor("viewer")
    more = {"role": "admin", "is_admin": "1", "user_id": "1", "project_id": "1", "created_by": "1", "id": "1"}

    assert visitor.post("/projects/new", {"name": "Mine", **more}).status_code == 303
    assert visitor.get(f"/p/{world.projects['foreign'].slug}").status_code == 404
    assert visitor.post(f"/m/{world.projects['own'].media}/clips", {**TIMES, **more}).status_code == 403


def still(answer: TestResponse) -> str:
    """Return a page without what differs from one request to the next."""
    text = answer.get_data(as_text=True).replace(answer.headers["X-Request-Id"], "")
    return re.sub(r"since=[^\"]*", "", text)


def digest_before(world: World) -> str:
    """Return the digest of the world as it was saved."""
    after = world.digest()
    world.put_back()
    before = world.digest()
    assert after == before
    return before
