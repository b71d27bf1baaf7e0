"""The app does not run on a database that is empty, behind, newer or half-migrated, and says what to run."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.core.revision import is_before, standing
from tests.conftest import Browser
from tests.core.databases import app_on

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"
FIRST = "2026_11_21_schema"

# What is done to a migrated database, and the words of what to run then.
TROUBLES = {
    "empty": ("DROP TABLE alembic_version", "flask db upgrade"),
    "behind": (f"UPDATE alembic_version SET version_num = '{FIRST}'", "flask db upgrade"),
    "newer": ("UPDATE alembic_version SET version_num = '2031_01_01_moon'", "Install that version"),
    "two": (f"INSERT INTO alembic_version VALUES ('{FIRST}')", "flask db restore FILE"),
    "no table": ("DROP TABLE settings", "lacks the table settings"),
    "no column": ("ALTER TABLE sign_in_attempts DROP COLUMN failures", "the column failures of sign_in_attempts"),
}


def change(url: str, statement: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def own_url(migrated: Path, tmp_path: Path) -> str:
    """Return a migrated SQLite database that may be spoilt."""
    (tmp_path / "own.db").write_bytes(migrated.read_bytes())
    return f"sqlite:///{tmp_path / 'own.db'}"


def test_a_migrated_database_is_in_order(engine: sa.Engine) -> None:
    found = standing(engine, MIGRATIONS)

    assert found.trouble is None
    assert found.current == found.head


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_said_with_what_to_run(own_url: str, name: str) -> None:
    change(own_url, TROUBLES[name][0])
    engine = sa.create_engine(own_url)

    found = standing(engine, MIGRATIONS)
    engine.dispose()

    assert found.trouble is not None
    assert TROUBLES[name][1] in found.trouble


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("name", TROUBLES)
def test_web_and_worker_refuse_to_start(own_url: str, tmp_path: Path, command: str, name: str) -> None:
    change(own_url, TROUBLES[name][0])

    with app_on(own_url, tmp_path) as app:
        result = invoke(app)(command)

    assert result.exit_code == 1
    assert TROUBLES[name][1] in result.output


def test_under_any_other_server_pages_say_so_and_answer_once_it_is_mended(own_url: str, tmp_path: Path) -> None:
    change(own_url, "ALTER TABLE settings RENAME TO elsewhere")
    with app_on(own_url, tmp_path) as app:
        app.test_client_class = Browser
        before = [app.test_client().get(path) for path in ("/sign-in", "/healthz", "/static/now/css/tokens.css")]
        change(own_url, "ALTER TABLE elsewhere RENAME TO settings")
        after = app.test_client().get("/sign-in")

    assert [answer.status_code for answer in before] == [503, 503, 200]
    assert "lacks the table settings" in before[0].get_data(as_text=True)
    assert after.status_code == 200


def test_revisions_know_their_order() -> None:
    assert is_before(MIGRATIONS, FIRST, "2026_11_21_words")
    assert not is_before(MIGRATIONS, "2026_11_21_words", FIRST)
    assert not is_before(MIGRATIONS, FIRST, FIRST)
    assert not is_before(MIGRATIONS, "2031_01_01_moon", FIRST)
    assert is_before(MIGRATIONS, FIRST, "2031_01_01_moon")


def invoke(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=list(words))
