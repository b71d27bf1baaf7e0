"""Ask any route by any method, as anybody, about any project."""

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.core.web.access import ADMIN, IN_PERSON, OPERATOR, PUBLIC, SIGNED_IN, rule_of
from app.projects.models import MemberRole
from app.projects.policy import IN_ARCHIVE, LEAST_ROLE, RANK
from tests.house.cases import CASES, Case
from tests.house.naming import filled, metadata, names_for
from tests.house.world import World
from tests.visitors import Visitor

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ROLES = {"viewer": MemberRole.VIEWER, "editor": MemberRole.EDITOR, "owner": MemberRole.OWNER}
NOBODY = ("signed out", "disabled")


@dataclass(frozen=True)
class Cell:
    """One question of the matrix."""

    rule: Rule
    method: str
    role: str
    project: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} as {self.role} in {self.project}"


def rules_of(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def methods_at(app: Flask, rule: Rule) -> set[str]:
    """Return every method some route answers at this address."""
    return {method for each in rules_of(app) if each.rule == rule.rule for method in each.methods or ()}


def cells(app: Flask, role: str) -> list[Cell]:
    """Return every question for one actor; addresses without a project in them are asked once."""
    return [
        Cell(rule, method, role, project)
        for rule in rules_of(app)
        for method in METHODS
        if method in (rule.methods or ()) or method not in methods_at(app, rule)
        for project in (("own", "foreign", "archived") if is_of_a_project(app, rule) else ("own",))
    ]


def is_of_a_project(app: Flask, rule: Rule) -> bool:
    return rule_of(app, rule.endpoint) not in (PUBLIC, SIGNED_IN, IN_PERSON, ADMIN, OPERATOR)


def case_of(cell: Cell) -> Case:
    """Return how this route is asked by this method."""
    wanted = "GET" if cell.method == "HEAD" and (cell.rule.endpoint, "HEAD") not in CASES else cell.method
    return CASES.get((cell.rule.endpoint, wanted), Case(200))


def ask(
    world: World, visitor: Visitor, cell: Cell, token: str | None = None, query: dict[str, str] | None = None
) -> TestResponse:
    """Send the question with the visitor's form token, or with another one."""
    things, case = world.projects[cell.project], case_of(cell)
    headers = {**case.headers, "X-CSRFToken": visitor.token if token is None else token}
    if cell.rule.endpoint == "tus.create":
        headers["Upload-Metadata"] = metadata(things)
    data = case.body if case.body is not None else filled(case.data, things) or None
    if cell.method in ("GET", "HEAD", "OPTIONS"):
        data = None
    path = address(world, cell)
    return visitor.client.open(path, method=cell.method, headers=headers, data=data, query_string=query)


def address(world: World, cell: Cell) -> str:
    """Return the path of the question, with the ids of its project's things in their places."""
    things = world.projects[cell.project]
    upload = world.uploads.get((cell.role, things.slug)) or world.uploads["owner", things.slug]
    names = names_for(cell.rule.endpoint, cell.rule.rule, things, upload)
    with world.app.test_request_context():
        built = cell.rule.build({name: names[name] for name in cell.rule.arguments}, append_unknown=False)
    assert built is not None, cell
    return str(built[1])


def expected(app: Flask, cell: Cell) -> int:
    """Return the status this question must get, from the declared rule and the table of roles alone."""
    if cell.method not in (cell.rule.methods or ()):
        return 405
    if cell.method == "OPTIONS" and cell.rule.rule == "/uploads":
        return CASES["tus.capabilities", "OPTIONS"].status
    rule, case = rule_of(app, cell.rule.endpoint), case_of(cell)
    success = case.status
    if rule == PUBLIC:
        return success
    if rule == OPERATOR:
        return success if cell.role == "admin" else 404
    if cell.role in NOBODY:
        program = cell.rule.rule.endswith(".json") or "Tus-Resumable" in case.headers
        return 401 if program else 303
    if rule == ADMIN:
        return success if cell.role == "admin" else 404
    if cell.method == "OPTIONS" or rule in (SIGNED_IN, IN_PERSON):
        return success
    return _in_project(cell, str(rule), success)


def _in_project(cell: Cell, permission: str, success: int) -> int:
    if cell.role != "admin":
        if cell.role == "outsider" or cell.project == "foreign":
            return 404
        if RANK[ROLES[cell.role]] < RANK[LEAST_ROLE[permission]]:
            return 403
    if cell.project == "archived" and permission not in IN_ARCHIVE:
        return 403
    return success


def is_led_elsewhere(app: Flask, cell: Cell, answer: TestResponse) -> bool:
    """Say whether somebody who is not signed in is led anywhere but to the page that asks them to."""
    if answer.status_code != 303 or cell.role not in NOBODY or rule_of(app, cell.rule.endpoint) == PUBLIC:
        return False
    return not answer.location.startswith("/sign-in")
