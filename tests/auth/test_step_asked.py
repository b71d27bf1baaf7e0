"""A second step that is asked of people: who owes it sets it up first, and nothing else answers until then."""

from dataclasses import replace

import pyotp
import pytest
from flask import Flask

from app.audit.models import AuditLog
from app.auth.models import TokenScope, User
from app.auth.tokens import token_service
from app.core import clock
from app.core.choices import choices, choose, version_of
from app.core.db import db, transaction
from app.core.web.access import is_before_second_step
from tests.auth.test_second_factor import SECRET, SURE, first_step, second, switch_on
from tests.factories import HTMX, make_user
from tests.visitors import Company, Visitor, counted, own

OPEN = {"second_factor.show", "second_factor.picture", "second_factor.start", "second_factor.confirm", "auth.sign_out"}


def ask_of(who: str) -> None:
    with transaction() as session:
        choose(session, replace(choices(session), second_step=who), version_of(session))


def token_of(user: User, scope: TokenScope = TokenScope.WRITE) -> dict[str, str]:
    with transaction() as session:
        return {"Authorization": f"Bearer {token_service(session).create(user, 'Script', scope, None)}"}


def test_whoever_owes_it_is_led_to_it_from_every_page(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    ask_of("everybody")

    assert kari.get("/projects").location == "/me/second-factor"
    assert kari.get("/me/password").location == "/me/second-factor"
    assert kari.post("/projects/new", {"name": "No"}).location == "/me/second-factor"
    assert "A second step is asked of you here." in kari.get("/me/second-factor").text


def test_a_piece_is_led_there_and_data_is_refused(company: Company) -> None:
    owner = company.as_("owner")
    ask_of("everybody")

    piece = owner.get(f"/p/{company.project.slug}", headers=HTMX)
    data = owner.get(f"/p/{company.project.slug}.json")
    upload = owner.post("/uploads", headers={"Tus-Resumable": "1.0.0"})

    assert (piece.status_code, piece.headers["HX-Redirect"], piece.text) == (204, "/me/second-factor", "")
    assert data.status_code == 403 and "second step" in data.json["error"]
    assert upload.status_code == 403


def test_tokens_of_whoever_owes_it_open_nothing(company: Company) -> None:
    read = token_of(company.owner)
    client = company.app.test_client()
    assert client.get("/projects.json", headers=read).status_code == 200

    ask_of("everybody")

    assert client.get("/projects.json", headers=read).status_code == 403
    assert client.post("/projects/new", data={"name": "No"}, headers=read).status_code == 403


def test_set_up_everything_answers_again(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    ask_of("everybody")
    kari.post("/me/second-factor/start", SURE)
    secret = SECRET.search(kari.get("/me/second-factor").text)
    assert secret is not None and kari.get("/me/second-factor/qr.svg").status_code == 200

    done = kari.post("/me/second-factor/confirm", {"code": pyotp.TOTP(secret[1].replace(" ", "")).at(clock.now())})

    assert done.status_code == 200 and "Recovery codes" in done.text
    assert kari.get("/projects").status_code == 200


def test_begun_and_not_confirmed_is_not_enough(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    ask_of("everybody")
    kari.post("/me/second-factor/start", SURE)

    assert kari.get("/projects").status_code == 303


def test_asked_of_admins_others_go_on_as_before(company: Company) -> None:
    owner, admin = company.as_("owner"), company.as_("admin")
    ask_of("admins")

    assert owner.get("/projects").status_code == 200
    assert admin.get("/admin/users").location == "/me/second-factor"


def test_public_pages_take_whoever_owes_it_for_nobody(company: Company) -> None:
    admin = company.as_("admin")
    ask_of("everybody")

    assert admin.get("/healthz").status_code == 200
    assert admin.get("/metrics").status_code == 404
    assert company.admin.display_name not in admin.get("/sign-in").text


def test_they_may_sign_out(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    ask_of("everybody")

    assert kari.post("/sign-out").location == "/sign-in"


def test_only_the_way_there_and_out_is_open_before_it(app: Flask) -> None:
    assert {name for name in app.view_functions if is_before_second_step(app, name)} == OPEN


def test_who_switches_it_off_where_it_is_asked_sets_up_the_next(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    switch_on(kari)
    ask_of("everybody")

    assert kari.post("/me/second-factor/off", SURE).location == "/me/second-factor"
    assert "Set up the next one now." in kari.get("/me/second-factor").text


@pytest.mark.parametrize("way", ["recovery code", "operator"])
def test_a_lost_phone_keeps_nobody_out(app: Flask, way: str) -> None:
    _, codes = switch_on(Visitor(app, make_user("kari")))
    ask_of("everybody")
    client = app.test_client()

    if way == "operator":
        app.test_cli_runner().invoke(args=["users", "remove-second-factor", "kari"])
        first_step(client)
        assert client.get("/projects").location == "/me/second-factor"
    else:
        first_step(client)
        second(client, codes[0])
        assert client.get("/projects").status_code == 200


def test_an_admin_asks_by_the_form_and_the_log_tells(company: Company) -> None:
    admin = company.as_("admin")
    fields = {
        "name": "Rushes",
        "language": "",
        "silence_db": "",
        "session_days": "30",
        "trash_days": "30",
        "version": "0",
    }

    assert admin.post("/admin/settings", {**fields, "second_step": "everyone"}).status_code == 422
    assert admin.post("/admin/settings", {**fields, "second_step": "everybody"}).status_code == 303

    entry = db.session.query(AuditLog).filter_by(verb="settings:update").one()
    assert entry.changes == {"second_step": {"old": "nobody", "new": "everybody"}}
    assert admin.get("/admin/settings").location == "/me/second-factor"


def test_an_operator_takes_the_demand_back(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    ask_of("everybody")

    said = app.test_cli_runner().invoke(args=["users", "ask-second-step", "nobody"])

    assert said.exit_code == 0
    assert kari.get("/projects").status_code == 200
    assert db.session.query(AuditLog).filter_by(verb="settings:update").count() == 1


def test_asking_costs_no_statement_of_its_own(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    with counted() as before:
        kari.get("/me/keyboard")
    ask_of("admins")
    with counted() as after:
        kari.get("/me/keyboard")

    assert len(after) == len(before) and own(after) == own(before)
