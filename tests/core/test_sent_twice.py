"""Two who send the same form at the same moment, on three databases: one effect, and both know where it is."""

import threading

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import User
from app.auth.once import claim
from app.core.db import unit_of_work
from app.core.errors import AlreadyDone
from app.projects.models import Project
from tests.factories import add_user

TRIES = 8


def person(engine: sa.Engine) -> int:
    with Session(engine, expire_on_commit=False) as session, unit_of_work(session):
        user: User = add_user(session)
        return user.id


def test_two_at_the_same_moment_have_one_effect(engine: sa.Engine) -> None:
    user_id = person(engine)
    start = threading.Barrier(TRIES)
    told: list[str] = []

    def send() -> None:
        start.wait()
        try:
            with Session(engine) as session, unit_of_work(session):
                mark = claim(session, user_id, "the same")
                session.add(Project(name="Keel", slug="keel"))
                mark.leads_to("/p/keel")
            told.append("made")
        except AlreadyDone as done:
            told.append(done.location)

    threads = [threading.Thread(target=send) for _ in range(TRIES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["/p/keel"] * (TRIES - 1) + ["made"]
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Project)) == 1
