"""How old the packages are is said, and measured against what is promised."""

from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from flask import Flask

from app.core.components import LOCKED_ON, PINNED, PROMISED_DAYS, how_old, installed
from tests.house.sources import ROOT

REQUIREMENTS = ROOT / "requirements.txt"
MADE = date(2026, 11, 1)


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(f"# Brought up to date on {MADE}.\nflask=={installed('flask')} \\\n    --hash=sha256:0\n")
    return path


def test_this_release_says_when_its_packages_were_brought_up_to_date() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert LOCKED_ON.findall(text) == LOCKED_ON.findall(REQUIREMENTS.read_text())
        assert len(PINNED.findall(text)) > 40
    assert f"at least every {PROMISED_DAYS} days." in (ROOT / "docs/operating.md").read_text()


@pytest.mark.parametrize(("days", "well"), [(0, True), (PROMISED_DAYS, True), (PROMISED_DAYS + 1, False)])
def test_packages_older_than_promised_are_to_be_mended(packages: Path, days: int, well: bool) -> None:
    standing = how_old(packages, MADE + timedelta(days=days))

    assert standing.well is well
    assert f"{days} days ago" in standing.words


def test_another_version_than_was_tried_is_named(packages: Path) -> None:
    packages.write_text(packages.read_text() + "pytest==0.0.1\nno-such-package-here==1.0\n")

    assert "other versions run here of: pytest." in how_old(packages, MADE).words


def test_a_package_may_be_named_once_for_each_python(packages: Path) -> None:
    here = version("pytest")
    packages.write_text(
        packages.read_text() + f"pytest==0.0.1 ; python_version < '3'\npytest=={here} ; python_version > '3'\n"
    )

    assert "other versions" not in how_old(packages, MADE).words


def test_a_list_without_its_day_is_said(packages: Path) -> None:
    packages.write_text("flask==3.1.3\n")

    assert not how_old(packages, MADE).well


def test_the_doctor_tells(app: Flask) -> None:
    assert "The packages were brought up to date" in app.test_cli_runner().invoke(args=["doctor"]).output
