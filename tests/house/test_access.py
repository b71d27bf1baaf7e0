"""Who may ask for what: every route, by every method, by everybody, in their own and in others' projects."""

import pytest
from flask import Flask

from app.core.web.access import ADMIN, IN_PERSON, OPERATOR, PUBLIC, SIGNED_IN, rule_of
from app.projects.policy import LEAST_ROLE
from tests.house.asking import Cell, ask, case_of, cells, expected, is_led_elsewhere, rules_of
from tests.house.cases import CASES
from tests.house.sources import ROOT
from tests.house.table import access_table
from tests.house.world import World, disable
from tests.visitors import Company

ACTORS = ("signed out", "outsider", "viewer", "editor", "owner", "admin", "disabled")
LEAST_CELLS = 2000


def test_every_route_declares_who_may_ask(app: Flask) -> None:
    for rule in rules_of(app):
        declared = rule_of(app, rule.endpoint)
        assert declared in (PUBLIC, SIGNED_IN, IN_PERSON, ADMIN, OPERATOR, *LEAST_ROLE), f"{rule.endpoint}: {declared}"


def test_every_route_and_method_has_its_case(app: Flask) -> None:
    asked = {
        (rule.endpoint, method)
        for rule in rules_of(app)
        for method in (rule.methods or set()) - {"OPTIONS"}
        if not (method == "HEAD" and "GET" in (rule.methods or ()))
    }

    assert set(CASES) - {("tus.capabilities", "OPTIONS")} == asked


def test_the_table_in_the_docs_is_what_the_routes_declare(app: Flask) -> None:
    written = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")

    assert written == access_table(app), "remake it: python -m tests.house.table > docs/access.md"


def test_a_route_that_declares_nothing_answers_closed(app: Flask, company: Company) -> None:
    visitor = company.as_("admin")
    view = app.view_functions["library.show"]
    declared = view.__access__  # type: ignore[attr-defined]
    del view.__access__  # type: ignore[attr-defined]
    try:
        answers = [client.get(f"/p/{company.project.slug}") for client in (visitor.client, app.test_client())]
    finally:
        view.__access__ = declared  # type: ignore[attr-defined]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert company.project.name not in answers[0].get_data(as_text=True)


def test_the_matrix_is_large_enough_to_mean_something(app: Flask) -> None:
    assert sum(len(cells(app, role)) for role in ACTORS) >= LEAST_CELLS


@pytest.mark.slow
@pytest.mark.parametrize("role", ACTORS)
def test_everybody_gets_what_they_may_have_and_nothing_else(world: World, role: str) -> None:
    visitor = world.visitor(role)
    if role == "disabled":
        disable(world)
    world.save()
    before, wrong, cookies = world.digest(), [], visitor.cookies

    for cell in cells(world.app, role):
        wanted = expected(world.app, cell)
        answer = ask(world, visitor, cell)
        if answer.status_code != wanted:
            wrong.append(f"{cell}: {answer.status_code}, not {wanted}")
        elif is_led_elsewhere(world.app, cell, answer):
            wrong.append(f"{cell}: leads to {answer.location}")
        if changes(cell, wanted):
            world.put_back()
            visitor.cookies = cookies

    assert not wrong, "\n".join(wrong)
    assert world.digest() == before


def changes(cell: Cell, wanted: int) -> bool:
    """Say whether the answer may have changed something, so that it has to be put back."""
    return cell.method in ("POST", "PATCH", "DELETE") and wanted == case_of(cell).status
