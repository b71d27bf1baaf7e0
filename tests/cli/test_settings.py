"""Every setting is in the operator's table, and the table names no other."""

import ast
import re

import pytest

from app.config import settings_from
from tests.house.sources import ROOT

READERS = {"get", "_number", "_yes", "_hour", "_token"}
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
