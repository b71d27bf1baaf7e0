"""Browsers of people who are signed in, and a count of what a request asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.auth.cookies import cookie_name
from app.auth.models import User
from app.auth.service import Browser, auth_service
from app.core.db import db, transaction
from app.projects.models import MemberRole, Project
from tests.factories import HTMX, csrf_of, join, make_admin, make_project, make_user


class Visitor:
    """One person's browser: it keeps the session, and sends the token with every form."""

    def __init__(self, app: Flask, user: User | None = None) -> None:
        self.user = user
        self.client = app.test_client()
        if user is not None:
            with transaction() as session:
                token = auth_service(session).open_session(user, Browser("127.0.0.1", "tests"))
            self.client.set_cookie(cookie_name(app), token)
        self.token = csrf_of(self.client, "/sign-in")

    @property
    def cookies(self) -> dict[Any, Any]:
        """What the browser holds, to be put back later or taken to another one."""
        return dict(self.client._cookies)

    @cookies.setter
    def cookies(self, held: dict[Any, Any]) -> None:
        self.client._cookies = dict(held)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def piece(self, path: str) -> TestResponse:
        """Ask as htmx does."""
        return self.client.get(path, headers=HTMX)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a plain form."""
        return self.client.post(path, data={"csrf_token": self.token, **(data or {})}, **options)

    def swap(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Send a form as htmx does."""
        return self.post(path, data, headers=HTMX)


@dataclass
class Company:
    """A project and one person in each role around it."""

    app: Flask
    project: Project
    owner: User
    editor: User
    viewer: User
    outsider: User
    admin: User

    def as_(self, role: str) -> Visitor:
        """Return the browser of the person in this role."""
        return Visitor(self.app, getattr(self, role))


def gather(app: Flask, name: str | None = None) -> Company:
    """Make the people and their project."""
    owner, editor, viewer, outsider = (make_user() for _ in range(4))
    project = make_project(owner, name)
    join(project, editor, MemberRole.EDITOR)
    join(project, viewer, MemberRole.VIEWER)
    return Company(app, project, owner, editor, viewer, outsider, make_admin())


# Who asks, in which project and role, and the number in the bar come with every page.
WITH_EVERY_PAGE = ("FROM user_sessions", "FROM projects ", "FROM project_members", "jobs.created_by = ")


def own(statements: list[str]) -> list[str]:
    """Return what a page asks for itself."""
    plain = [" ".join(statement.split()) + " " for statement in statements]
    return [text for text in plain if not any(mark in text for mark in WITH_EVERY_PAGE)]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements sent to the database inside, pragmas and transaction marks left out."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.split(None, 1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
