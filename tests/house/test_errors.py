"""Every error as a page and as a piece, in words; what was typed is shown again."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Throttled, TooLarge, Unavailable
from app.core.web.access import SIGNED_IN, access
from tests.visitors import Company, Visitor

PATH = "/projects/new"
ERRORS: dict[int, Exception] = {
    403: Forbidden("This needs the Editor role in this project; its owner can give it to you."),
    404: NotFound(),
    409: Conflict("Somebody was faster."),
    413: TooLarge("This project may hold 2 GB."),
    422: Invalid("Use 1 to 200 characters."),
    429: Throttled("Wait 9 s, then try again.", 9),
    500: ZeroDivisionError("a detail nobody may see"),
    503: Unavailable("The database does not answer just now."),
}


@pytest.fixture
def visitor(company: Company) -> Visitor:
    return company.as_("editor")


@pytest.fixture(params=ERRORS)
def status(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """One status after the other; the page at PATH answers with it."""

    @access(SIGNED_IN)
    def fails() -> Response:
        raise ERRORS[request.param]

    monkeypatch.setitem(app.view_functions, "projects.new", fails)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    yield request.param


def test_each_error_is_a_page_in_words(visitor: Visitor, status: int) -> None:
    answer = visitor.get(PATH)
    page = answer.get_data(as_text=True)

    assert answer.status_code == status
    assert "<h1>" in page and 'href="/projects"' in page and f"Error {status}" in page
    assert "a detail nobody may see" not in page and "Traceback" not in page


def test_each_error_is_a_piece_that_leaves_the_page_alone(visitor: Visitor, status: int) -> None:
    answer = visitor.swap(PATH, {"name": "Keel"})
    piece = answer.get_data(as_text=True)

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (status, "#toasts")
    assert 'role="alert"' in piece and "<html" not in piece


def test_the_page_shows_what_was_typed_and_no_secret(visitor: Visitor, status: int) -> None:
    typed = {
        "description": "Three days of <b>rigging</b>",
        "password": "hidden one",
        "version": "7",
        "in_timecode": "00:00:01:00",
    }

    page = visitor.post(PATH, typed).get_data(as_text=True)

    assert "What you typed" in page and "Three days of &lt;b&gt;rigging&lt;/b&gt;" in page
    assert "00:00:01:00" in page
    assert "hidden one" not in page and visitor.token not in page.split("What you typed")[1]


def test_what_is_not_there_is_not_said_twice(visitor: Visitor) -> None:
    page = visitor.get("/m/00000000-0000-0000-0000-000000000000").get_data(as_text=True)

    assert "Nothing here." not in page and "It was moved or deleted" in page


def test_a_page_that_was_open_too_long_gives_the_text_back(visitor: Visitor) -> None:
    answer = visitor.client.post(PATH, data={"csrf_token": "stale", "name": "Keel"})

    assert answer.status_code == 400
    assert "Keel" in answer.get_data(as_text=True)


def test_who_lost_their_role_meanwhile_is_told_and_keeps_the_text(company: Company) -> None:
    viewer, path = company.as_("viewer"), f"/p/{company.project.slug}/settings"
    typed = {"name": "Renamed", "description": "Long thought about"}

    page, piece = viewer.post(path, typed), viewer.swap(path, typed)

    assert page.status_code == piece.status_code == 403
    assert "Owner role" in page.get_data(as_text=True) and "Long thought about" in page.get_data(as_text=True)
    # The piece goes to the toasts: the form keeps what is in it.
    assert piece.headers["HX-Retarget"] == "#toasts" and "Owner role" in piece.get_data(as_text=True)
