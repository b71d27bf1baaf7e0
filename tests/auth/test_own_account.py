"""One's own account: profile, looks, password, browsers and keys."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth.models import User, UserPreferences, UserSession
from app.auth.own import browser_words
from app.auth.passwords import COMMON, hash_password, matches
from app.core.db import db, transaction
from app.core.errors import Invalid
from tests.factories import PASSWORD, make_user
from tests.visitors import Company, Visitor

PROFILE = {"display_name": "Kari Lunde", "email": "", "time_zone": "Europe/Oslo", "theme": "dark", "version": "1"}
MUTATING = (
    "/me",
    "/me/theme",
    "/me/password",
    "/me/sessions/end-others",
    "/me/keyboard",
    "/me/tokens",
    "/me/second-factor/start",
    "/me/second-factor/off",
)


@pytest.fixture
def kari(app: Flask) -> Visitor:
    return Visitor(app, make_user("kari"))


def row_of(visitor: Visitor) -> User:
    assert visitor.user is not None
    return db.session.get_one(User, visitor.user.id)


def pressed(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_a_profile_is_saved_with_name_zone_and_theme(kari: Visitor) -> None:
    answer = kari.post("/me", PROFILE)

    text = pressed(kari.get("/me"))
    assert answer.status_code == 303
    assert (row_of(kari).display_name, row_of(kari).theme, row_of(kari).version) == ("Kari Lunde", "dark", 2)
    assert 'data-theme="dark"' in text
    assert '<option selected value="Europe/Oslo">' in text


def test_htmx_is_led_on_after_a_profile_is_saved(kari: Visitor) -> None:
    assert kari.swap("/me", PROFILE).headers["HX-Redirect"] == "/me"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("display_name", "", "Type the name others will see."),
        ("email", "nonsense", "Write it like name@example.org"),
        ("time_zone", "Mars/Olympus", "Not a valid choice."),
        ("theme", "pink", "Not a valid choice."),
        ("version", "x", "damaged"),
    ],
)
def test_a_bad_profile_is_refused_beside_its_field(kari: Visitor, field: str, value: str, words: str) -> None:
    answer = kari.post("/me", {**PROFILE, field: value})

    assert answer.status_code == 422
    assert words in pressed(answer)
    assert row_of(kari).version == 1


def test_a_new_address_needs_the_password(kari: Visitor) -> None:
    address = {**PROFILE, "email": "kari@example.org"}

    assert kari.post("/me", {**address, "password": "not mine"}).status_code == 422
    assert kari.post("/me", {**address, "password": PASSWORD}).status_code == 303
    assert row_of(kari).email == "kari@example.org"


def test_an_address_somebody_has_is_refused(app: Flask, kari: Visitor) -> None:
    other = Visitor(app, make_user("jonas"))
    address = {**PROFILE, "email": "kari@example.org", "password": PASSWORD}
    kari.post("/me", address)

    assert "already used" in pressed(other.post("/me", address))


def test_a_stale_profile_shows_both_values_and_loses_nothing(kari: Visitor) -> None:
    kari.post("/me", PROFILE)

    answer = kari.post("/me", {**PROFILE, "display_name": "Kari L."})

    assert answer.status_code == 409
    assert "Saved meanwhile: Kari Lunde." in pressed(answer)
    assert 'value="Kari L."' in pressed(answer)
    assert 'name="version" type="hidden" value="2"' in pressed(answer)


def test_times_are_shown_where_the_viewer_is(app: Flask, company: Company) -> None:
    visitor = company.as_("owner")
    url = f"/p/{company.project.slug}/members"
    before = re.findall(r'title="[^"]* (\w+)"', pressed(visitor.get(url)))
    visitor.post("/me", {**PROFILE, "time_zone": "Asia/Tokyo"})

    after = re.findall(r'title="[^"]* (\w+)"', pressed(visitor.get(url)))

    assert "UTC" in before
    assert "JST" in after
    assert "UTC" not in after
    assert "UTC" in pressed(company.as_("viewer").get(url))


def test_the_button_in_the_bar_keeps_the_theme(kari: Visitor) -> None:
    assert kari.post("/me/theme", {"theme": "light"}).status_code == 303
    assert row_of(kari).theme == "light"
    assert row_of(kari).version == 1
    assert kari.post("/me/theme", {"theme": "pink"}).status_code == 422


def test_keys_are_kept_in_the_account(kari: Visitor) -> None:
    assert 'data-keys="on"' in pressed(kari.get("/me/keyboard"))

    assert kari.post("/me/keyboard", {"keys": "alt"}).status_code == 303
    assert 'data-keys="alt"' in pressed(kari.get("/projects"))
    assert kari.post("/me/keyboard", {"keys": "all"}).status_code == 422
    assert db.session.query(UserPreferences).one().keys == "alt"


def test_a_password_is_changed_and_everybody_else_signed_out(app: Flask, kari: Visitor) -> None:
    elsewhere = Visitor(app, kari.user)

    answer = kari.post("/me/password", {"current": PASSWORD, "password": "a phrase of my own", "end_others": "y"})

    assert answer.status_code == 303
    assert matches(row_of(kari).password_hash, "a phrase of my own")
    assert kari.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303


def test_other_browsers_stay_where_one_says_so(app: Flask, kari: Visitor) -> None:
    elsewhere = Visitor(app, kari.user)

    kari.post("/me/password", {"current": PASSWORD, "password": "a phrase of my own"})

    assert elsewhere.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("not mine", "a phrase of my own", "This is not your password."),
        (PASSWORD, "short", "at least 8"),
        (PASSWORD, "Welcome123", "everybody tries first"),
        (PASSWORD, "", "Choose a password."),
    ],
)
def test_a_bad_password_changes_nothing(kari: Visitor, current: str, new: str, words: str) -> None:
    answer = kari.post("/me/password", {"current": current, "password": new})

    assert answer.status_code == 422
    assert words in pressed(answer)
    assert matches(row_of(kari).password_hash, PASSWORD)


def test_thousands_of_common_passwords_are_refused() -> None:
    assert len(COMMON) > 3000
    assert all(word == word.casefold() and len(word) >= 8 for word in COMMON)
    with pytest.raises(Invalid):
        hash_password("QwertyUiop")


def test_the_list_of_browsers_says_which_is_this_one(app: Flask, kari: Visitor) -> None:
    Visitor(app, kari.user)

    text = pressed(kari.get("/me/sessions"))

    assert text.count("This one") == 1
    assert "127.0.0.1" in text


def test_one_browser_is_signed_out_from_another(app: Flask, kari: Visitor) -> None:
    elsewhere = Visitor(app, kari.user)
    newest = db.session.query(UserSession).order_by(UserSession.id.desc()).first()
    assert newest is not None

    assert kari.post(f"/me/sessions/{newest.public_id}/end").status_code == 303
    assert elsewhere.get("/me").status_code == 303
    assert kari.post(f"/me/sessions/{newest.public_id}/end").status_code == 404


def test_a_session_of_somebody_else_cannot_be_ended(app: Flask, kari: Visitor) -> None:
    jonas = Visitor(app, make_user("jonas"))
    theirs = db.session.query(UserSession).order_by(UserSession.id.desc()).first()
    assert theirs is not None

    assert kari.post(f"/me/sessions/{theirs.public_id}/end").status_code == 404
    kari.post("/me/sessions/end-others")
    assert jonas.get("/me").status_code == 200


@pytest.mark.parametrize("path", MUTATING)
def test_who_is_signed_out_changes_nothing(app: Flask, path: str) -> None:
    answer = Visitor(app).post(path)

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.0", "Another program (curl/8.0)"),
        (None, "An unknown browser"),
    ],
)
def test_a_browser_is_named_in_words(agent: str | None, words: str) -> None:
    assert browser_words(agent) == words


def test_saying_nothing_makes_no_row_of_preferences(kari: Visitor) -> None:
    with transaction():
        kari.get("/projects")

    assert db.session.query(UserPreferences).count() == 0
