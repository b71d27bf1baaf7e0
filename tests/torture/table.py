"""The table of results in docs/trust.md, made of docs/evidence/torture.json: `python -m tests.torture.table`."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE = ROOT / "docs" / "evidence" / "torture.json"
PAGE = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- results: made by `python -m tests.torture.table` -->", "<!-- results end -->"


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as Markdown, in the order of their names; the planted mistakes last, on one line."""
    planted = sorted(row["name"].partition(": ")[2] for row in rows if is_planted(row))
    others = sorted((row for row in rows if not is_planted(row)), key=lambda row: str(row["name"]))
    lines = ["| proof | tried | bad | seconds | |", "|---|--:|--:|--:|---|"]
    lines += [
        f"| {row['name']} | {row['tried']:,} | {row['bad']} | {row['seconds']:.0f} | {row['note']} |" for row in others
    ]
    missed = [row["name"] for row in rows if is_planted(row) and row["bad"]]
    found = f"{len(planted) - len(missed)} of {len(planted)} planted mistakes were found: {'; '.join(planted)}."
    return "\n".join([*lines, "", found])


def is_planted(row: dict[str, Any]) -> bool:
    return str(row["name"]).startswith("planted mistake found: ")


def page_with(rows: list[dict[str, Any]]) -> str:
    """Return the page with these results in their place."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(rows)}\n\n{END}{after}"


def write_page() -> None:
    PAGE.write_text(page_with(json.loads(EVIDENCE.read_text())))


if __name__ == "__main__":
    write_page()
