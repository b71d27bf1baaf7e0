"""Print the table and keep it in docs/evidence/bench.json."""

import json
import os
import tempfile
from pathlib import Path

from tests.bench import media, web
from tests.bench.measure import table

EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence" / "bench.json"


def main() -> None:
    """Measure everything; RUSHES_BENCH_MINUTES makes the long recording shorter or longer than an hour."""
    minutes = int(os.environ.get("RUSHES_BENCH_MINUTES", "60"))
    with tempfile.TemporaryDirectory() as folder:
        lines = media.run(Path(folder), minutes)
    with tempfile.TemporaryDirectory() as folder:
        lines.append(web.run(Path(folder)))
    print(table(lines))
    EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
    EVIDENCE.write_text(json.dumps([line.as_dict() for line in lines], indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
