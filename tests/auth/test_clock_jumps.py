"""A clock that jumps: nothing that was over comes back to life, and nobody is kept out for years."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

import pyotp
import pytest
from flask import Flask

from app.auth.links import JOIN_LASTS, RESET_LASTS, Invited, link_service
from app.auth.models import LinkPurpose, TokenScope
from app.auth.second_factor import PENDING_LASTS, second_factor_service
from app.auth.service import SETUP_LASTS, auth_service
from app.auth.throttle import FREE_TRIES, Throttle
from app.auth.tokens import token_service
from app.core import clock
from app.core.db import transaction
from app.core.errors import NotFound
from tests.auth.test_second_factor import first_step, switch_on
from tests.factories import PASSWORD, make_user
from tests.visitors import Visitor, counted

BACK, AHEAD = timedelta(days=-400), timedelta(days=3653)
Jump = Callable[[timedelta], None]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Set the clock of the whole house so far off."""

    def by(difference: timedelta) -> None:
        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + difference

        monkeypatch.setattr(clock, "datetime", Shifted)

    return by


def test_the_jump_reaches_whoever_asks_the_house_for_the_time(jump: Jump) -> None:
    jump(AHEAD)

    assert clock.now() - datetime.now(UTC) > timedelta(days=3652)


def test_a_session_that_ran_out_stays_out_when_the_clock_is_put_back(app: Flask, jump: Jump) -> None:
    kari = Visitor(app, make_user("kari"))
    jump(AHEAD)
    assert kari.get("/projects").status_code == 303

    jump(timedelta(0))

    assert kari.get("/projects").status_code == 303


def test_a_session_from_the_future_does_not_count(app: Flask, jump: Jump) -> None:
    kari = Visitor(app, make_user("kari"))
    jump(BACK)

    assert kari.get("/projects").status_code == 303
    jump(timedelta(0))
    assert kari.get("/projects").status_code == 303


def test_clocks_of_two_machines_may_differ_a_little(app: Flask, jump: Jump) -> None:
    kari = Visitor(app, make_user("kari"))

    jump(timedelta(minutes=-4))

    assert kari.get("/projects").status_code == 200


@pytest.mark.parametrize("difference", [BACK, AHEAD], ids=["back", "ahead"])
def test_links_and_tokens_that_end_open_nothing_after_a_jump(app: Flask, jump: Jump, difference: timedelta) -> None:
    kari = make_user("kari")
    with transaction() as session:
        link = link_service(session).reset(None, kari)
        token = token_service(session).create(kari, "Script", TokenScope.READ, timedelta(days=30))

    jump(difference)

    with transaction() as session:
        assert token_service(session).bearer(token) is None
        with pytest.raises(NotFound):
            link_service(session).open(link, LinkPurpose.RESET)


def test_a_set_up_link_opens_nothing_after_a_jump(app: Flask, jump: Jump) -> None:
    with transaction() as session:
        token = auth_service(session).make_setup_link()

    for difference in (BACK, AHEAD):
        jump(difference)
        with transaction() as session, pytest.raises(NotFound):
            auth_service(session).check_setup_link(token)


def test_a_sign_in_that_waits_for_its_code_is_over_after_a_jump(app: Flask, jump: Jump) -> None:
    kari = make_user("kari")
    with transaction() as session:
        token = second_factor_service(session).ask(kari)

    for difference in (BACK, AHEAD):
        jump(difference)
        with transaction() as session, pytest.raises(NotFound):
            second_factor_service(session).waiting(token)


def test_a_code_used_before_the_clock_was_put_back_is_not_taken_again(app: Flask, jump: Jump) -> None:
    kari = make_user("kari")
    with transaction() as session:
        service = second_factor_service(session)
        service.start(kari, PASSWORD)
        started = service.started(kari)
        assert started is not None
        key = started
    jump(AHEAD)
    with transaction() as session:
        second_factor_service(session).confirm(kari, _code(key))

    jump(timedelta(0))

    with transaction() as session:
        credential = second_factor_service(session).factors.of(kari.id)
        assert credential is not None
        assert not second_factor_service(session)._takes_step(credential, _code(key), clock.now())


def test_a_wait_earned_under_a_wrong_clock_keeps_nobody_out_for_years(app: Flask, jump: Jump) -> None:
    jump(AHEAD)
    with transaction() as session:
        throttle = Throttle(auth_service(session).sessions)
        for _ in range(FREE_TRIES["account"] + 2):
            throttle.failed("kari", None)
            session.flush()
        assert throttle.wait_s("kari", None) > 0

    jump(timedelta(0))

    with transaction() as session:
        assert Throttle(auth_service(session).sessions).wait_s("kari", None) == 0


def test_what_was_made_last_is_first_whatever_the_clock_said(app: Flask, jump: Jump) -> None:
    kari = make_user("kari")
    for name, difference in (("first", AHEAD), ("second", timedelta(0)), ("third", BACK)):
        jump(difference)
        with transaction() as session:
            token_service(session).create(kari, name, TokenScope.READ, None)

    with transaction() as session:
        assert [token.name for token in token_service(session).of(kari)] == ["third", "second", "first"]


def _code(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


A_LITTLE = timedelta(minutes=-2)


@pytest.mark.parametrize("what", ["set-up link", "reset link", "invitation", "program's token"])
def test_what_ran_out_stays_out_when_the_clock_is_put_back_a_little(app: Flask, jump: Jump, what: str) -> None:
    client = app.test_client()
    with transaction() as session:
        if what == "set-up link":
            path, bearer, lasts = f"/setup/{auth_service(session).make_setup_link()}", {}, SETUP_LASTS
    if what != "set-up link":
        kari = make_user("kari")
        with transaction() as session:
            links = link_service(session)
            if what == "reset link":
                path, bearer, lasts = f"/reset/{links.reset(None, kari)}", {}, RESET_LASTS
            elif what == "invitation":
                path, bearer, lasts = f"/invite/{links.invite(kari, Invited())}", {}, JOIN_LASTS
            else:
                lasts = timedelta(days=30)
                token = token_service(session).create(kari, "Script", TokenScope.READ, lasts)
                path, bearer = "/projects.json", {"Authorization": f"Bearer {token}"}
    assert client.get(path, headers=bearer).status_code == 200

    jump(lasts + timedelta(minutes=1))
    refused = client.get(path, headers=bearer).status_code
    jump(lasts + timedelta(minutes=1) + A_LITTLE)

    assert refused in (401, 404)
    assert client.get(path, headers=bearer).status_code == refused


def test_a_half_made_sign_in_that_ran_out_stays_out(app: Flask, jump: Jump) -> None:
    switch_on(Visitor(app, make_user("kari")))
    client = app.test_client()
    first_step(client)
    held = dict(client._cookies)
    jump(PENDING_LASTS + timedelta(minutes=1))
    assert client.get("/sign-in/code").location == "/sign-in"

    jump(PENDING_LASTS + timedelta(minutes=1) + A_LITTLE)
    client._cookies = held

    assert client.get("/sign-in/code").location == "/sign-in"


def test_what_never_was_a_token_costs_no_write(app: Flask) -> None:
    client = app.test_client()
    make_user("kari")

    with counted() as asked:
        client.get("/reset/never-was-one")
        client.get("/projects.json", headers={"Authorization": "Bearer never-was-one"})

    assert [text for text in asked if text.startswith("UPDATE")] == []
