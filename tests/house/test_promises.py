"""What the register of security demands promises of every page, and no other test asks."""

import re

import pytest
from flask import Flask

from app.config import settings_from
from tests.factories import PASSWORD
from tests.house.asking import Cell, ask, rules_of
from tests.house.sources import texts
from tests.house.world import World
from tests.visitors import Company, Visitor

TEXT = re.compile(r"^(text/|application/(json|javascript|manifest\+json))")


def test_every_text_says_its_type_and_charset(world: World) -> None:
    visitor, wrong = world.visitor("owner"), []

    for rule in rules_of(world.app):
        if "GET" in (rule.methods or ()):
            answer = ask(world, visitor, Cell(rule, "GET", "owner", "own"))
            kind = answer.headers.get("Content-Type", "")
            is_plain = TEXT.match(kind) and not kind.startswith("application/json")
            if answer.data and (not kind or (is_plain and "charset=utf-8" not in kind.lower())):
                wrong.append(f"{rule.rule}: {kind!r}")

    assert wrong == []


def test_every_page_of_somebody_lets_them_sign_out(world: World) -> None:
    visitor, without = world.visitor("owner"), []

    for rule in rules_of(world.app):
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            answer = ask(world, visitor, Cell(rule, "GET", "owner", "own"))
            is_page = answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text
            if is_page and 'action="/sign-out"' not in answer.text:
                without.append(rule.rule)

    assert without == []


def test_signing_out_empties_what_the_browser_kept(company: Company) -> None:
    answer = company.as_("viewer").post("/sign-out")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.location == "/sign-in"


@pytest.mark.parametrize("path", ["/sign-in", "/me", "/me/password", "/me/second-factor"])
def test_a_password_is_masked_and_may_be_pasted(company: Company, path: str) -> None:
    visitor = Visitor(company.app) if path == "/sign-in" else company.as_("viewer")

    fields = re.findall(r'<input[^>]*name="(?:password|current)"[^>]*>', visitor.get(path).text)

    assert fields and all('type="password"' in field and "onpaste" not in field for field in fields)
    assert [name for name, text in texts(".js") if re.search(r"""["']paste["']|onpaste""", text)] == []


def test_a_long_phrase_in_any_script_is_a_password(company: Company) -> None:
    viewer, phrase = company.as_("viewer"), "Ærlig talt, fjorden er 深い — " * 4

    answer = viewer.post("/me/password", {"current": PASSWORD, "password": phrase})

    assert len(phrase) > 64 and answer.status_code == 303


@pytest.mark.parametrize("words", ["aaaaaaaaaaaaaaa", "onlysmallletters", "314159265358979"])
def test_no_kind_of_letter_is_asked_of_a_password(company: Company, words: str) -> None:
    assert company.as_("viewer").post("/me/password", {"current": PASSWORD, "password": words}).status_code == 303


def test_a_field_sent_twice_counts_once_and_from_the_form_alone(company: Company) -> None:
    owner, path = company.as_("owner"), f"/p/{company.project.slug}/settings"
    version = re.search(r'name="version"[^>]*value="(\d+)"', owner.get(path).text)
    assert version is not None

    answer = owner.post(f"{path}?name=Elsewhere", {"name": ["First", "Second"], "version": version[1]})

    assert answer.status_code in (303, 422)
    assert "Elsewhere" not in owner.get("/projects").text and "Second" not in owner.get("/projects").text


def test_the_key_of_the_installation_is_its_owners_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("home") / "instance"
    first, second = (settings_from({"RUSHES_INSTANCE": str(folder)}, folder) for _ in range(2))

    assert first.secret_key == second.secret_key and len(first.secret_key) == 64
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0


def test_nothing_is_switched_on_for_developers(app: Flask) -> None:
    assert app.debug is False
    assert not app.config["EXPLAIN_TEMPLATE_LOADING"]
