"""The secrets of second steps: sealed in the database and its copies, and carried over when the key is replaced."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import TotpCredential
from app.backups import service as backups
from app.core import clock
from app.core.db import db, transaction
from app.core.vault import Vault, give_vault, vault_for
from tests.auth.test_second_factor import first_step, second, switch_on
from tests.factories import make_user
from tests.visitors import Visitor

BEFORE = "2026_11_21_history_of_media"


@pytest.fixture
def kari(app: Flask) -> Visitor:
    return Visitor(app, make_user("kari"))


@pytest.fixture
def vault(app: Flask) -> Iterator[Vault]:
    """Return the vault the tests’ database has; it has it again afterwards."""
    present = vault_for(db.engine)
    yield present
    give_vault(db.engine, present)


def replace_key(*earlier: str) -> None:
    give_vault(db.engine, Vault("another key", earlier))


def users(app: Flask, command: str) -> tuple[int, str]:
    said = app.test_cli_runner().invoke(args=["users", command])
    return said.exit_code, said.output


def test_no_copy_of_the_database_holds_a_secret_that_makes_codes(app: Flask, kari: Visitor, tmp_path: Path) -> None:
    key, _ = switch_on(kari)
    copy = tmp_path / "copy.db"
    backups.back_up(app.config["SETTINGS"].database_url, copy)

    files = [copy, *app.config["SETTINGS"].instance.glob("rushes.db*")]
    assert len(files) > 1
    assert not any(key.secret.encode() in file.read_bytes() for file in files)


def test_a_secret_copied_to_another_account_makes_no_codes_there(client: FlaskClient, kari: Visitor) -> None:
    switch_on(kari)
    eve, _ = switch_on(Visitor(kari.client.application, make_user("eve")))
    with transaction() as session:
        mine, theirs = session.query(TotpCredential).order_by(TotpCredential.user_id)
        mine.sealed = theirs.sealed

    first_step(client)
    assert second(client, eve.at(clock.now())).status_code == 422


def test_after_the_key_is_replaced_the_earlier_one_opens_until_all_is_sealed_anew(
    app: Flask, client: FlaskClient, kari: Visitor, vault: Vault
) -> None:
    key, _ = switch_on(kari)
    replace_key("only for tests")
    assert users(app, "seal-anew") == (0, "1 secret sealed with the present key.\n")
    replace_key()

    first_step(client)
    assert second(client, key.at(clock.now())).status_code == 303


def test_a_lost_key_is_said_and_a_recovery_code_still_lets_in(
    app: Flask, client: FlaskClient, kari: Visitor, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    key, codes = switch_on(kari)
    replace_key()

    code, said = users(app, "seal-anew")
    assert code == 1 and "SECRET_KEY_FALLBACKS" in said
    first_step(client)
    assert second(client, key.at(clock.now())).status_code == 422
    assert "no key opens the second step" in caplog.text
    assert second(client, codes[0]).status_code == 303


def test_the_doctor_tells_of_secrets_of_an_earlier_key(app: Flask, kari: Visitor, vault: Vault) -> None:
    switch_on(kari)
    assert "1 second step sealed with the present key." in app.test_cli_runner().invoke(args=["doctor"]).output

    replace_key("only for tests")
    assert "flask users seal-anew" in app.test_cli_runner().invoke(args=["doctor"]).output
    replace_key()
    assert "no key opens" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_the_upgrade_seals_what_lay_open_and_the_way_back_opens_it(app: Flask) -> None:
    person = make_user("kari")
    secret = pyotp.random_base32()
    flask_migrate.downgrade(revision=BEFORE)
    with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
        columns = "user_id, secret, last_step, created_at"
        row = {"id": person.id, "secret": secret, "moment": "2026-11-21 00:00:00"}
        connection.execute(sa.text(f"INSERT INTO totp_credentials ({columns}) VALUES (:id, :secret, 0, :moment)"), row)

    flask_migrate.upgrade()
    sealed = db.session.scalar(sa.text("SELECT sealed FROM totp_credentials"))
    db.session.rollback()
    flask_migrate.downgrade(revision=BEFORE)

    assert vault_for(db.engine).open(sealed, f"totp:{person.id}") == secret
    assert db.session.scalar(sa.text("SELECT secret FROM totp_credentials")) == secret
