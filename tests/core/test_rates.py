"""Whoever asks too often is slowed down: by person or network, with 429, and nobody else with them."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.web import rates as module
from app.core.web.rates import Rates, network_of
from tests.factories import HTMX, PASSWORD, csrf_of, make_user
from tests.visitors import Visitor


class Clock:
    """A clock that tests wind."""

    def __init__(self) -> None:
        self.moment = 1000.0

    def __call__(self) -> float:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(app: Flask, clock: Clock) -> Iterator[Flask]:
    """Return the app with three requests a minute."""
    before = app.extensions["rates"]
    app.extensions["rates"] = Rates(3, clock)
    yield app
    app.extensions["rates"] = before


def test_a_bucket_holds_a_minutes_worth_and_fills_as_time_goes_by(clock: Clock) -> None:
    rates = Rates(60, clock)

    assert [rates.wait_s("kari") for _ in range(60)] == [0] * 60
    assert rates.wait_s("kari") == 1
    clock.moment += 2
    assert [rates.wait_s("kari") for _ in range(3)] == [0, 0, 1]
    clock.moment += 3600
    assert [rates.wait_s("kari") for _ in range(61)].count(0) == 60


def test_what_is_told_to_wait_is_long_enough(clock: Clock) -> None:
    rates = Rates(7, clock)
    while not (wait_s := rates.wait_s("kari")):
        pass

    clock.moment += wait_s

    assert rates.wait_s("kari") == 0


def test_without_a_limit_nobody_waits(clock: Clock) -> None:
    rates = Rates(0, clock)

    assert not any(rates.wait_s("kari") for _ in range(10_000))


def test_many_askers_do_not_fill_the_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BUCKETS", 10)
    rates = Rates(3, clock)
    for number in range(9):
        rates.wait_s(f"old {number}")
    clock.moment += 61
    for number in range(30):
        rates.wait_s(f"asker {number}")

    assert len(rates._buckets) <= 10


def test_whoever_asks_too_often_is_told_when_to_come_back(limited: Flask, clock: Clock) -> None:
    kari = Visitor(limited, make_user("kari"))
    for _ in range(3):
        assert kari.post("/me/theme", {"theme": "dark"}).status_code == 303

    page, piece = kari.post("/me/theme", {"theme": "light"}), kari.swap("/me/theme", {"theme": "light"})

    assert (page.status_code, page.headers["Retry-After"]) == (429, "20")
    assert "Nothing of this one was done; wait 20 s." in page.text and "<html" in page.text
    assert piece.status_code == 429 and "<html" not in piece.text and piece.headers["Retry-After"] == "20"
    clock.moment += 20
    assert kari.post("/me/theme", {"theme": "light"}).status_code == 303


def test_nobody_waits_for_somebody_else(limited: Flask) -> None:
    kari, ola = (Visitor(limited, make_user(name)) for name in ("kari", "ola"))
    while kari.post("/me/theme", {"theme": "dark"}).status_code == 303:
        pass

    assert ola.post("/me/theme", {"theme": "dark"}).status_code == 303


def test_searches_and_exports_are_counted_and_pages_are_not(limited: Flask) -> None:
    kari = Visitor(limited, make_user("kari"))

    assert [kari.get("/search?q=keel").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert {kari.get("/projects").status_code for _ in range(9)} == {200}
    assert kari.post("/me/theme", {"theme": "dark"}).status_code == 303


def test_the_pieces_of_an_upload_are_not_counted(limited: Flask) -> None:
    kari = Visitor(limited, make_user("kari"))
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    nowhere = "/uploads/00000000-0000-4000-8000-000000000000"
    headers = {**tus, "X-CSRFToken": kari.token}

    assert {kari.client.patch(nowhere, data=b"x", headers=headers).status_code for _ in range(9)} == {404}


def test_what_a_page_sends_by_itself_is_not_counted(limited: Flask) -> None:
    app = limited

    uncounted = {name for name, view in app.view_functions.items() if getattr(view, "__uncounted__", False)}

    assert uncounted == {"tus.create", "tus.receive", "workbench.check", "workbench.playhead"}


def test_strangers_share_what_their_network_may(limited: Flask) -> None:
    client = limited.test_client()
    make_user("kari")
    token = csrf_of(client, "/sign-in")
    fields = {"username": "kari", "password": PASSWORD, "csrf_token": token}

    def send(ip: str) -> int:
        return client.post("/sign-in", data={**fields, "username": "no"}, environ_base={"REMOTE_ADDR": ip}).status_code

    assert [send(f"198.51.100.{number}") for number in range(4)] == [422, 422, 422, 429]
    assert send("203.0.113.1") == 422
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") == "2001:db8::/64"


def test_a_piece_of_a_search_waits_like_a_page(limited: Flask) -> None:
    kari = Visitor(limited, make_user("kari"))
    for _ in range(3):
        kari.get("/search?q=keel", headers=HTMX)

    assert kari.get("/search?q=keel", headers=HTMX).headers["HX-Retarget"] == "#toasts"
