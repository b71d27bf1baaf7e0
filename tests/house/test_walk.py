"""Everybody walks the whole product by its links: none is dead, no control would be refused, every part has a name."""

import pytest
from werkzeug.exceptions import HTTPException

from app.core.web.access import IN_PERSON, PUBLIC, SIGNED_IN, rule_of
from app.projects.policy import IN_ARCHIVE, LEAST_ROLE, allows
from tests.house.asking import NOBODY, ROLES
from tests.house.walking import Seen, see
from tests.house.world import World

# Enough for every kind of page in three projects; what is left are more things of the same kind.
MOST_PAGES = 260
FOR_ALL = frozenset({PUBLIC, SIGNED_IN, IN_PERSON})
# Files and figures are asked for by other tests.
LEFT_OUT = ("/static/", "/metrics")
# The recordings of these tests have no pictures to pick frames from.
PICKED = "/frames?"


def walk(world: World, role: str) -> dict[str, tuple[int, Seen]]:
    """Follow every link from the front door; return each page by its address, with the status it answered."""
    visitor, seen = world.visitor(role), {}
    waiting = ["/sign-in" if role in NOBODY else "/projects", "/projects?archived=1"][: 1 if role in NOBODY else 2]
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        answer = visitor.get(path)
        is_page = answer.mimetype == "text/html" and b"<html" in answer.data
        page = see(answer.get_data(as_text=True), path) if is_page else Seen(path)
        seen[path] = answer.status_code, page
        onward = {answer.location} if answer.status_code in (302, 303, 308) else page.links
        more = sorted(onward - seen.keys() - set(waiting))
        waiting += [link for link in more if not link.startswith(LEFT_OUT) and PICKED not in link]
    return seen


def is_refused(world: World, role: str, path: str) -> bool:
    """Say whether posting there is beyond this role, by the declared rules alone."""
    try:
        rule, names = world.app.url_map.bind("localhost").match(path.split("?")[0], method="POST", return_rule=True)
    except HTTPException:
        return True
    permission, slug = str(rule_of(world.app, rule.endpoint)), names.get("slug")
    if permission in FOR_ALL or role == "admin":
        return permission not in IN_ARCHIVE and permission in LEAST_ROLE and slug == "archived"
    if permission not in LEAST_ROLE or role not in ROLES:
        return True
    return not allows(ROLES[role], permission) or (slug == "archived" and permission not in IN_ARCHIVE)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["signed out", "outsider", "viewer", "editor", "owner", "admin"])
def test_no_link_is_dead_and_no_control_would_be_refused(world: World, role: str) -> None:
    seen = walk(world, role)

    dead = {path: status for path, (status, _) in seen.items() if status >= 400}
    refused = {f"{at}: {to}" for at, (_, page) in seen.items() for to in page.posts if is_refused(world, role, to)}
    nameless = {f"{path}: {fault}" for path, (status, page) in seen.items() if page.ids for fault in page.faults}
    assert (dead, refused, nameless) == ({}, set(), set())
