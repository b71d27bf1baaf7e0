"""Programs with a token: every address by every method, for tokens that read and that write."""

from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth.models import TokenScope
from app.auth.tokens import token_service
from app.core.db import transaction
from app.core.web.access import ADMIN, IN_PERSON, OPERATOR, PUBLIC, is_file, rule_of
from tests.house.asking import Cell, ask, case_of, cells, expected
from tests.house.world import World
from tests.visitors import Visitor

LOOKS = ("GET", "HEAD")


class Program(Visitor):
    """Something that brings a token and nothing else: no cookie, no page."""

    def __init__(self, world: World, role: str, scope: TokenScope) -> None:
        super().__init__(world.app)
        with transaction() as session:
            key = token_service(session).create(world.people[role], "Program", scope, None)
        self.client = world.app.test_client()
        self.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        self.token = "none"


def wanted(app: Flask, cell: Cell, scope: TokenScope) -> int:
    """Return what a token of this person must get, from the rules alone."""
    if cell.method not in (cell.rule.methods or ()):
        return 405
    rule = rule_of(app, cell.rule.endpoint)
    if rule in (IN_PERSON, ADMIN):
        return 403
    if cell.method in LOOKS:
        open_to_tokens = cell.rule.rule.endswith(".json") or is_file(app, cell.rule.endpoint)
        # Who may send goes on where a broken upload stopped, and asks where that is.
        open_to_tokens |= cell.rule.endpoint == "tus.offset" and scope is TokenScope.WRITE
        return expected(app, cell) if open_to_tokens else 403
    return expected(app, cell) if scope is TokenScope.WRITE else 403


def asked(world: World, role: str) -> list[Cell]:
    return [
        cell
        for cell in cells(world.app, role)
        if rule_of(world.app, cell.rule.endpoint) not in (PUBLIC, OPERATOR) and cell.method != "OPTIONS"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scope", list(TokenScope))
@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
def test_a_token_gets_what_its_person_may_have_by_its_scope(world: World, role: str, scope: TokenScope) -> None:
    program, wrong = Program(world, role, scope), []
    world.save()
    before = world.digest()

    for cell in asked(world, role):
        right = wanted(world.app, cell, scope)
        answer = ask(world, program, cell)
        if answer.status_code != right:
            wrong.append(f"{cell}: {answer.status_code}, not {right}")
        elif right in (403, 404) and not has_words(cell, answer):
            wrong.append(f"{cell}: no words in JSON")
        if cell.method not in LOOKS and right == case_of(cell).status:
            world.put_back()

    assert not wrong, "\n".join(wrong)
    world.put_back()
    assert world.digest() == before


def has_words(cell: Cell, answer: TestResponse) -> bool:
    """Say whether a refusal is JSON; the upload protocol has an answer of its own, and HEAD has no body."""
    told = answer.get_json(silent=True) or {}
    return "error" in told or cell.method == "HEAD" or cell.rule.rule.startswith("/uploads")


@pytest.mark.parametrize("header", ["Bearer nothing", "Bearer ", "bearer x", "Basic eDp5"])
def test_what_is_no_token_opens_nothing(world: World, header: str) -> None:
    answer: TestResponse = world.app.test_client().get("/projects.json", headers={"Authorization": header})

    assert answer.status_code == 401
    assert "error" in answer.get_json()


def test_a_token_that_is_none_is_refused_beside_a_good_cookie(world: World) -> None:
    visitor = world.visitor("owner")

    assert visitor.get("/projects.json", headers={"Authorization": "Bearer nothing"}).status_code == 401


def test_a_cookie_needs_the_forms_token_even_beside_a_header(world: World) -> None:
    visitor, slug = world.visitor("owner"), world.projects["own"].slug

    plain = visitor.client.post(f"/p/{slug}/archive")
    dressed = visitor.client.post(f"/p/{slug}/archive", headers={"Authorization": "Bearer nothing"})
    public = visitor.client.post("/sign-in", headers={"Authorization": "Bearer nothing"})

    assert [plain.status_code, dressed.status_code, public.status_code] == [400, 401, 400]


def test_a_refused_form_of_a_program_says_why_in_json(world: World) -> None:
    program, media = Program(world, "editor", TokenScope.WRITE), world.projects["own"].media

    answer = program.client.post(f"/m/{media}/clips", data={"in_timecode": "x", "out_timecode": "y"})

    assert answer.status_code == 422
    assert answer.get_json()["field"] in ("in_timecode", "title")


def test_a_saved_form_leads_a_program_to_json(world: World) -> None:
    program, media = Program(world, "editor", TokenScope.WRITE), world.projects["own"].media
    fields = {"title": "Hull", "in_timecode": "00:00:00:01", "out_timecode": "00:00:00:04"}

    answer = program.client.post(f"/m/{media}/clips", data=fields)
    told = program.client.get(answer.location).get_json()

    assert UUID(told["public_id"]) == media
    assert (1, 5) in [(clip["in_point"], clip["out_point"]) for clip in told["clips"]]


def test_a_stale_trim_of_a_program_is_refused_in_json(world: World) -> None:
    program, clip = Program(world, "editor", TokenScope.WRITE), world.projects["own"].clip
    first = {"in_timecode": "00:00:00:01", "out_timecode": "00:00:00:04", "version": "1"}

    answers = [program.client.post(f"/clips/{clip}/bounds", data=each) for each in (first, {**first, "version": "x"})]
    stale = program.client.post(f"/clips/{clip}/bounds", data={**first, "out_timecode": "00:00:00:06"})

    assert [answer.status_code for answer in answers] == [303, 422]
    assert stale.status_code == 409
    assert "error" in stale.get_json()


def test_a_stale_form_of_a_program_is_refused_in_json(world: World) -> None:
    program, clip = Program(world, "editor", TokenScope.WRITE), world.projects["own"].clip
    times = {"in_timecode": "00:00:00:05", "out_timecode": "00:00:00:14"}
    program.client.post(f"/clips/{clip}/edit", data={**times, "title": "Hull", "version": "1"})

    stale = program.client.post(f"/clips/{clip}/edit", data={**times, "title": "Stem", "version": "1"})

    assert stale.status_code == 409
    assert "error" in stale.get_json()


def test_an_address_that_leads_nowhere_tells_a_program_so_in_json(world: World) -> None:
    program = Program(world, "editor", TokenScope.READ)

    assert program.get("/nowhere/at-all").get_json()["error"]
