"""Every answer carries the strict headers, whoever asks and whatever comes of it."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core.web.headers import ALWAYS
from app.factory import create_app
from tests.conftest import Browser
from tests.house.asking import Cell, ask, rules_of
from tests.house.observatory import score
from tests.house.world import World
from tests.visitors import Company

LEAST_SCORE, HIGHEST_SCORE = 135, 135
FORBIDDEN_IN_POLICY = ("unsafe-eval", "'unsafe-inline' ", "http:", "https:", " *")


def faults(answer: TestResponse) -> list[str]:
    """Return what is wrong with an answer's headers."""
    found = [
        f"{name} is {answer.headers.get(name)}" for name, value in ALWAYS.items() if answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy:
        found.append(f"policy is {policy!r}")
    if answer.mimetype == "text/html" and answer.status_code == 200:
        found += [
            f"policy lacks {part}" for part in ("frame-ancestors 'none'", "base-uri 'none'") if part not in policy
        ]
        found += [f"policy allows {part}" for part in FORBIDDEN_IN_POLICY if part in _without_styles(policy)]
    if "Access-Control-Allow-Origin" in answer.headers:
        found.append("another site may read it")
    if "Cache-Control" not in answer.headers:
        found.append("nothing is said about keeping it")
    return found


def _without_styles(policy: str) -> str:
    return policy.replace("style-src-attr 'unsafe-inline'", "")


@pytest.mark.slow
@pytest.mark.parametrize("role", ["signed out", "viewer", "owner"])
def test_every_answer_carries_the_strict_headers(world: World, role: str) -> None:
    visitor, wrong = world.visitor(role), []

    for rule in rules_of(world.app):
        for method in ("GET", "HEAD", "POST", "PUT"):
            cell = Cell(rule, method, role, "own")
            answer = ask(world, visitor, cell, token="")
            wrong += [f"{cell}: {fault}" for fault in faults(answer)]

    assert not wrong, "\n".join(wrong)


def test_a_page_of_somebody_is_never_kept(world: World) -> None:
    visitor, kept = world.visitor("owner"), []

    for rule in rules_of(world.app):
        if rule.endpoint != "static" and "GET" in (rule.methods or ()):
            answer = ask(world, visitor, Cell(rule, "GET", "owner", "own"))
            if answer.mimetype == "text/html" and answer.headers["Cache-Control"] != "no-store":
                kept.append(f"{rule.rule}: {answer.headers['Cache-Control']}")

    assert kept == []


@pytest.mark.parametrize(
    "path", ["/nowhere", "/p/nowhere", "/m/x", "/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/%00"]
)
def test_an_address_that_leads_nowhere_answers_as_strictly(company: Company, path: str) -> None:
    answer = company.as_("viewer").get(path)

    assert answer.status_code == 404
    assert faults(answer) == []


def test_a_page_has_no_script_or_style_of_its_own(world: World) -> None:
    visitor, found = world.visitor("owner"), []

    for rule in rules_of(world.app):
        if rule.endpoint != "static" and "GET" in (rule.methods or ()):
            answer = ask(world, visitor, Cell(rule, "GET", "owner", "own"))
            text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            inline = re.findall(r"<script(?![^>]*src=)[^>]*>|<style|\son\w+=|javascript:|https?://", text)
            found += [f"{rule.rule}: {each}" for each in inline]

    assert found == []


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(company: Company) -> None:
    answer = company.app.test_client().get("/sign-in")

    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie


def test_over_https_cookies_are_bound_to_the_host_and_browsers_stay_on_https(app: Flask) -> None:
    secure = create_app(replace(app.config["SETTINGS"], https=True))
    secure.test_client_class = Browser

    answer = secure.test_client().get("/sign-in", base_url="https://rushes.example")

    assert int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"]).group(1)) >= 31_536_000  # type: ignore[union-attr]
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie


@pytest.mark.slow
def test_a_scanner_of_headers_would_give_every_page_its_highest_mark(world: World) -> None:
    world.app = create_app(replace(world.app.config["SETTINGS"], https=True))
    world.app.test_client_class = Browser
    world.app.config["PREFERRED_URL_SCHEME"] = "https"
    low = []

    for role in ("signed out", "owner", "admin"):
        visitor = world.visitor(role)
        for rule in rules_of(world.app):
            if rule.endpoint != "static" and "GET" in (rule.methods or ()):
                answer = ask(world, visitor, Cell(rule, "GET", role, "own"))
                if answer.mimetype == "text/html" and score(answer) < LEAST_SCORE:
                    low.append(f"{rule.rule} as {role}: {score(answer)}")

    assert low == []


@pytest.mark.parametrize("lost", ["Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options"])
def test_the_score_falls_with_a_header(app: Flask, lost: str) -> None:
    secure = create_app(replace(app.config["SETTINGS"], https=True))
    answer = secure.test_client().get("/sign-in", base_url="https://rushes.example")
    assert score(answer) == HIGHEST_SCORE

    del answer.headers[lost]

    assert score(answer) < LEAST_SCORE


def test_an_error_shows_nothing_of_how_it_came_about(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = company.as_("owner")

    def break_down(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr("app.library.routes.cards", break_down)
    for answer in (visitor.get(f"/p/{company.project.slug}"), visitor.piece(f"/p/{company.project.slug}")):
        text = answer.get_data(as_text=True)
        assert answer.status_code == 500
        assert "secret details" not in text
        assert "Traceback" not in text
        assert faults(answer) == []
