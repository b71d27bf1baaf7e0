"""Admin › Users: accounts found, made, changed, shut out and let in again, by admins alone."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditAction, AuditLog
from app.auth.models import Invitation, Role, TotpCredential, User
from app.core.clock import now
from app.core.db import db, transaction
from tests.factories import PASSWORD, make_admin, make_user
from tests.visitors import Company, Visitor, counted, own


def fresh(person: User) -> User:
    return db.session.get_one(User, person.id)


def edit(person: User, **changed: str) -> dict[str, str]:
    """Return the fields of a person's form as it shows them, some changed."""
    now = fresh(person)
    shown = {"display_name": now.display_name, "email": now.email or "", "role": now.role.value}
    return {**shown, "version": str(now.version), **changed}


def url(person: User, act: str = "edit") -> str:
    return f"/admin/users/{person.public_id}/{act}"


def test_everybody_is_listed_by_user_name(company: Company) -> None:
    text = company.as_("admin").get("/admin/users").get_data(as_text=True)

    assert text.index(company.owner.username) < text.index(company.viewer.username)
    assert "never" in text


@pytest.mark.parametrize(("query", "found"), [("q=zoË", True), ("q=ex%25mple", False), ("role=admin", False)])
def test_people_are_found_by_name_role_and_state(company: Company, query: str, found: bool) -> None:
    person = make_user("zoë")

    text = company.as_("admin").get(f"/admin/users?{query}").get_data(as_text=True)

    assert (str(person.public_id) in text) is found
    assert str(company.viewer.public_id) not in text


def test_the_list_goes_on_where_the_page_ended(company: Company) -> None:
    for number in range(55):
        make_user(f"many{number:02d}")
    admin = company.as_("admin")

    first = admin.get("/admin/users?q=many").get_data(as_text=True)
    onward = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert onward is not None
    second = admin.get("/admin/users" + onward.group(1).replace("&amp;", "&")).get_data(as_text=True)

    assert "many49" in first and "many50" not in first
    assert "many50" in second and "many49" not in second


def test_a_damaged_place_is_said(company: Company) -> None:
    assert company.as_("admin").get("/admin/users?after=xx").status_code == 422


def test_the_list_asks_the_same_of_any_number(company: Company) -> None:
    admin = company.as_("admin")
    with counted() as few:
        admin.get("/admin/users")
    for _ in range(20):
        make_user()

    with counted() as many:
        admin.get("/admin/users")

    assert len(many) == len(few)
    assert len(own(many)) <= 4


def test_an_account_is_made_with_its_first_password(company: Company) -> None:
    data = {"username": "kari", "display_name": "Kari Lunde", "password": PASSWORD, "role": "admin"}

    answer = company.as_("admin").post("/admin/users/new", data)

    kari = db.session.query(User).filter_by(username="kari").one()
    assert answer.status_code == 303
    assert kari.role is Role.ADMIN


def test_a_taken_name_or_a_weak_password_is_said_at_its_field(company: Company) -> None:
    data = {"username": company.viewer.username, "display_name": "Kari", "password": PASSWORD, "role": "member"}

    taken = company.as_("admin").post("/admin/users/new", data)
    weak = company.as_("admin").post("/admin/users/new", {**data, "username": "kari", "password": "short"})

    assert taken.status_code == weak.status_code == 422
    assert "already taken" in taken.get_data(as_text=True)
    assert "at least 8" in weak.get_data(as_text=True)


def test_a_link_to_join_is_shown_once_and_makes_the_account(company: Company) -> None:
    admin = company.as_("admin")
    page = admin.post("/admin/users/invitations", {"invited": "Kari", "grants": "admin"}).get_data(as_text=True)
    link = re.search(r'value="[^"]*(/invite/[^"]+)"', page)
    assert link is not None

    guest = Visitor(company.app)
    guest.post(link.group(1), {"username": "kari", "display_name": "Kari", "password": PASSWORD})

    assert db.session.query(User).filter_by(username="kari").one().is_admin
    assert link.group(1) not in admin.get("/admin/users").get_data(as_text=True)


def test_a_link_nobody_used_is_taken_back(company: Company) -> None:
    admin = company.as_("admin")
    admin.post("/admin/users/invitations", {"invited": "Kari", "grants": "member"})
    link = db.session.query(Invitation).one()

    assert "Kari" in admin.get("/admin/users").get_data(as_text=True)
    assert admin.post(f"/admin/users/invitations/{link.public_id}/take-back").status_code == 303
    assert db.session.query(Invitation).count() == 0


def test_a_link_for_nobody_is_refused(company: Company) -> None:
    answer = company.as_("admin").post("/admin/users/invitations", {"invited": " ", "grants": "king"})

    assert answer.status_code == 422
    assert db.session.query(Invitation).count() == 0


def test_an_account_is_changed_and_the_change_is_in_the_log(company: Company) -> None:
    person = company.viewer

    answer = company.as_("admin").post(url(person), edit(person, display_name="Tor Aasen", email="Tor@Example.org"))

    assert answer.status_code == 303
    assert fresh(person).email_normalized == "tor@example.org"
    entry = db.session.query(AuditLog).filter_by(entity_type="user", entity_id=person.id).order_by(AuditLog.id).all()
    assert entry[-1].changes["display_name"]["new"] == "Tor Aasen"


