"""`make bench`: print the tables and keep them in docs/evidence/."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import data, media, pages, web
from tests.bench.measure import table

EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence"
PARTS = os.environ.get("RUSHES_BENCH", "data,pages,media").split(",")


def main() -> None:
    """Measure; RUSHES_BENCH chooses among "data", "pages" and "media", and each part has settings of its own."""
    if "data" in PARTS:
        rows = data.run()
        print(data.table(rows))
        keep("bench.json", rows)
    if "pages" in PARTS:
        with tempfile.TemporaryDirectory() as folder:
            timings = pages.run(Path(folder))
        print(pages.table(timings))
        keep("pages.json", timings)
    if "media" in PARTS:
        lines = films()
        print(table(lines))
        keep("media.json", lines)


def films() -> list[Any]:
    """Measure the processing; RUSHES_BENCH_MINUTES makes the long recording shorter or longer than an hour."""
    minutes = int(os.environ.get("RUSHES_BENCH_MINUTES", "60"))
    with tempfile.TemporaryDirectory() as folder:
        lines = media.run(Path(folder), minutes)
    with tempfile.TemporaryDirectory() as folder:
        lines.append(web.run(Path(folder)))
    return lines


def keep(name: str, lines: Sequence[Any]) -> None:
    """Write one table as a list of objects; of a table measured in parts, the other parts stay."""
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    path = EVIDENCE / name
    held = json.loads(path.read_text()) if path.exists() else []
    rows = {_key(row): row for row in [*held, *(line.as_dict() for line in lines)]}
    path.write_text(json.dumps(list(rows.values()), indent=1, ensure_ascii=False) + "\n")


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row.get("work", row.get("name")), row.get("rows"), row.get("database")


if __name__ == "__main__":
    main()
