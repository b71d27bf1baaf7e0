"""What people do on the pages is told in their name, once, with the request it came by."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditAction, AuditLog
from app.core.db import transaction
from app.media.models import Media
from tests.factories import PASSWORD, csrf_of, make_clip, make_media
from tests.visitors import Company


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


def entries(after: int = 0) -> list[AuditLog]:
    with transaction() as session:
        return list(session.scalars(sa.select(AuditLog).where(AuditLog.id > after).order_by(AuditLog.id)))


NEW_CLIP = {"title": "Keel", "in_timecode": "00:00:04:00", "out_timecode": "00:00:07:24"}
ACTS: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("editor", "/m/{media}/clips", NEW_CLIP, ["clip:create"]),
    ("editor", "/clips/{clip}/bounds", {**NEW_CLIP, "version": "1"}, ["clip:update"]),
    ("editor", "/clips/{clip}/split", {"at_timecode": "00:00:02:00"}, ["clip:update", "clip:create"]),
    ("editor", "/clips/{clip}/delete", {}, ["clip:update"]),
    ("editor", "/m/{media}/edit", {"title": "Hull", "project": "{slug}", "version": "1"}, ["media:update"]),
    ("editor", "/m/{media}/delete", {}, ["media:update"]),
    ("owner", "/p/{slug}/archive", {}, ["project:update"]),
    ("owner", "/projects/new", {"name": "Harbour Voices"}, ["project:create", "member:create"]),
    ("viewer", "/m/{media}/playhead", {"f": "3"}, []),
    ("editor", "/m/{media}/clips/check", NEW_CLIP, []),
]


@pytest.mark.parametrize(("role", "path", "data", "verbs"), ACTS, ids=[act[1] for act in ACTS])
def test_each_act_is_told_once_in_its_persons_name(
    company: Company, media: Media, role: str, path: str, data: dict[str, Any], verbs: list[str]
) -> None:
    clip = make_clip(company.editor, media, 10, 90)
    names = {"media": media.public_id, "clip": clip.public_id, "slug": company.project.slug}
    visitor = company.as_(role)
    before = entries()[-1].id

    answer = visitor.post(path.format(**names), {name: value.format(**names) for name, value in data.items()})

    told = entries(before)
    assert answer.status_code in (200, 204, 303), answer.get_data(as_text=True)
    assert [entry.verb for entry in told] == verbs
    person = getattr(company, role)
    for entry in told:
        assert (entry.actor_id, entry.actor_name, entry.ip) == (person.id, person.display_name, "127.0.0.1")
        assert entry.request_id == answer.headers["X-Request-Id"]


def test_a_form_that_is_refused_is_not_told(company: Company, media: Media) -> None:
    visitor, before = company.as_("editor"), entries()[-1].id

    visitor.post(f"/m/{media.public_id}/clips", {**NEW_CLIP, "out_timecode": "00:00:01:00"})

    assert entries(before) == []


def test_signing_in_and_out_and_failing_to_are_told(company: Company) -> None:
    client, person = company.app.test_client(), company.viewer
    token = csrf_of(client, "/sign-in")
    before = entries()[-1].id

    client.post("/sign-in", data={"username": person.username, "password": "wrong wrong", "csrf_token": token})
    client.post("/sign-in", data={"username": person.username, "password": PASSWORD, "csrf_token": token})
    client.post("/sign-out", data={"csrf_token": csrf_of(client)})

    assert [entry.action for entry in entries(before)] == [AuditAction.DENIED, AuditAction.LOGIN, AuditAction.LOGOUT]
    assert PASSWORD not in str([vars(entry) for entry in entries(before)])
