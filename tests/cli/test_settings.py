"""Every setting is in the operator's table, and the table names no other."""

import ast
import re
from pathlib import Path

import pytest

from app.config import IN_FILES, settings_from
from tests.house.sources import ROOT

READERS = {"get", "_number", "_yes", "_hour", "_token", "_list", "_path", "_address"}
ROW = re.compile(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", re.M)


def read_by_the_app() -> set[str]:
    """Return the names of the variables that app/config.py asks the environment for."""
    tree = ast.parse((ROOT / "app/config.py").read_text())
    asked = {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in READERS
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value.isupper()
    }
    taken = {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }
    return asked | taken


def documented() -> set[str]:
    text = (ROOT / "docs/operating.md").read_text()
    return {name for row in ROW.findall(text) for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_in_the_table_and_the_table_names_no_other() -> None:
    assert len(read_by_the_app()) > 20
    assert read_by_the_app() == documented()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("BACKUP_AT", "24"),
        ("BACKUP_AT", "night"),
        ("METRICS_TOKEN", "short"),
        ("SLOW_QUERY_MS", "-1"),
        ("RUSHES_CLAMD", "clamd.ctl"),
        ("RUSHES_SYSLOG", "somewhere"),
        ("RUSHES_UNENCRYPTED", "DATABASE"),
        ("RUSHES_SYSLOG", "log.example.org:99999"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(name: str, value: str, tmp_path: object) -> None:
    with pytest.raises(ValueError, match=name):
        settings_from({"RUSHES_INSTANCE": str(tmp_path), name: value}, ROOT)


def test_a_backup_has_its_hour_or_is_switched_off(tmp_path: object) -> None:
    base = {"RUSHES_INSTANCE": str(tmp_path)}

    assert settings_from(base, ROOT).backup_hour == 3
    assert settings_from({**base, "BACKUP_AT": "0"}, ROOT).backup_hour == 0
    assert settings_from({**base, "BACKUP_AT": "off"}, ROOT).backup_hour is None


def test_replicas_are_a_list(tmp_path: object) -> None:
    urls = "sqlite:///a.db, sqlite:///b.db,"

    found = settings_from({"RUSHES_INSTANCE": str(tmp_path), "DATABASE_REPLICA_URLS": urls}, ROOT)

    assert found.replica_urls == ("sqlite:///a.db", "sqlite:///b.db")


SECRET_VALUES = {
    "SECRET_KEY": "a key from a store",
    "SECRET_KEY_FALLBACKS": "older,oldest",
    "DATABASE_URL": "postgresql+psycopg://rushes:secret@db/rushes?sslmode=verify-full",
    "DATABASE_REPLICA_URLS": "postgresql+psycopg://rushes:secret@copy/rushes?sslmode=verify-full",
    "JOBS_DATABASE_URL": "postgresql+psycopg://rushes:secret@db/jobs?sslmode=verify-full",
    "RUSHES_MIGRATIONS_URL": "postgresql+psycopg://owner:secret@db/rushes?sslmode=verify-full",
    "METRICS_TOKEN": "sixteen letters or more",
}


def test_every_secret_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    assert set(SECRET_VALUES) == set(IN_FILES)
    for name, value in SECRET_VALUES.items():
        (tmp_path / name).write_text(value + "\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in SECRET_VALUES}

    assert settings_from(files, tmp_path) == settings_from(SECRET_VALUES, tmp_path)
    assert not (tmp_path / "instance" / "secret.key").exists()


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_secret_whose_file_holds_none_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)

    with pytest.raises(ValueError, match="SECRET_KEY_FILE"):
        settings_from({"SECRET_KEY_FILE": str(tmp_path / "key")}, tmp_path)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("one")

    with pytest.raises(ValueError, match="not both"):
        settings_from({"SECRET_KEY_FILE": str(tmp_path / "key"), "SECRET_KEY": "another"}, tmp_path)
