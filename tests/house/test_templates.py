"""Every template compiles, is used, leads to pages that exist, and sends its forms with their token."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from tests.house.sources import ROOT, texts

FOLDER = ROOT / "templates"
NAMED = re.compile(r"[\"']([\w/.]+\.html)[\"']")


def templates() -> dict[str, str]:
    """Return every template by its name."""
    return {str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.html"))}


def forms(text: str) -> list[str]:
    """Return each form that posts, from its tag to its end."""
    return re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.S)


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_template_compiles(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name).name == name


def test_every_template_is_used_somewhere() -> None:
    named = {name for _, text in texts(".py", ".html") for name in NAMED.findall(text)}

    assert set(templates()) - named == set()


def test_every_template_that_is_named_is_there() -> None:
    named = {match for name, text in texts(".py") if name.startswith("app/") for match in NAMED.findall(text)}
    named |= {match for text in templates().values() for match in NAMED.findall(text)}

    assert named - set(templates()) == set()


def test_every_form_carries_its_token() -> None:
    bare = [
        f"{name}: {form[:90]}"
        for name, text in templates().items()
        for form in forms(text)
        if "csrf_token" not in form and "hidden_tag()" not in form
    ]

    assert bare == []


def test_what_htmx_posts_a_plain_form_posts_as_well() -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in templates().items()
        for match in re.finditer(r"<(\w+)[^>]*hx-post=\"([^\"]*)\"[^>]*>", text)
        if match.group(1) == "form" and f'action="{match.group(2)}"' not in match.group()
    ]

    assert found == []


def test_no_value_is_marked_safe(app: Flask) -> None:
    marked = []
    for name, text in templates().items():
        tree = app.jinja_env.parse(text)
        marked += [name for each in tree.find_all(nodes.Filter) if each.name in ("safe", "escape")]
        marked += [name for each in tree.find_all(nodes.ScopedEvalContextModifier)]

    assert marked == []


def test_every_address_in_a_template_leads_to_a_route(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    lost = []
    for name, text in templates().items():
        for attribute, address in re.findall(r"\b(href|action|hx-get|hx-post|formaction)=\"(/[^\"]*)\"", text):
            methods = ("POST",) if attribute in ("action", "hx-post", "formaction") else ("GET",)
            path = _filled(address)
            if not any(adapter.test(path, method) for method in (*methods, "GET")):
                lost.append(f"{name}: {attribute}={address}")

    assert lost == []


def test_every_picture_has_words_and_every_icon_none() -> None:
    wordless = [
        name for name, text in templates().items() for tag in re.findall(r"<img[^>]*>", text) if "alt=" not in tag
    ]

    assert wordless == []


def test_no_page_reaches_out_to_another_site() -> None:
    outside = [
        name
        for name, text in texts(".html", ".css", ".js")
        if re.search(r"(src|href|url|import|fetch)\s*[=(]?\s*[\"'(]+(https?:)?//", text) and Path(name).suffix
    ]

    assert outside == []


def _filled(address: str) -> str:
    """Return an address with something in each of its places."""
    plain = re.sub(r"\{%.*?%\}", "", address).split("?")[0].split("#")[0]
    ids = "00000000-0000-4000-8000-000000000000"
    kinds = {"slug": "a-slug", "entry": "1"}

    def fill(found: re.Match[str]) -> str:
        return next((each for name, each in kinds.items() if name in found.group(1)), ids)

    return re.sub(r"\{\{\s*([\w.]+)[^}]*\}\}", fill, plain)
