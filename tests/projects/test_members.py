"""Members: added, changed, removed, invited; the last owner stays, and links work once."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.auth.links import link_service
from app.auth.models import Invitation, User
from app.core.clock import now
from app.core.db import reading, transaction
from app.projects.models import MemberRole, ProjectMember
from tests.factories import PASSWORD, make_user
from tests.visitors import Company, Visitor

LINK = re.compile(r'value="http://localhost(/invite/[\w-]+)"')
ACCOUNT = {"display_name": "Kari Lunde", "username": "kari", "password": "a phrase of my own"}


@pytest.fixture
def owner(company: Company) -> Visitor:
    return company.as_("owner")


def members(company: Company) -> str:
    return f"/p/{company.project.slug}/members"


def roles(company: Company) -> dict[int, MemberRole]:
    query = sa.select(ProjectMember).where(ProjectMember.project_id == company.project.id)
    with reading() as session:
        return {member.user_id: member.role for member in session.scalars(query)}


def invite(company: Company, owner: Visitor, **fields: str) -> str:
    """Return the path of a new invitation link."""
    page = owner.post(f"/p/{company.project.slug}/invitations", {"invited": "Kari", "grants": "editor", **fields})
    found = LINK.search(page.get_data(as_text=True))
    assert found is not None
    return found[1]


def test_everybody_in_the_project_sees_who_is_in_it(company: Company) -> None:
    text = company.as_("viewer").get(members(company)).get_data(as_text=True)

    assert "3 members" in text
    assert company.editor.username in text
    assert "Remove" not in text


def test_an_owner_adds_somebody_with_an_account(company: Company, owner: Visitor) -> None:
    answer = owner.post(members(company), {"username": company.outsider.username.upper(), "role": "viewer"})

    assert answer.status_code == 303
    assert roles(company)[company.outsider.id] is MemberRole.VIEWER


@pytest.mark.parametrize(("username", "words"), [("nobody", "Invite them by a link"), ("", "Type a user name")])
def test_who_is_not_there_cannot_be_added(company: Company, owner: Visitor, username: str, words: str) -> None:
    answer = owner.post(members(company), {"username": username, "role": "viewer"})

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_who_is_a_member_already_is_not_added_twice(company: Company, owner: Visitor) -> None:
    answer = owner.post(members(company), {"username": company.editor.username, "role": "viewer"})

    assert answer.status_code == 422
    assert roles(company)[company.editor.id] is MemberRole.EDITOR


def test_a_role_is_changed(company: Company, owner: Visitor) -> None:
    owner.post(f"{members(company)}/{company.viewer.public_id}/role", {"role": "owner"})

    assert roles(company)[company.viewer.id] is MemberRole.OWNER


@pytest.mark.parametrize("act", ["role", "remove", "leave"])
def test_the_last_owner_stays(company: Company, owner: Visitor, act: str) -> None:
    mine = f"{members(company)}/{company.owner.public_id}/{act}"
    path = "/projects/leave" if act == "leave" else mine

    answer = owner.post(path, {"role": "viewer", "slug": company.project.slug})

    assert answer.status_code == 422
    assert "A project needs an owner" in answer.get_data(as_text=True)
    assert roles(company)[company.owner.id] is MemberRole.OWNER


def test_a_removed_member_sees_nothing_and_can_be_brought_back(company: Company, owner: Visitor) -> None:
    editor = company.as_("editor")
    owner.post(f"{members(company)}/{company.editor.public_id}/remove")
    page = owner.get(members(company))

    assert editor.get(f"/p/{company.project.slug}").status_code == 404
    assert f'name="username" value="{company.editor.username}"' in page.get_data(as_text=True)
    owner.post(members(company), {"username": company.editor.username, "role": "editor"})
    assert editor.get(f"/p/{company.project.slug}").status_code == 200


def test_somebody_leaves(company: Company) -> None:
    answer = company.as_("editor").post("/projects/leave", {"slug": company.project.slug})

    assert (answer.status_code, answer.location) == (303, "/projects")
    assert company.editor.id not in roles(company)


def test_an_invitation_makes_an_account_with_its_role(company: Company, owner: Visitor) -> None:
    path, guest = invite(company, owner), Visitor(company.app)
    assert 'value="Kari"' in guest.get(path).get_data(as_text=True)

    answer = guest.post(path, ACCOUNT)

    assert (answer.status_code, answer.location) == (303, f"/p/{company.project.slug}")
    assert guest.get(answer.location or "").status_code == 200
    with reading() as session:
        kari = session.scalars(sa.select(User).where(User.username == "kari")).one()
    assert roles(company)[kari.id] is MemberRole.EDITOR


def test_an_invitation_works_once(company: Company, owner: Visitor) -> None:
    path = invite(company, owner)
    Visitor(company.app).post(path, ACCOUNT)

    assert Visitor(company.app).get(path).status_code == 404


def test_a_form_refused_leaves_the_link_good(company: Company, owner: Visitor) -> None:
    path = invite(company, owner)

    refused = Visitor(company.app).post(path, {**ACCOUNT, "password": "short"})

    assert refused.status_code == 422
    assert 'value="kari"' in refused.get_data(as_text=True)
    assert Visitor(company.app).post(path, ACCOUNT).status_code == 303


def test_somebody_with_an_account_joins_with_it(company: Company, owner: Visitor) -> None:
    path, outsider = invite(company, owner, grants="viewer"), company.as_("outsider")
    assert "Join as" in outsider.get(path).get_data(as_text=True)

    outsider.post(f"{path}/accept")

    assert roles(company)[company.outsider.id] is MemberRole.VIEWER


def test_a_link_taken_back_or_too_old_opens_nothing(company: Company, owner: Visitor) -> None:
    path = invite(company, owner)
    with reading() as session:
        link = session.scalars(sa.select(Invitation)).one()
    owner.post(f"/p/{company.project.slug}/invitations/{link.public_id}/take-back")
    late = invite(company, owner)
    with transaction() as session:
        session.execute(sa.update(Invitation).values(expires_at=now() - timedelta(seconds=1)))

    assert Visitor(company.app).get(path).status_code == 404
    assert Visitor(company.app).get(late).status_code == 404


def test_the_link_itself_is_stored_nowhere(company: Company, owner: Visitor) -> None:
    token = invite(company, owner).rsplit("/", 1)[1]

    with reading() as session:
        assert token not in str([vars(link) for link in session.scalars(sa.select(Invitation))])


@pytest.mark.parametrize("role", ["viewer", "editor", "outsider"])
def test_only_owners_change_members(company: Company, role: str) -> None:
    answer = company.as_(role).post(members(company), {"username": company.outsider.username, "role": "viewer"})

    assert answer.status_code == (404 if role == "outsider" else 403)
    assert company.outsider.id not in roles(company)


def test_another_projects_link_cannot_be_taken_back(company: Company, owner: Visitor) -> None:
    invite(company, owner)
    with reading() as session:
        link = session.scalars(sa.select(Invitation)).one()
    other = Visitor(company.app, make_user())
    other.post("/projects/new", {"name": "Theirs"})

    assert other.post(f"/p/theirs/invitations/{link.public_id}/take-back").status_code == 404


def test_the_history_tells_who_came_and_went(company: Company, owner: Visitor) -> None:
    owner.post(members(company), {"username": company.outsider.username, "role": "viewer"})

    text = owner.get(f"/p/{company.project.slug}/activity").get_data(as_text=True)

    assert f"“{company.outsider.display_name}”" in text
    assert "the member" in text


def test_a_reset_link_sets_a_password_once(company: Company) -> None:
    from_admin = reset_path(company)
    guest = Visitor(company.app)

    answer = guest.post(from_admin, {"password": "an even better phrase"})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert guest.get(from_admin).status_code == 404
    assert guest.post("/sign-in", {"username": company.editor.username, "password": PASSWORD}).status_code == 422
    entered = guest.post("/sign-in", {"username": company.editor.username, "password": "an even better phrase"})
    assert entered.status_code == 303


def test_a_reset_ends_what_was_signed_in(company: Company) -> None:
    editor = company.as_("editor")

    Visitor(company.app).post(reset_path(company), {"password": "an even better phrase"})

    assert editor.get("/projects").status_code == 303


def reset_path(company: Company) -> str:
    with transaction() as session:
        return f"/reset/{link_service(session).reset(company.admin, company.editor)}"