def test_a_stale_form_gets_both_values_and_wins_the_second_time(company: Company) -> None:
    person, admin = company.viewer, company.as_("admin")
    begun = edit(person, display_name="Mine")
    admin.post(url(person), edit(person, display_name="Theirs"))

    answer = admin.post(url(person), begun)
    text = answer.get_data(as_text=True)

    assert answer.status_code == 409
    assert 'value="Mine"' in text and "Saved meanwhile: Theirs." in text
    assert 'name="version" type="hidden" value="2"' in text


@pytest.mark.parametrize(
    ("field", "value"), [("display_name", " "), ("email", "nonsense"), ("role", "king"), ("version", "x")]
)
def test_a_bad_value_is_said_and_nothing_changes(company: Company, field: str, value: str) -> None:
    person = company.viewer

    assert company.as_("admin").post(url(person), edit(person, **{field: value})).status_code == 422
    assert fresh(person).version == 1


def test_an_address_somebody_has_is_refused_at_its_field(company: Company) -> None:
    admin = company.as_("admin")
    admin.post(url(company.editor), edit(company.editor, email="a@b.org"))

    answer = admin.post(url(company.viewer), edit(company.viewer, email="A@B.org"))

    assert answer.status_code == 422
    assert "already used" in answer.get_data(as_text=True)


def test_the_last_admin_stays_an_admin(company: Company) -> None:
    answer = company.as_("admin").post(url(company.admin), edit(company.admin, role="member"))

    assert answer.status_code == 422
    assert "only admin" in answer.get_data(as_text=True)
    assert fresh(company.admin).is_admin


def test_with_another_admin_one_may_step_back(company: Company) -> None:
    make_admin()

    assert company.as_("admin").post(url(company.admin), edit(company.admin, role="member")).status_code == 303
    assert not fresh(company.admin).is_admin


def test_a_disabled_admin_does_not_count_as_another(company: Company) -> None:
    other = make_admin()
    with transaction() as session:
        session.merge(other).is_active = False

    assert company.as_("admin").post(url(company.admin), edit(company.admin, role="member")).status_code == 422


def test_nobody_disables_themselves(company: Company) -> None:
    make_admin()

    answer = company.as_("admin").post(url(company.admin, "disable"))

    assert answer.status_code == 409
    assert "your own account" in answer.get_data(as_text=True)
    assert fresh(company.admin).is_active


def test_who_is_disabled_is_out_at_once_and_can_be_let_in_again(company: Company) -> None:
    admin, viewer = company.as_("admin"), company.as_("viewer")
    assert viewer.get("/projects").status_code == 200

    assert admin.post(url(company.viewer, "disable")).status_code == 303
    assert viewer.get("/projects").status_code == 303
    assert admin.post(url(company.viewer, "enable")).status_code == 303

    assert fresh(company.viewer).is_active
    # The old session stays ended.
    assert viewer.get("/projects").status_code == 303


def test_their_sessions_are_shown_and_ended(company: Company) -> None:
    admin, viewer = company.as_("admin"), company.as_("viewer")
    assert "127.0.0.1" in admin.get(url(company.viewer)).get_data(as_text=True)

    assert admin.post(url(company.viewer, "sign-out")).status_code == 303

    assert viewer.get("/projects").status_code == 303
    assert "Nowhere just now" in admin.get(url(company.viewer)).get_data(as_text=True)
    assert db.session.query(AuditLog).filter_by(action=AuditAction.LOGOUT, entity_id=company.viewer.id).count() == 1


def test_a_reset_link_is_shown_once_and_opens(company: Company) -> None:
    admin = company.as_("admin")
    page = admin.post(url(company.viewer, "reset")).get_data(as_text=True)
    link = re.search(r'value="[^"]*(/reset/[^"]+)"', page)
    assert link is not None

    assert Visitor(company.app).get(link.group(1)).status_code == 200
    assert link.group(1) not in admin.get(url(company.viewer)).get_data(as_text=True)


def test_with_htmx_a_success_leads_on_and_a_refusal_is_a_page(company: Company) -> None:
    admin = company.as_("admin")

    done = admin.swap(url(company.viewer), edit(company.viewer, display_name="Tor"))

    assert done.status_code == 204 and done.headers["HX-Redirect"].endswith(url(company.viewer))
    assert admin.swap(url(company.viewer), edit(company.viewer, role="king")).status_code == 422


def test_who_lost_their_second_step_gets_in_again(company: Company) -> None:
    with transaction() as session:
        session.add(TotpCredential(user_id=company.viewer.id, sealed="1.x", confirmed_at=now()))
    admin = company.as_("admin")
    assert "Take the second step away" in admin.get(url(company.viewer)).get_data(as_text=True)

    admin.post(url(company.viewer, "one-step"))

    assert "Take the second step away" not in admin.get(url(company.viewer)).get_data(as_text=True)
    told = db.session.scalars(sa.select(AuditLog.actor_name).where(AuditLog.verb == "second-factor:off")).all()
    assert told == [company.admin.display_name]


POSTS = [
    "new",
    "invitations",
    "{person}/edit",
    "{person}/disable",
    "{person}/enable",
    "{person}/sign-out",
    "{person}/one-step",
]


@pytest.mark.parametrize("path", [*POSTS, "{person}/reset"])
def test_for_others_it_is_not_there(company: Company, path: str) -> None:
    target = "/admin/users/" + path.format(person=company.editor.public_id)

    assert company.as_("owner").post(target).status_code == 404
    assert Visitor(company.app).post(target).status_code == 303


def test_an_account_that_is_not_there_is_not_found(app: Flask, company: Company) -> None:
    nobody = "/admin/users/00000000-0000-4000-8000-000000000000/edit"

    assert company.as_("admin").get(nobody).status_code == 404
