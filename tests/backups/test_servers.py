"""PostgreSQL and MariaDB dumped and brought back by their own programs, or words saying what to install."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.backups import programs, service
from app.backups.errors import BackupError
from app.core.db import Base
from app.jobs import engine as job_engine
from tests.core.conftest import mariadb_server, postgresql_server
from tests.core.databases import app_on, migrate, new_database
from tests.factories import make_admin, make_project

# Fixtures, named so that the linter knows they are meant to be here.
__all__ = ["mariadb_server", "postgresql_server"]
KINDS = ["postgresql", "mariadb"]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return a migrated database with a person and a project, and the engine's tables where they fit."""
    with new_database(str(request.getfixturevalue(f"{request.param}_server"))) as made:
        migrate(made, tmp_path)
        if request.param == "postgresql":
            job_engine.prepare(made)
        with app_on(made, tmp_path):
            make_project(make_admin("ingrid"), "Keel")
        yield made


def rows(url: str) -> dict[str, int]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return found


def act(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def names(url: str) -> set[str]:
    engine = sa.create_engine(url)
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


@pytest.mark.server
def test_a_dump_is_brought_back_whole_and_what_was_there_is_kept(url: str, tmp_path: Path) -> None:
    file, before, tables = tmp_path / "one.dump", rows(url), names(url)
    made = service.back_up(url, file)
    act(url, "UPDATE projects SET name = 'Changed since'", "CREATE TABLE stray (id INTEGER)")

    kept = service.restore(url, file)

    assert "read through to its end" in made.words
    assert rows(url) == before
    assert names(url) == tables
    # Once more, with what was kept: a database brought back can itself be dumped and brought back.
    assert kept is not None
    service.restore(url, kept)
    assert names(url) == tables | {"stray"}


@pytest.mark.server
def test_the_log_stays_append_only_after_a_restore(url: str, tmp_path: Path) -> None:
    service.back_up(url, tmp_path / "one.dump")
    service.restore(url, tmp_path / "one.dump")

    with pytest.raises(sa.exc.DBAPIError):
        act(url, "DELETE FROM audit_log")


@pytest.mark.server
def test_a_dump_tells_its_revision(url: str, tmp_path: Path) -> None:
    service.back_up(url, tmp_path / "one.dump")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        current = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    engine.dispose()

    assert service.revision_of(url, tmp_path / "one.dump") == current


@pytest.mark.server
def test_a_dump_that_is_damaged_or_cut_short_is_refused(url: str, tmp_path: Path) -> None:
    file, before = tmp_path / "one.dump", rows(url)
    service.back_up(url, file)
    whole = file.read_bytes()

    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    with pytest.raises(BackupError, match="is damaged"):
        service.restore(url, file)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError):
        programs.check(service.kind_of(url), file)

    assert rows(url) == before


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://u:secret@db.example/rushes", "Install the package postgresql-client"),
        ("mysql+pymysql://u:secret@db.example/rushes", "Install the package mariadb-client"),
    ],
)
def test_without_the_program_the_words_say_what_to_install(
    url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError, match=words):
        service.back_up(url, tmp_path / "kept" / "one.dump")

    assert list((tmp_path / "kept").iterdir()) == []


def test_a_password_is_never_an_argument() -> None:
    for url in ("postgresql+psycopg://u:secret@h:1/db", "mysql+pymysql://u:secret@h:1/db"):
        server = programs.server_of(url)

        assert "secret" not in " ".join(server.options)
        assert "secret" in server.environment.values()


def test_the_programs_encrypt_as_the_app_does() -> None:
    postgresql = programs.server_of("postgresql+psycopg://u@h/db?sslmode=verify-full&sslrootcert=/ca.pem")
    mariadb = programs.server_of("mysql+pymysql://u@h/db?charset=utf8mb4&ssl_ca=/ca.pem&ssl_key=/key.pem")

    assert postgresql.environment == {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/ca.pem"}
    assert mariadb.options[-3:] == ("--ssl-ca=/ca.pem", "--ssl-key=/key.pem", "--ssl-verify-server-cert")


def test_the_programs_are_left_alone_where_nothing_is_said_of_encryption() -> None:
    assert programs.server_of("postgresql+psycopg://u@h/db").environment == {}
    assert programs.server_of("mysql+pymysql://u@h/db").options == ("--host=h", "--user=u")
