"""No form is taken without its token, and looking at a page changes nothing."""

import pytest
from flask import Flask

from tests.house.asking import Cell, ask, rules_of
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


@pytest.mark.parametrize("type", ["text/plain", "application/json", "application/x-www-form-urlencoded"])
def test_a_page_of_another_site_cannot_send_our_forms(world: World, type: str) -> None:
    visitor = world.visitor("owner")
    slug = world.projects["own"].slug
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Referer": "https://evil.example/"}
    world.save()
    before = world.digest()

    answer = visitor.client.post(f"/p/{slug}/archive", data=b"csrf_token=x", content_type=type, headers=headers)

    assert answer.status_code == 400
    assert world.digest() == before


def test_a_refused_token_does_not_switch_the_check_off(world: World) -> None:
    visitor, slug = world.visitor("owner"), world.projects["own"].slug
    for query in ("?csrf_token=x", "?token=anything"):
        visitor.client.post(f"/p/{slug}/archive{query}")

    assert visitor.client.post(f"/p/{slug}/archive").status_code == 400


def test_a_form_is_not_taken_from_the_address(world: World) -> None:
    visitor, slug = world.visitor("owner"), world.projects["own"].slug

    assert visitor.client.post(f"/p/{slug}/archive?csrf_token={visitor.token}").status_code == 400


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
