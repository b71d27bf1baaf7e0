"""What somebody learns who guesses: the same words, the same work, longer and longer waits."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from flask.testing import FlaskClient

from app.auth import passwords
from app.auth.links import link_service
from app.auth.models import LinkPurpose, SignInAttempt, User
from app.auth.service import Browser, NewPerson, auth_service
from app.auth.throttle import FREE_TRIES, LONGEST_WAIT_S, Throttle
from app.core.db import db, transaction
from app.core.errors import Invalid
from tests.factories import PASSWORD, PASSWORD_HASH, add_user, csrf_of, make_user

HERE = Browser("127.0.0.1", "tests")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MEBIBYTES_19 = 19 * 1024


class Counting:
    """Stands in for the hasher and notes which hashes were verified."""

    def __init__(self) -> None:
        self.real, self.verified = passwords._hasher, list[str]()

    def verify(self, stored: str, password: str) -> bool:
        self.verified.append(stored)
        return self.real.verify(stored, password)


def sign_in_as(name: str, password: str) -> object:
    with transaction() as session:
        return auth_service(session).sign_in(name, password, HERE)


@pytest.mark.parametrize("name", ["kari", "nobody", "shut-out", "no-password"])
def test_every_failed_sign_in_costs_one_verification_of_the_same_price(
    app: Flask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for each in ("kari", "shut-out", "no-password"):
        make_user(each)
    with transaction() as session:
        session.query(User).filter_by(username="shut-out").one().is_active = False
        session.query(User).filter_by(username="no-password").one().password_hash = None
    counting = Counting()
    monkeypatch.setattr(passwords, "_hasher", counting)

    assert sign_in_as(name, "wrong wrong") is None

    assert len(counting.verified) == 1
    assert extract_parameters(counting.verified[0]) == extract_parameters(PASSWORD_HASH)


def test_a_hash_costs_what_the_rules_of_the_trade_ask() -> None:
    cost = extract_parameters(PASSWORD_HASH)

    assert cost.type.name == "ID"
    assert cost.memory_cost >= MEBIBYTES_19
    assert cost.memory_cost * cost.time_cost >= 2 * MEBIBYTES_19


def test_a_hash_of_older_settings_is_made_anew_at_sign_in(app: Flask) -> None:
    make_user("kari")
    with transaction() as session:
        session.query(User).one().password_hash = PasswordHasher(1, 1024, 1).hash(PASSWORD)

    sign_in_as("kari", PASSWORD)

    stored = db.session.query(User).one().password_hash
    assert stored is not None and extract_parameters(stored) == extract_parameters(PASSWORD_HASH)
    assert passwords.matches(stored, PASSWORD)


def test_the_right_password_of_somebody_shut_out_is_answered_like_a_wrong_one(client: FlaskClient) -> None:
    make_user("kari")
    with transaction() as session:
        session.query(User).one().is_active = False
    token = csrf_of(client, "/sign-in")

    answers = [
        client.post("/sign-in", data={"username": "kari", "password": password, "csrf_token": token})
        for password in (PASSWORD, "wrong wrong")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    pages = [re.sub(r'value="[^"]*"|CSRFToken[^}]*', "", answer.get_data(as_text=True)) for answer in answers]
    assert pages[0] == pages[1]


def test_a_password_counts_exactly_as_it_was_typed(app: Flask) -> None:
    make_user("kari")

    for nearly in (PASSWORD.upper(), PASSWORD[:-1], f"{PASSWORD} ", f" {PASSWORD}", PASSWORD.replace(" ", "")):
        assert sign_in_as("kari", nearly) is None
        with transaction() as session:
            Throttle(auth_service(session).sessions).succeeded("kari")


def test_waits_double_from_a_second_to_a_quarter_of_an_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.auth.throttle.now", lambda: NOON)
    waits = []

    with transaction() as session:
        throttle = Throttle(auth_service(session).sessions)
        for _ in range(FREE_TRIES["account"] + 14):
            throttle.failed("kari", None)
            session.flush()
            waits.append(throttle.wait_s("kari", None))

    free, earned = waits[: FREE_TRIES["account"]], waits[FREE_TRIES["account"] :]
    assert free == [0] * FREE_TRIES["account"]
    # A second is added, so that whoever waits as long as they were told is let in.
    assert [wait - 1 for wait in earned[:10]] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert {wait - 1 for wait in earned[10:]} == {LONGEST_WAIT_S}


def test_failures_are_forgotten_after_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = NOON
    monkeypatch.setattr("app.auth.throttle.now", lambda: moment)
    for _ in range(FREE_TRIES["account"] + 3):
        sign_in_as("kari", "wrong wrong")
        moment += timedelta(minutes=20)
    moment += timedelta(days=2)

    sign_in_as("kari", "wrong wrong")

    assert db.session.query(SignInAttempt).filter_by(kind="account").one().failures == 1


def test_a_whole_network_is_slowed_down_whatever_names_it_tries(app: Flask) -> None:
    with transaction() as session:
        throttle = Throttle(auth_service(session).sessions)
        for number in range(FREE_TRIES["network"] + 1):
            throttle.failed(f"person{number}", f"198.51.100.{number}")
            session.flush()

        assert throttle.wait_s("somebody-else", "198.51.100.250") > 0
        assert throttle.wait_s("somebody-else", "203.0.113.9") == 0


@pytest.mark.parametrize("password", ["kari-nordmann", "KARI-NORDMANN", "Kari Nordmann", "kari@fjord.example"])
def test_ones_own_name_is_no_password_wherever_it_is_chosen(app: Flask, password: str) -> None:
    person = NewPerson("kari-nordmann", "Kari Nordmann", password, "kari@fjord.example")
    with pytest.raises(Invalid), transaction() as session:
        auth_service(session).create_user(person)
    with transaction() as session:
        kari = auth_service(session).create_user(replace(person, password=PASSWORD))
        link = link_service(session).reset(None, kari)

    with pytest.raises(Invalid) as refused, transaction() as session:
        link_service(session).choose_password(link, password)

    assert refused.value.field == "password"


def test_links_that_open_nothing_are_all_answered_alike(client: FlaskClient) -> None:
    kari = make_user("kari")
    with transaction() as session:
        links = link_service(session)
        replaced, live = links.reset(None, kari), links.reset(None, kari)
        used = links.reset(None, add_user(session, "per"))
        links.choose_password(used, "a phrase of my own")
        links.open(live, LinkPurpose.RESET).purpose = LinkPurpose.JOIN

    answers = [client.get(f"/reset/{token}") for token in (replaced, used, live, "never-was-one")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data(as_text=True).split("<h1", 1)[1].split("Error 404")[0] for answer in answers}) == 1
