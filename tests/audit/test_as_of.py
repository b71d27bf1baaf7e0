"""What something was at a moment, rebuilt from the log alone."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.audit.as_of import state_after, state_at
from app.audit.models import AuditLog
from app.audit.service import plain
from app.core.changes import told_columns
from app.core.clock import now
from app.core.db import transaction
from app.media.models import Media
from tests.factories import make_media
from tests.visitors import Company


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="First")


def rename(media: Media, title: str) -> None:
    with transaction() as session:
        session.get_one(Media, media.id).title = title


def entries(session: Session, media: Media) -> list[AuditLog]:
    mine = sa.select(AuditLog).where(AuditLog.entity_type == "media", AuditLog.entity_id == media.id)
    return list(session.scalars(mine.order_by(AuditLog.id)))


def test_every_told_field_comes_back_as_it_stands_now(session: Session, media: Media) -> None:
    rename(media, "Second")
    row = session.get_one(Media, media.id, populate_existing=True)

    state = state_at(session, "media", media.id, now())

    told = told_columns(sa.inspect(row).mapper, Media.tracking)
    assert state is not None
    assert {name: plain(getattr(row, name)) for name in told if getattr(row, name) is not None} == state


def test_it_stands_as_it_did_after_each_change(session: Session, media: Media) -> None:
    rename(media, "Second")
    rename(media, "Third")

    titles = [(state_after(session, entry) or {})["title"] for entry in entries(session, media)]

    assert titles == ["First", "Second", "Third"]


def test_before_it_was_made_it_was_not_there(session: Session, media: Media) -> None:
    assert state_at(session, "media", media.id, now() - timedelta(hours=1)) is None


def test_what_was_removed_is_not_there_but_was(session: Session, media: Media) -> None:
    with transaction() as open_session:
        open_session.delete(open_session.get_one(Media, media.id))

    assert state_at(session, "media", media.id, now()) is None
    assert (state_after(session, entries(session, media)[0]) or {})["title"] == "First"


def test_the_command_prints_it(app: Flask, media: Media) -> None:
    rename(media, "Second")

    answer = app.test_cli_runner().invoke(args=["audit", "show", str(media.public_id)])

    assert json.loads(answer.output)["title"] == "Second"


def test_the_command_says_when_it_was_not_there(app: Flask, media: Media) -> None:
    answer = app.test_cli_runner().invoke(args=["audit", "show", str(media.public_id), "--at", "2020-01-01"])

    assert answer.exit_code == 1
    assert "it was not there" in answer.output


def test_the_log_is_verified_by_a_command(app: Flask, media: Media) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["audit", "seal"])

    answer = runner.invoke(args=["audit", "verify"])

    assert answer.output.startswith("Every seal holds. 0 entries in 0 seals;")
    assert runner.invoke(args=["audit", "verify", "--expect", "f" * 64]).exit_code == 1
