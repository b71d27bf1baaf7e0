"""The register of security demands names only tests and files that are there, and counts right."""

import ast
import re
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.house.sources import ROOT

REGISTER = ROOT / "docs" / "asvs.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (met|not met|not applicable) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"`([^`]+)`")
# How many requirements levels 1 and 2 have, by chapter.
CHAPTERS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]


@dataclass(frozen=True)
class Row:
    """One requirement of the register."""

    number: str
    demand: str
    state: str
    shown: str


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [Row(*found) for found in ROW.findall(REGISTER.read_text(encoding="utf-8"))]


def test_every_requirement_has_one_line_in_its_chapter(rows: list[Row]) -> None:
    text = REGISTER.read_text(encoding="utf-8")

    assert len({row.number for row in rows}) == len(rows) == len(re.findall(r"^\| \d", text, re.MULTILINE))
    chapters = Counter(int(row.number.split(".")[0]) for row in rows)
    assert [chapters[number] for number in range(1, 18)] == CHAPTERS


def test_what_is_met_names_a_test_or_a_file_that_is_there(rows: list[Row]) -> None:
    wrong = [f"{row.number}: {row.shown}" for row in rows if row.state == "met" and not is_there(row.shown)]

    assert wrong == []


def is_there(shown: str) -> bool:
    """Say whether the first thing named is a file of ours, and the test after the colons one of its functions."""
    named = NAMED.match(shown)
    if named is None:
        return False
    path, _, test = named[1].partition("::")
    if not (ROOT / path).is_file():
        return False
    if not test:
        return not path.startswith("tests/")
    parsed = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return test in {node.name for node in parsed.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(
    "shown", ["`tests/house/nowhere.py::test_it`", "`tests/house/test_asvs.py::test_it`", "trust us"]
)
def test_what_is_not_there_would_be_seen(shown: str) -> None:
    assert not is_there(shown)


def test_what_is_not_met_says_why(rows: list[Row]) -> None:
    assert [row.number for row in rows if row.state != "met" and len(row.shown) < 7] == []


def test_the_counts_are_right(rows: list[Row]) -> None:
    told = dict(re.findall(r"^\* (\d+) (requirements|met|not met|not applicable)$", REGISTER.read_text(), re.MULTILINE))
    states = Counter(row.state for row in rows)

    assert {words: int(number) for number, words in told.items()} == {"requirements": len(rows), **states}
