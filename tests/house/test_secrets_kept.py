"""Secrets do not leave by what is kept or sent for long: backups, commands, refused forms, and children."""

import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditLog
from app.backups.service import back_up
from app.backups.whole import back_up_whole
from app.config import Settings
from app.core.db import db
from app.factory import create_app
from app.processing import sandbox
from tests.conftest import settings_in
from tests.house.asking import Cell, address, case_of, rules_of
from tests.house.naming import filled
from tests.house.sources import texts
from tests.house.test_secrets import Log, found_in, log, plant
from tests.house.world import World

# Fixtures, named so that the linter knows they are meant to be here.
__all__ = ["log"]
TYPED = "canary-typed-51c08e77"
# Every field a password or a code is typed into; the test below holds the first ones against the forms.
PASSWORDS = ("password", "current", "code")


def not_hashes(secrets: dict[str, str]) -> dict[str, str]:
    """Return what opens something by itself; hashes are what a database, and so its backup, has of it."""
    return {name: value for name, value in secrets.items() if "hash" not in name}


def test_no_backup_holds_what_opens_something(world: World, tmp_path: Path) -> None:
    settings: Settings = world.app.config["SETTINGS"]
    # The key of a real installation lies in its folder.
    (settings.instance / "secret.key").write_text(settings.secret_key)
    _, secrets = plant(world)
    back_up(settings.database_url, tmp_path / "one.db")
    back_up_whole(settings.database_url, settings.media_root, tmp_path / "whole")

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    told = [
        f"{path.name}: {name}"
        for path in files
        for name in found_in(path.name + path.read_bytes().decode("latin-1"), not_hashes(secrets))
    ]

    assert len(files) > 5 and told == []


def test_a_backup_with_a_secret_in_it_would_be_seen(world: World, tmp_path: Path) -> None:
    _, secrets = plant(world)
    with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
        connection.execute(sa.text("UPDATE users SET display_name = :name"), {"name": secrets["program's token"]})
    back_up(world.app.config["SETTINGS"].database_url, tmp_path / "one.db")

    assert found_in((tmp_path / "one.db").read_bytes().decode("latin-1"), not_hashes(secrets)) == ["program's token"]


def test_no_refused_form_gives_back_or_logs_what_was_typed_as_a_secret(world: World, log: Log) -> None:
    told, asked = [], 0
    for role in ("admin", "signed out"):
        visitor = world.visitor(role)
        for rule in rules_of(world.app):
            if "POST" in (rule.methods or ()):
                cell = Cell(rule, "POST", "admin", "own")
                data = {name: f"{TYPED} {name}" for name in PASSWORDS}
                data = {**filled(case_of(cell).data, world.projects["own"]), **data}
                headers = {"X-CSRFToken": visitor.token}
                answer = visitor.client.post(address(world, cell), data=data, headers=headers)
                asked += 1
                text = answer.get_data().decode("latin-1") + str(answer.headers)
                told += [f"{cell}: {name}" for name in data if f"{TYPED} {name}" in text]
                world.put_back()

    assert told == [] and asked > 100
    assert TYPED not in log.text


def test_every_masked_field_is_among_them() -> None:
    masked = {
        name for _, text in texts(".py") for name in re.findall(r"^    (\w+) = PasswordField\(", text, re.MULTILINE)
    }

    assert masked and masked <= set(PASSWORDS)


def test_the_audit_log_keeps_no_password_that_failed(world: World) -> None:
    visitor = world.visitor("signed out")

    visitor.post("/sign-in", {"username": world.people["owner"].username, "password": TYPED})

    with db.engine.connect() as connection:
        rows = connection.execute(sa.select(AuditLog.__table__)).all()
    assert any("sign-in:failed" in str(row) for row in rows)
    assert [row for row in rows if TYPED in str(row)] == []


@pytest.mark.parametrize("words", [["doctor"], ["db", "current"], ["db", "inspect"], ["db", "backup", "x"], ["serve"]])
@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_command_that_fails_shows_no_password_of_the_database(
    tmp_path: Path, log: Log, scheme: str, words: list[str]
) -> None:
    secret = "canary-of-the-database"
    url = f"{scheme}://rushes:{secret}@127.0.0.1:1/rushes"
    app = create_app(
        replace(settings_in(tmp_path), database_url=url, jobs_database_url=f"sqlite:///{tmp_path / 'jobs.db'}")
    )

    with app.app_context():
        result = app.test_cli_runner().invoke(args=words)
        logging.getLogger("rushes.errors").error("it failed", exc_info=result.exception)

    assert result.exit_code != 0
    assert secret not in result.output and secret not in log.text


def test_a_confined_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN", "RUSHES_MIGRATIONS_URL", "PGPASSWORD"):
        monkeypatch.setenv(name, "canary-of-the-environment")
    told: dict[str, str] = {}

    async def start(*command: str, **options: Any) -> None:
        told.update(options["env"])
        raise NotStarted

    monkeypatch.setattr(sandbox.asyncio, "create_subprocess_exec", start)
    with pytest.raises(NotStarted):
        sandbox.run_sync("self_check", {}, reads=[], work_dir=tmp_path)

    assert told and "canary-of-the-environment" not in told.values()


class NotStarted(Exception):
    """Raised instead of starting anything."""
