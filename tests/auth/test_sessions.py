"""Sessions begin anew at every sign-in and new password, and end: on the server, by idleness, by age, by an admin."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import User, UserSession
from app.auth.passwords import token_hash
from app.auth.people import people_service
from app.auth.service import IDLE_LIMIT, auth_service
from app.core import clock
from app.core.choices import choices
from app.core.db import db, transaction
from tests.factories import PASSWORD, csrf_of, make_admin, make_user, sign_in
from tests.visitors import Visitor


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("rushes")
    assert cookie is not None
    return str(cookie.value)


def thief_with(app: Flask, token: str) -> FlaskClient:
    """Return another browser that carries a copied token."""
    client = app.test_client()
    client.set_cookie("rushes", token)
    return client


def test_a_token_somebody_planted_opens_nothing_after_its_victim_signs_in(app: Flask, client: FlaskClient) -> None:
    client.set_cookie("rushes", "planted-by-somebody")
    client.get("/sign-in")

    sign_in(client, make_user())

    assert client.get("/projects").status_code == 200
    assert thief_with(app, "planted-by-somebody").get("/projects").status_code == 303
    assert token_hash("planted-by-somebody") not in {row.token_hash for row in db.session.query(UserSession)}


def test_signing_in_again_ends_the_session_the_browser_had(app: Flask, client: FlaskClient) -> None:
    kari = make_user("kari")
    sign_in(client, kari)
    before = token_of(client)

    sign_in(client, kari)

    assert token_of(client) != before
    assert thief_with(app, before).get("/projects").status_code == 303


def test_what_the_browser_kept_before_signing_in_is_gone_after(client: FlaskClient) -> None:
    kari = make_user("kari")
    before = csrf_of(client, "/sign-in")
    sign_in(client, kari)

    answer = client.post("/me/theme", data={"theme": "dark", "csrf_token": before})

    assert answer.status_code == 400


def test_a_new_password_comes_with_a_new_session(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    before = token_of(kari.client)

    answer = kari.post("/me/password", {"current": PASSWORD, "password": "a phrase of my own"})

    assert answer.status_code == 303
    assert kari.get("/me").status_code == 200
    assert token_of(kari.client) != before
    assert thief_with(app, before).get("/me").status_code == 303


def test_a_password_refused_keeps_the_session(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    before = token_of(kari.client)

    kari.post("/me/password", {"current": "not mine", "password": "a phrase of my own"})

    assert token_of(kari.client) == before
    assert kari.get("/me").status_code == 200


def test_who_is_let_in_again_has_to_sign_in_again(app: Flask) -> None:
    kari, admin = Visitor(app, make_user("kari")), make_admin()
    person = kari.user
    assert person is not None
    with transaction() as session:
        people_service(session).disable(admin, person.public_id)
    with transaction() as session:
        people_service(session).enable(person.public_id)

    assert kari.get("/projects").status_code == 303


def session_age(user: User, *, seen: timedelta, begun: timedelta) -> None:
    """Make the person's session as old as that."""
    moment = clock.now()
    with transaction() as session:
        row = session.query(UserSession).filter_by(user_id=user.id).one()
        lasts = timedelta(days=choices(session).session_days)
        row.last_seen_at, row.created_at, row.expires_at = moment - seen, moment - begun, moment - begun + lasts


@pytest.mark.parametrize(
    ("seen", "begun", "status"),
    [
        (timedelta(0), timedelta(days=29), 200),
        (timedelta(0), timedelta(days=31), 303),
        (IDLE_LIMIT - timedelta(minutes=1), timedelta(days=8), 200),
        (IDLE_LIMIT + timedelta(minutes=1), timedelta(days=8), 303),
    ],
    ids=["in use", "too old though in use", "nearly idle", "idle"],
)
def test_idleness_and_age_each_end_a_session(app: Flask, seen: timedelta, begun: timedelta, status: int) -> None:
    kari = Visitor(app, make_user("kari"))
    assert kari.user is not None
    session_age(kari.user, seen=seen, begun=begun)

    assert kari.get("/projects").status_code == status


def test_a_session_that_ran_out_is_ended_for_good_at_the_next_try(app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    assert kari.user is not None
    session_age(kari.user, seen=IDLE_LIMIT + timedelta(days=1), begun=timedelta(days=9))

    kari.get("/projects")

    assert db.session.query(UserSession).one().revoked_at is not None


def test_a_cookie_that_means_nothing_costs_no_write(app: Flask) -> None:
    with transaction() as session:
        assert not auth_service(session).has_lapsed("means-nothing")


def test_a_token_is_256_random_bits(client: FlaskClient) -> None:
    sign_in(client, make_user())
    first = token_of(client)
    sign_in(client, make_user())

    assert len(first) == len(token_of(client)) == 43
    assert first != token_of(client)
