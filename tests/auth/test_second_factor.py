"""The second step: set up, asked for, used once, recovered, taken away."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.audit.models import AuditLog
from app.auth.links import link_service
from app.auth.models import PendingSignIn, RecoveryCode, TotpCredential, User
from app.auth.second_factor import second_factor_service
from app.core import clock
from app.core.db import db, transaction
from tests.factories import PASSWORD, csrf_of, make_user
from tests.visitors import Visitor

SECRET = re.compile(r'<span class="mono break">([A-Z2-7 ]+)</span>')
CODES = re.compile(r"<li>([a-z2-7-]{29})</li>")
SURE = {"password": PASSWORD}


@pytest.fixture
def kari(app: Flask) -> Visitor:
    return Visitor(app, make_user("kari"))


def switch_on(visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """Set the second step up by its forms; the code used is that of the step before the present one."""
    visitor.post("/me/second-factor/start", SURE)
    secret = SECRET.search(visitor.get("/me/second-factor").get_data(as_text=True))
    assert secret is not None
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    answer = visitor.post("/me/second-factor/confirm", {"code": app.at(clock.now() - timedelta(seconds=30))})
    assert answer.status_code == 200
    return app, CODES.findall(answer.get_data(as_text=True))


def first_step(client: FlaskClient, password: str = PASSWORD) -> TestResponse:
    fields = {"username": "kari", "password": password, "csrf_token": csrf_of(client, "/sign-in"), "next": "/jobs"}
    return client.post("/sign-in", data=fields)


def second(client: FlaskClient, code: str) -> TestResponse:
    return client.post("/sign-in/code", data={"code": code, "csrf_token": csrf_of(client, "/sign-in/code")})


def test_setting_up_shows_the_secret_as_picture_and_text_and_ten_codes_once(kari: Visitor) -> None:
    _, codes = switch_on(kari)

    text = kari.get("/me/second-factor").get_data(as_text=True)
    assert len(set(codes)) == 10
    assert codes[0] not in text
    assert "10 of 10 recovery codes are left" in text


def test_the_picture_is_only_there_while_it_waits_and_is_never_kept(kari: Visitor) -> None:
    assert kari.get("/me/second-factor/qr.svg").status_code == 404
    kari.post("/me/second-factor/start", SURE)

    answer = kari.get("/me/second-factor/qr.svg")

    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text


def test_only_hashes_of_recovery_codes_are_stored(kari: Visitor) -> None:
    _, codes = switch_on(kari)

    stored = {row.code_hash for row in db.session.query(RecoveryCode)}
    assert len(stored) == 10
    assert not stored & {code.replace("-", "") for code in codes} | stored & set(codes)


def test_a_wrong_first_code_switches_nothing_on(kari: Visitor) -> None:
    kari.post("/me/second-factor/start", SURE)

    answer = kari.post("/me/second-factor/confirm", {"code": "000000"})

    assert answer.status_code == 422
    assert db.session.query(TotpCredential).one().confirmed_at is None


@pytest.mark.parametrize("path", ["start", "codes", "off"])
def test_each_change_needs_the_password(kari: Visitor, path: str) -> None:
    if path != "start":
        switch_on(kari)

    answer = kari.post(f"/me/second-factor/{path}", {"password": "not mine"})

    assert answer.status_code == 422
    assert "This is not your password." in answer.get_data(as_text=True)


def test_signing_in_asks_for_the_code_and_leads_on(client: FlaskClient, kari: Visitor) -> None:
    app, _ = switch_on(kari)

    asked = first_step(client)
    assert asked.location == "/sign-in/code"
    assert client.get("/projects").status_code == 303
    entered = second(client, app.at(clock.now()))

    assert entered.location == "/jobs"
    assert client.get("/projects").status_code == 200
    assert db.session.query(PendingSignIn).count() == 0


def test_a_code_counts_once(app: Flask, client: FlaskClient, kari: Visitor) -> None:
    key, _ = switch_on(kari)
    code = key.at(clock.now())
    first_step(client)
    second(client, code)
    other = app.test_client()
    first_step(other)

    assert second(other, code).status_code == 422
    assert other.get("/projects").status_code == 303


def test_a_recovery_code_lets_in_once(app: Flask, client: FlaskClient, kari: Visitor) -> None:
    _, codes = switch_on(kari)
    first_step(client)

    assert second(client, codes[3].upper().replace("-", " ")).status_code == 303
    other = app.test_client()
    first_step(other)
    assert second(other, codes[3]).status_code == 422
    assert "9 of 10" in kari.get("/me/second-factor").get_data(as_text=True)


def test_wrong_codes_have_to_wait_whatever_the_password(client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)
    first_step(client)
    token = csrf_of(client, "/sign-in/code")
    for _ in range(6):
        first_step(client)
        answer = client.post("/sign-in/code", data={"code": "000000", "csrf_token": csrf_of(client, "/sign-in/code")})

    assert token
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_sign_in_that_took_too_long_starts_again(
    client: FlaskClient, kari: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = switch_on(kari)
    first_step(client)
    token, later = csrf_of(client, "/sign-in/code"), clock.now() + timedelta(minutes=6)
    monkeypatch.setattr("app.auth.second_factor.now", lambda: later)

    answer = client.post("/sign-in/code", data={"code": app.at(later), "csrf_token": token})

    assert answer.location == "/sign-in"
    assert client.get("/projects").status_code == 303


def test_the_second_page_without_the_first_leads_back(client: FlaskClient) -> None:
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_wrong_password_says_nothing_of_a_second_step(client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)

    assert first_step(client, "not my password").status_code == 422


def test_a_new_password_by_link_does_not_pass_the_second_step(client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)
    with transaction() as session:
        assert kari.user is not None
        token = link_service(session).reset(None, session.get_one(User, kari.user.id))
    phrase = {"password": "a phrase of my own", "csrf_token": csrf_of(client, f"/reset/{token}")}
    client.post(f"/reset/{token}", data=phrase)

    assert first_step(client, "a phrase of my own").location == "/sign-in/code"


def test_new_codes_end_the_old_ones(client: FlaskClient, kari: Visitor) -> None:
    _, old = switch_on(kari)
    new = CODES.findall(kari.post("/me/second-factor/codes", SURE).get_data(as_text=True))
    first_step(client)

    assert second(client, old[0]).status_code == 422
    assert second(client, new[0]).status_code == 303


def test_switched_off_the_password_is_enough(client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)

    assert kari.post("/me/second-factor/off", SURE).status_code == 303
    assert first_step(client).location == "/jobs"
    assert db.session.query(RecoveryCode).count() == 0


def test_an_admin_can_take_it_away_and_the_history_tells(client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)
    with transaction() as session:
        assert kari.user is not None
        second_factor_service(session).remove(session.get_one(User, kari.user.id))

    assert first_step(client).location == "/jobs"
    verbs = {row.verb for row in db.session.query(AuditLog)}
    assert {"second-factor:on", "second-factor:off", "sign-in"} <= verbs


def test_a_phone_one_step_late_is_forgiven_and_two_are_not(app: Flask, kari: Visitor) -> None:
    key, _ = switch_on(kari)
    present: datetime = clock.now()
    late = app.test_client()
    first_step(late)

    assert second(late, key.at(present - timedelta(seconds=90))).status_code == 422
    assert second(late, key.at(present)).status_code == 303


def test_an_operator_can_take_it_away(app: Flask, client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)

    said = app.test_cli_runner().invoke(args=["users", "remove-second-factor", "kari"])

    assert said.exit_code == 0
    assert first_step(client).location == "/jobs"


def test_a_changed_second_step_offers_to_sign_out_everywhere_else(kari: Visitor) -> None:
    kari.post("/me/second-factor/start", SURE)
    secret = SECRET.search(kari.get("/me/second-factor").text)
    assert secret is not None
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(clock.now())

    assert 'action="/me/sessions/end-others"' in kari.post("/me/second-factor/confirm", {"code": code}).text
    assert kari.post("/me/second-factor/off", SURE).location == "/me/sessions"
