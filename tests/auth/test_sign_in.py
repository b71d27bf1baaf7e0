"""Signing in and out, set-up, and slowing down guesses."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import UserSession
from app.auth.service import AuthService, Browser, NewPerson, auth_service
from app.auth.throttle import FREE_TRIES
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound, Throttled
from tests.factories import HTMX, PASSWORD, csrf_of, make_user, sign_in

HERE = Browser("127.0.0.1", "tests")


def setup_token() -> str:
    with transaction() as session:
        return auth_service(session).make_setup_link()


def test_the_set_up_link_makes_the_first_admin_and_signs_them_in(client: FlaskClient) -> None:
    token = setup_token()

    answer = client.post(
        f"/setup/{token}",
        data={
            "username": "ingrid",
            "email": "ingrid@example.org",
            "display_name": "Ingrid Berg",
            "password": PASSWORD,
            "csrf_token": csrf_of(client, f"/setup/{token}"),
        },
    )

    assert answer.status_code == 303
    assert "Ingrid Berg" in client.get("/projects").get_data(as_text=True)
    assert "never" not in client.get("/admin/users").get_data(as_text=True)


def test_a_set_up_link_works_once(client: FlaskClient) -> None:
    token = setup_token()
    with transaction() as session:
        auth_service(session).set_up(token, NewPerson("ingrid", "Ingrid", PASSWORD))

    assert client.get(f"/setup/{token}").status_code == 404


def test_a_set_up_link_expires(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token = setup_token()
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr("app.auth.service.now", lambda: later)

    with pytest.raises(NotFound), transaction() as session:
        auth_service(session).check_setup_link(token)


def test_there_is_no_set_up_once_somebody_exists(app: Flask) -> None:
    make_user()

    with pytest.raises(Invalid), transaction() as session:
        auth_service(session).make_setup_link()


@pytest.mark.parametrize("password", ["short", "password123", "x" * 300])
def test_a_weak_password_is_refused_with_the_reason(app: Flask, password: str) -> None:
    with pytest.raises(Invalid) as refused, transaction() as session:
        auth_service(session).create_user(NewPerson("kari", "Kari", password))

    assert refused.value.field == "password"


def test_a_user_name_is_taken_whatever_its_case(app: Flask) -> None:
    make_user("kari")

    with pytest.raises(Conflict) as taken, transaction() as session:
        auth_service(session).create_user(NewPerson("KARI", "Kari", PASSWORD))

    assert taken.value.field == "username"


def test_signing_in_leads_where_the_person_wanted_to_go(client: FlaskClient) -> None:
    kari = make_user("kari")
    token = csrf_of(client, "/sign-in")
    data = {"username": kari.username, "password": PASSWORD, "next": "/jobs?state=done", "csrf_token": token}

    answer = client.post("/sign-in", data=data)

    assert answer.status_code == 303
    assert answer.location == "/jobs?state=done"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "/x\nSet-Cookie: a=b"])
def test_signing_in_never_leads_elsewhere(client: FlaskClient, target: str) -> None:
    kari = make_user("kari")
    token = csrf_of(client, "/sign-in")
    data = {"username": kari.username, "password": PASSWORD, "next": target, "csrf_token": token}

    assert client.post("/sign-in", data=data).location == "/projects"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: FlaskClient) -> None:
    make_user("kari")
    token = csrf_of(client, "/sign-in")
    pages = [
        client.post("/sign-in", data={"username": name, "password": "wrong wrong", "csrf_token": token})
        for name in ("kari", "nobody")
    ]

    assert [page.status_code for page in pages] == [422, 422]
    texts = [re.sub(r'value="[^"]*"|CSRFToken[^}]*', "", page.get_data(as_text=True)) for page in pages]
    assert texts[0] == texts[1]


def test_what_was_typed_stays_but_not_the_password(client: FlaskClient) -> None:
    token = csrf_of(client, "/sign-in")
    page = client.post("/sign-in", data={"username": "kari", "password": "my secret word", "csrf_token": token})

    assert 'value="kari"' in page.get_data(as_text=True)
    assert "my secret word" not in page.get_data(as_text=True)


def test_guessing_is_slowed_down_per_account(app: Flask) -> None:
    make_user("kari")
    for _ in range(FREE_TRIES["account"] + 1):
        with transaction() as session:
            assert auth_service(session).sign_in("kari", "wrong wrong", HERE) is None

    with pytest.raises(Throttled), transaction() as session:
        auth_service(session).sign_in("kari", PASSWORD, HERE)


def test_a_throttled_sign_in_answers_429_with_the_wait(client: FlaskClient) -> None:
    make_user("kari")
    token = csrf_of(client, "/sign-in")
    data = {"username": "kari", "password": "wrong wrong", "csrf_token": token}
    for _ in range(FREE_TRIES["account"] + 1):
        client.post("/sign-in", data=data)

    answer = client.post("/sign-in", data=data)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_session_that_lives_is_not_hurt_by_somebody_guessing(client: FlaskClient) -> None:
    kari = make_user("kari")
    sign_in(client, kari)
    for _ in range(FREE_TRIES["account"] + 1):
        with transaction() as session:
            auth_service(session).sign_in("kari", "wrong wrong", HERE)

    assert client.get("/projects").status_code == 200


def test_signing_out_ends_the_session_on_the_server(app: Flask, client: FlaskClient) -> None:
    sign_in(client, make_user())
    stolen = client.get_cookie("rushes")
    assert stolen is not None

    client.post("/sign-out", data={"csrf_token": csrf_of(client)})
    thief = app.test_client()
    thief.set_cookie("rushes", stolen.value)

    assert thief.get("/projects").status_code == 303


def test_a_token_from_before_signing_in_is_not_the_one_after(client: FlaskClient) -> None:
    client.set_cookie("rushes", "chosen-by-an-attacker")
    sign_in(client, make_user())
    cookie = client.get_cookie("rushes")

    assert cookie is not None
    assert cookie.value != "chosen-by-an-attacker"


def test_only_the_hash_of_a_token_is_stored(app: Flask) -> None:
    make_user("kari")
    with transaction() as session:
        entered = auth_service(session).sign_in("kari", PASSWORD, HERE)
    assert entered is not None

    stored = [row.token_hash for row in db.session.query(UserSession)]
    assert entered[1] not in stored


def test_a_disabled_person_is_out_at_once(client: FlaskClient) -> None:
    kari = make_user("kari")
    sign_in(client, kari)
    with transaction() as session:
        session.merge(kari).is_active = False

    assert client.get("/projects").status_code == 303


@pytest.mark.parametrize("idle", [timedelta(days=8), timedelta(days=31)])
def test_an_old_session_is_over(app: Flask, idle: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user("kari")
    with transaction() as session:
        entered = auth_service(session).sign_in("kari", PASSWORD, HERE)
    assert entered is not None
    later = clock.now() + idle
    monkeypatch.setattr("app.auth.service.now", lambda: later)

    with transaction() as session:
        service: AuthService = auth_service(session)
        assert service.person_of(entered[1]) is None


def test_a_page_asks_to_sign_in_first_and_comes_back(client: FlaskClient) -> None:
    answer = client.get("/jobs?state=failed")

    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/jobs?state%3Dfailed"


@pytest.mark.parametrize(
    ("page", "back"),
    [("http://localhost/p/own?view=list", "?next=/p/own?view%3Dlist"), ("http://elsewhere/p/own", ""), ("", "")],
)
def test_a_form_sent_too_late_comes_back_to_its_page(client: FlaskClient, page: str, back: str) -> None:
    token = csrf_of(client, "/sign-in")

    answer = client.post("/me/theme", data={"csrf_token": token}, headers={"Referer": page})

    assert answer.location == f"/sign-in{back}"


def test_what_was_typed_into_a_form_sent_too_late_stands_beside_the_way_in(client: FlaskClient) -> None:
    typed = {"csrf_token": csrf_of(client, "/sign-in"), "description": "Three <b>days</b>", "password": "hidden one"}

    answer = client.post("/projects/new", data=typed, headers={"Referer": "http://localhost/projects/new"})

    assert answer.status_code == 401
    assert "Three &lt;b&gt;days&lt;/b&gt;" in answer.text and "hidden one" not in answer.text
    assert 'name="next" type="hidden" value="/projects/new"' in answer.text
    assert typed["csrf_token"] not in answer.text.split("What you typed")[1]


def test_what_was_typed_outlives_a_wrong_password_too(client: FlaskClient) -> None:
    kept = {"kept_name": ["Description", "Name"], "kept_text": ["All about <boats>", "Keel"]}

    page = client.post(
        "/sign-in",
        data={"csrf_token": csrf_of(client, "/sign-in"), "username": "nobody", "password": "wrong", **kept},
    ).text

    assert page.count("All about &lt;boats&gt;") == page.count("Keel") == 2
    assert page.index("What you typed") > page.index('name="kept_text"')


def test_what_a_page_of_another_site_sends_is_not_shown_beside_the_way_in(client: FlaskClient) -> None:
    typed = {"csrf_token": csrf_of(client, "/sign-in"), "name": "Call this number"}

    answer = client.post("/projects/new", data=typed, headers={"Referer": "http://elsewhere/"})

    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_an_expired_session_never_swaps_the_sign_in_page_into_a_piece(client: FlaskClient) -> None:
    answer = client.get("/jobs", headers=HTMX)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/sign-in")
