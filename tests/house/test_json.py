"""Every object and list has its `.json`; no answer tells what only the server should know."""

import re
from typing import Any

import pytest
from flask import Flask

from app.core.web.access import is_file
from tests.house.asking import Cell, ask, rules_of
from tests.house.world import World

# Pages without a twin, and why.
WITHOUT = {
    "admin.": "the admin's pages, which no token reaches",
    "admin_": "the admin's pages, which no token reaches",
    "auth.": "signing in",
    "me.": "one's own account, which no token reaches",
    "second_factor.": "one's own account, which no token reaches",
    "tokens.": "one's own account, which no token reaches",
    "invitations.": "joining",
    "health.": "a sign of life in words",
    "metrics.": "the figures have a form of their own",
    "static": "files of ours",
    "projects.home": "leads to the list",
    "jobs.mine": "a piece of the bar",
    "jobs.status": "a piece of the job's page",
    "library.jobs_strip": "a piece of the project's page; the jobs are in /jobs.json?project=",
    "workbench.status": "a piece of the recording's page",
    "workbench_clips.exports": "a piece; the files are in the clip's JSON",
    "exchange.": "the forms clips are taken along in; the clips are in clips.json",
    "media_details.": "what the recording's own JSON holds, in words",
    "frames.show": "pictures to choose from",
    "songs.status": "a piece of the song's page",
    "songs.of_recording": "leads to the song",
    "stages.again": "a form; what it asks of is in processing.json",
    "earlier.": "what a thing was, in the words of its page",
    "trash.": "a page of what can be brought back",
    "project_trash.": "a page of what can be brought back",
}
FORMS = ("/new", "/edit", "/delete", "/split", "/render", "/settings", "/upload", "/scan", "/import", "/compare")
FORBIDDEN = re.compile(r"^(id|path|storage_key|.*_hash|(?!public_).*_id|password.*|token.*)$")


def keys_of(value: Any) -> set[str]:
    """Return every key at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys_of(each)}
    return {key for each in value for key in keys_of(each)} if isinstance(value, list) else set()


def test_every_page_of_an_object_or_a_list_has_its_json(app: Flask) -> None:
    addresses = {rule.rule for rule in rules_of(app)}
    lacking = [
        f"{rule.endpoint}: {rule.rule}"
        for rule in rules_of(app)
        if "GET" in (rule.methods or ()) and not rule.rule.endswith((".json", *FORMS))
        if f"{rule.rule}.json" not in addresses and not rule.endpoint.startswith(tuple(WITHOUT))
        if not is_file(app, rule.endpoint)
    ]

    assert lacking == []


@pytest.mark.parametrize("role", ["viewer", "owner", "admin"])
def test_json_holds_nothing_of_the_servers_own(world: World, role: str) -> None:
    visitor, found, seen = world.visitor(role), [], 0

    for rule in rules_of(world.app):
        if rule.rule.endswith(".json"):
            answer = ask(world, visitor, Cell(rule, "GET", role, "own"), query={"q": "Keel"})
            told = answer.get_json()
            found += [f"{rule.rule}: {key}" for key in keys_of(told) if FORBIDDEN.match(key)]
            seen += answer.status_code == 200
            assert answer.mimetype == "application/json", rule.rule

    assert found == []
    assert seen >= 18


@pytest.mark.parametrize(("path", "status"), [("/p/nowhere.json", 404), ("/jobs.json?after=x", 422)])
def test_an_error_of_a_program_is_json(world: World, path: str, status: int) -> None:
    answer = world.visitor("owner").get(path)

    assert answer.status_code == status
    assert set(answer.get_json()) == {"error", "field"}


def test_json_asks_who_it_is_like_any_page(world: World) -> None:
    own, foreign = world.projects["own"], world.projects["foreign"]

    assert world.visitor("signed out").get(f"/p/{own.slug}.json").status_code == 401
    assert world.visitor("outsider").get(f"/p/{own.slug}.json").status_code == 404
    assert world.visitor("viewer").get(f"/m/{foreign.media}.json").status_code == 404


def test_a_list_leads_to_the_page_behind_it(world: World) -> None:
    visitor, told, address = world.visitor("owner"), [], f"/p/{world.projects['own'].slug}/activity.json"
    while address:
        answer = visitor.get(address).get_json()
        told += answer["items"]
        address = answer["next"]

    assert len(told) > 5
