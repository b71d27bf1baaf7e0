"""CSV that a spreadsheet shows and never calculates."""

import csv
import io
from datetime import UTC, datetime

import pytest

from app.core.csv import harmless, line, lines


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1"])
def test_what_begins_like_a_formula_is_made_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Keel", "a=b", "12-13", "’til dawn"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_numbers_moments_and_nothing_are_written_plainly() -> None:
    assert (
        line([-5, 1.5, None, True, datetime(2026, 11, 21, tzinfo=UTC)]) == "-5,1.5,,True,2026-11-21T00:00:00+00:00\r\n"
    )


def test_quotes_commas_and_line_ends_come_back_as_they_went() -> None:
    cells = ['He said "so"', "a,b", "two\nlines"]

    text = "".join(lines(["one", "two", "three"], [cells]))

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == cells
