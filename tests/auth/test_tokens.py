"""Tokens: made and shown once, used, counted, taken back."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth.models import ApiToken, User
from app.core import clock
from app.core.db import db, transaction
from tests.factories import make_user
from tests.visitors import Visitor

TOKEN = re.compile(r'value="(rushes_[\w-]+)"')
NEW = {"name": "Nightly", "scope": "read", "lasts": "30"}


@pytest.fixture
def kari(app: Flask) -> Visitor:
    return Visitor(app, make_user("kari"))


def make(visitor: Visitor, **fields: str) -> str:
    """Return a new token, as the page shows it."""
    found = TOKEN.search(visitor.post("/me/tokens", {**NEW, **fields}).get_data(as_text=True))
    assert found is not None
    return found[1]


def use(app: Flask, token: str, path: str = "/projects.json") -> TestResponse:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_is_shown_once_and_only_its_hash_is_stored(kari: Visitor) -> None:
    token = make(kari)

    assert token not in kari.get("/me/tokens").get_data(as_text=True)
    assert token not in db.session.query(ApiToken).one().token_hash


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "x" * 121), ("scope", "admin"), ("lasts", "forever")]
)
def test_a_bad_token_is_not_made(kari: Visitor, field: str, value: str) -> None:
    assert kari.post("/me/tokens", {**NEW, field: value}).status_code == 422
    assert db.session.query(ApiToken).count() == 0


def test_a_form_sent_twice_makes_one_token(kari: Visitor) -> None:
    for _ in range(2):
        kari.post("/me/tokens", {**NEW, "once": "the same"})

    assert db.session.query(ApiToken).count() == 1


def test_a_token_opens_what_its_person_may_see(app: Flask, kari: Visitor) -> None:
    answer = use(app, make(kari))

    assert answer.status_code == 200
    assert answer.get_json() == {"items": [], "next": None}


def test_its_use_is_noted_once_a_minute(app: Flask, kari: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    token, moments = make(kari), []
    for seconds in (0, 30, 90):
        later = clock.now() + timedelta(seconds=seconds)
        monkeypatch.setattr("app.auth.tokens.now", lambda later=later: later)
        use(app, token)
        moments.append(db.session.query(ApiToken).one().last_used_at)

    assert moments[0] == moments[1]
    assert moments[2] > moments[1]


def test_a_token_that_ran_out_is_refused_in_words(app: Flask, kari: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    token, later = make(kari), clock.now() + timedelta(days=31)
    monkeypatch.setattr("app.auth.tokens.now", lambda: later)

    answer = use(app, token)

    assert answer.status_code == 401
    assert "expired" in answer.get_json()["error"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_taken_back_opens_nothing(app: Flask, kari: Visitor) -> None:
    token, row = make(kari), db.session.query(ApiToken).one()

    assert kari.post(f"/me/tokens/{row.public_id}/revoke").status_code == 303
    assert use(app, token).status_code == 401
    assert "Take back Nightly" not in kari.get("/me/tokens").get_data(as_text=True)


def test_a_disabled_persons_tokens_die(app: Flask, kari: Visitor) -> None:
    token = make(kari)
    with transaction() as session:
        assert kari.user is not None
        session.get_one(User, kari.user.id).is_active = False

    assert use(app, token).status_code == 401


def test_a_token_of_somebody_else_cannot_be_taken_back(app: Flask, kari: Visitor) -> None:
    make(kari)
    row = db.session.query(ApiToken).one()

    assert Visitor(app, make_user("jonas")).post(f"/me/tokens/{row.public_id}/revoke").status_code == 404


@pytest.mark.parametrize("path", ["/me", "/me/tokens", "/admin/database", "/projects"])
def test_a_token_reaches_no_account_no_admin_and_no_page(app: Flask, kari: Visitor, path: str) -> None:
    answer = use(app, make(kari, scope="write"), path)

    assert answer.status_code == 403
    assert "error" in answer.get_json()


def test_a_token_that_reads_makes_nothing(app: Flask, kari: Visitor) -> None:
    headers = {"Authorization": f"Bearer {make(kari)}"}

    answer = app.test_client().post("/projects/new", data={"name": "Harbour"}, headers=headers)

    assert answer.status_code == 403
    assert "read, not write" in answer.get_json()["error"]


def test_a_token_that_writes_makes_a_project_without_a_page(app: Flask, kari: Visitor) -> None:
    headers, client = {"Authorization": f"Bearer {make(kari, scope='write')}"}, app.test_client()

    made = client.post("/projects/new", data={"name": "Harbour"}, headers=headers)
    again = client.post("/projects/new", data={"name": "Harbour"}, headers=headers)

    assert made.location == "/p/harbour.json"
    assert client.get(made.location, headers=headers).get_json()["project"]["name"] == "Harbour"
    assert (again.status_code, again.get_json()["field"]) == (422, "name")
