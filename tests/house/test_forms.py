"""No form is taken without its token, and looking at a page changes nothing."""

import pytest
from flask import Flask

from tests.house.asking import Cell, address, ask, rules_of
from tests.house.world import World
from tests.visitors import Visitor

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
LOOKING = ("GET", "HEAD", "OPTIONS")


def unsafe(app: Flask, role: str = "owner") -> list[Cell]:
    return [
        Cell(rule, method, role, "own") for rule in rules_of(app) for method in UNSAFE if method in (rule.methods or ())
    ]


def test_there_are_forms_to_look_after(app: Flask) -> None:
    assert len(unsafe(app)) > 25


@pytest.mark.parametrize("token", ["", "x", "IjEyMyI.aaaa.bbbb", "somebody else's"])
@pytest.mark.parametrize("role", ["signed out", "owner", "admin"])
def test_a_form_without_its_token_is_refused_and_changes_nothing(world: World, role: str, token: str) -> None:
    visitor = world.visitor(role)
    sent = world.visitor("editor").token if token.startswith("somebody") else token
    world.save()
    before, taken = world.digest(), []

    for cell in unsafe(world.app, role):
        answer = ask(world, visitor, cell, token=sent)
        if answer.status_code != 400:
            taken.append(f"{cell}: {answer.status_code}")

    assert not taken, "\n".join(taken)
    assert world.digest() == before


FOREIGN = [
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_SEC_FETCH_SITE": "same-site"},
    {"HTTP_ORIGIN": "https://evil.example"},
    {"HTTP_ORIGIN": "null"},
]


@pytest.mark.parametrize("sender", FOREIGN, ids=lambda sender: "-".join(sender.values()))
def test_a_form_another_site_sends_is_refused_even_with_its_token(world: World, sender: dict[str, str]) -> None:
    visitor, before, taken = world.visitor("owner"), world.digest(), []
    visitor.client.environ_base.update(sender)

    for cell in unsafe(world.app):
        answer = ask(world, visitor, cell)
        if answer.status_code != 400:
            taken.append(f"{cell}: {answer.status_code}")

    assert not taken, "\n".join(taken)
    assert world.digest() == before


def test_a_body_that_is_no_form_brings_no_token(world: World) -> None:
    visitor, before, taken = world.visitor("owner"), world.digest(), []
    body = f"csrf_token={visitor.token}&x=1".encode()

    for cell in unsafe(world.app):
        answer = visitor.client.open(address(world, cell), method=cell.method, data=body, content_type="text/plain")
        if answer.status_code != 400:
            taken.append(f"{cell}: {answer.status_code}")

    assert not taken, "\n".join(taken)
    assert world.digest() == before


@pytest.mark.parametrize("sender", [{"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_ORIGIN": "http://localhost"}])
def test_our_own_pages_are_heard(world: World, sender: dict[str, str]) -> None:
    visitor, slug = world.visitor("owner"), world.projects["own"].slug
    visitor.client.environ_base.update(sender)

    assert visitor.post(f"/p/{slug}/archive").status_code == 303


def test_a_refused_token_does_not_switch_the_check_off(world: World) -> None:
    visitor, slug = world.visitor("owner"), world.projects["own"].slug
    for query in ("?csrf_token=x", "?token=anything"):
        visitor.client.post(f"/p/{slug}/archive{query}")

    assert visitor.client.post(f"/p/{slug}/archive").status_code == 400


def test_a_form_is_not_taken_from_the_address(world: World) -> None:
    visitor, slug = world.visitor("owner"), world.projects["own"].slug

    assert visitor.client.post(f"/p/{slug}/archive?csrf_token={visitor.token}").status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize("role", ["signed out", "viewer", "owner", "admin"])
def test_looking_changes_nothing(world: World, role: str) -> None:
    visitor: Visitor = world.visitor(role)
    world.save()
    before, changed = world.digest(), []

    for rule in rules_of(world.app):
        for method in sorted(set(LOOKING) & set(rule.methods or ())):
            cell = Cell(rule, method, role, "own")
            ask(world, visitor, cell)
            if world.digest() != before:
                changed.append(str(cell))
                world.put_back()

    assert not changed, "\n".join(changed)
