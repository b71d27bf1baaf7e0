"""No secret is in a page, a file, the log or an answer to an error, and every line of the log says its request."""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.auth.links import Invited, link_service
from app.auth.models import TokenScope, User
from app.auth.second_factor import second_factor_service
from app.auth.service import NewPerson, auth_service
from app.auth.throttle import FREE_TRIES
from app.auth.tokens import token_service
from app.core.db import Base, db, transaction
from app.core.web.access import access, is_file, rule_of
from app.core.web.log_lines import LineFormatter
from app.factory import create_app
from tests.house.asking import Cell, ask, rules_of
from tests.house.world import World
from tests.visitors import Company, Visitor

PASSWORD = "canary-password-7f3a19c2"
DETAIL = "canary detail of a broken view"
LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ [\w.]+ (-|[0-9a-f]{16}) ")


@dataclass
class Log:
    """What was written to the log, as the server's own handler writes it."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@pytest.fixture
def log() -> Iterator[Log]:
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(LineFormatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield Log(stream)
    root.removeHandler(handler)
    root.setLevel(level)


def plant(world: World) -> tuple[Visitor, dict[str, str]]:
    """Make an admin who owns one of every secret; returns their browser and the secrets by name."""
    with transaction() as session:
        person = auth_service(session).create_user(NewPerson("canary", "Canary", PASSWORD))
        owner = session.get_one(User, world.people["owner"].id)
        factors = second_factor_service(session)
        secrets = {
            "password": PASSWORD,
            "hash of the password": str(person.password_hash),
            "program's token": token_service(session).create(owner, "Script", TokenScope.WRITE, timedelta(days=9)),
            "reset link": link_service(session).reset(owner, person),
            "invitation": link_service(session).invite(owner, Invited("Somebody")),
            "second step that waits": factors.ask(person),
        }
        factors.start(person, PASSWORD)
        started = factors.started(person)
        assert started is not None
        secrets["second factor"] = started
    visitor = world.visitor("admin")
    cookie = visitor.client.get_cookie("rushes")
    assert cookie is not None
    secrets |= {"session": cookie.value, "key of the installation": world.app.config["SECRET_KEY"]}
    secrets |= {f"hash {number}": value for number, value in enumerate(_hashes())}
    return visitor, secrets


def _hashes() -> list[str]:
    columns = [table.c.token_hash for table in Base.metadata.sorted_tables if "token_hash" in table.c]
    with db.engine.connect() as connection:
        return [row[0] for column in columns for row in connection.execute(sa.select(column))]


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    """Return the names of the secrets that stand in a text."""
    return [name for name, value in secrets.items() if value in text]


def answers(world: World, visitor: Visitor, method: str = "GET") -> Iterator[tuple[Cell, TestResponse]]:
    for rule in rules_of(world.app):
        if rule.endpoint != "static" and method in (rule.methods or ()):
            cell = Cell(rule, method, "admin", "own")
            yield cell, ask(world, visitor, cell)


def test_no_answer_and_no_line_of_the_log_holds_a_secret(world: World, log: Log) -> None:
    visitor, secrets = plant(world)
    told = []

    for cell, answer in answers(world, visitor):
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie")
        told += [f"{cell}: {name}" for name in found_in(head + answer.get_data().decode("latin-1"), secrets)]
    told += [f"log: {name}" for name in found_in(log.text, secrets)]

    assert told == []


def break_every_view(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every view fail with a message that tries to write a line of its own into the log."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    for rule in rules_of(app):
        declared, sends = rule_of(app, rule.endpoint), is_file(app, rule.endpoint)

        def fails(**places: object) -> None:
            raise RuntimeError(f"{DETAIL}\r\n2026-11-21T00:00:00.000Z INFO rushes.forged - all is well\x1b[2J")

        if declared is not None and rule.endpoint != "static":
            view = access(declared)(fails)
            view.__sends_a_file__ = sends  # type: ignore[attr-defined]
            monkeypatch.setitem(app.view_functions, rule.endpoint, view)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_view_that_breaks_is_told_in_general_words_and_in_the_log_by_its_request(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    visitor, wrong, asked = world.visitor("admin"), [], 0
    break_every_view(world.app, monkeypatch)

    for cell, answer in answers(world, visitor, method):
        asked += 1
        text, number = answer.get_data().decode("latin-1"), answer.headers["X-Request-Id"]
        if answer.status_code != 500 or DETAIL in text or "Traceback" in text or "RuntimeError" in text:
            wrong.append(f"{cell}: {answer.status_code}")
        if f" ERROR rushes.errors {number} request {number} failed: {method} {cell.rule.rule}" not in log.text:
            wrong.append(f"{cell}: not in the log")

    assert wrong == [] and asked > 40
    assert DETAIL in log.text
    assert [line for line in log.lines if not LINE.match(line) or line.split()[2] == "rushes.forged"] == []


@pytest.mark.parametrize("path", ["/reset", "/invite", "/setup"])
def test_a_link_is_not_in_the_log_when_its_page_breaks(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    visitor = world.visitor("signed out")
    break_every_view(world.app, monkeypatch)

    assert visitor.get(f"{path}/canary-link-9d41").status_code == 500

    assert "canary-link-9d41" not in log.text


def test_a_statement_that_fails_takes_no_value_into_the_log(app: Flask, log: Log) -> None:
    with pytest.raises(sa.exc.SQLAlchemyError) as failed, db.engine.connect() as connection:
        connection.execute(sa.text("SELECT :value FROM nowhere"), {"value": "-".join(("canary", "value"))})
    logging.getLogger("rushes.errors").error("it failed", exc_info=failed.value)

    assert "canary-value" not in log.text and "nowhere" in log.text


def test_each_line_says_when_in_utc_how_bad_who_and_in_which_request(app: Flask, log: Log) -> None:
    logging.getLogger("rushes.jobs").warning("a name with\nan end of line\u2028 and \x1b[31m colours")

    assert len(log.lines) == 1 and LINE.match(log.lines[0])
    assert "a name with\\nan end of line\\u2028 and \\x1b[31m colours" in log.text


def test_attempts_to_get_round_a_protection_are_in_the_log(company: Company, log: Log) -> None:
    viewer, named = company.as_("viewer"), create_app(replace(company.app.config["SETTINGS"], trusted_hosts=("here",)))
    viewer.client.post("/me/theme", data={"theme": "dark"})
    named.test_client().get("/sign-in", headers={"Host": "elsewhere"})
    for _ in range(FREE_TRIES["account"] + 2):
        viewer.post("/sign-in", {"username": "kari", "password": "wrong wrong"})

    told = [line.split("refused ", 1)[1] for line in log.lines if "rushes.errors" in line and "refused " in line]
    assert [line.split(" from 127.0.0.1: ") for line in told] == [
        ["/me/theme", "a form without its token or of another site: The CSRF token is missing."],
        ["no route", "another host name"],
        ["/sign-in", "too many tries"],
    ]
