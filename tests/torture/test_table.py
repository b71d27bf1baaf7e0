"""The table of results says what the evidence says."""

import json

from tests.torture.table import EVIDENCE, PAGE, page_with, table


def test_the_page_shows_the_results_that_are_kept() -> None:
    rows = json.loads(EVIDENCE.read_text())

    assert PAGE.read_text() == page_with(rows), "run: python -m tests.torture.table"
    assert not [row["name"] for row in rows if row["bad"]]


def test_a_mistake_that_was_not_found_is_not_counted() -> None:
    facts = {"tried": 1, "seconds": 1.0, "note": ""}
    rows = [{"name": f"planted mistake found: {name}", "bad": bad, **facts} for name, bad in (("one", 0), ("two", 1))]

    assert "1 of 2 planted mistakes were found" in table(rows)
