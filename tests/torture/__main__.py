"""`make torture`: run every proof at its large size, print the table, keep it in docs/evidence/torture.json."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.torture.table import EVIDENCE, write_page

# The size of each proof; one that is set already is left as it is, to run a part again or at another size.
SIZES = {
    "RUSHES_CUTS": "5700",
    "RUSHES_FAILURES": "30",
    "RUSHES_KILLS": "200",
    "RUSHES_STEPS": "13000",
    "RUSHES_UNITS": "500",
    "RUSHES_QUERIES": "20000",
    "RUSHES_REQUESTS": "20000",
    "RUSHES_MUTANTS": "4200",
    "RUSHES_BACKUPS": "20",
    "RUSHES_BACKUP_FLIPS": "50",
    "RUSHES_UPGRADES": "0",
    "RUSHES_UPGRADE_KILLS": "20",
    "RUSHES_SLOW_CLIENTS": "900",
    "RUSHES_SOAK_SECONDS": "600",
    "RUSHES_NAMES": "2000",
    "RUSHES_SUBTITLES": "5000",
}
# These tell how long people wait: they come first on the processor, one after the other, on the instance's own disk.
TIMED = ["tests/torture/test_soak.py", "tests/torture/test_slow_clients.py"]
PROOFS = [
    "tests/torture",
    "tests/jobs/test_kills.py",
    "tests/core/test_machine.py",
    "tests/core/test_upgrades.py",
    "tests/core/test_writers.py",
    "tests/core/test_search_alike.py",
    "tests/house/test_hostile_requests.py",
]
PYTEST = [sys.executable, "-m", "pytest", "-q", "--timeout", "3000", "-o", "tmp_path_retention_policy=failed"]
# Some wait for processes they have killed: meanwhile others work.
WAITING = 2
# What the replay and the killed leave is in memory, where there is so much: what a disk keeps is the replay's to say.
MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 6 * 1024**3


def main(chosen: list[str]) -> int:
    """Run the proofs, or those named on the command line; returns pytest's answer."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir=quick_folder()) as folder:
        # The servers of databases run as somebody else, and have files of their own there.
        Path(folder).chmod(0o1777)
        report = Path(folder) / "rows"
        environment = {**SIZES, **os.environ, "RUSHES_TORTURE": str(report)}
        answer = run_all(chosen, environment, folder)
        rows = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    show(rows, time.monotonic() - start)
    keep(rows, is_whole=not chosen)
    return answer


def run_all(chosen: list[str], environment: dict[str, str], folder: str) -> int:
    """Run what is timed beside all the rest, which gives way to it; returns the worse of both answers."""
    if chosen:
        return subprocess.run([*PYTEST, "-n", "auto", *chosen], env=environment).returncode
    workers = str((os.cpu_count() or 1) + WAITING)
    gives_way = [*PYTEST, "-n", workers, "--dist", "load", "--maxschedchunk", "1", "--basetemp", f"{folder}/rest"]
    left_out = [f"--ignore={path}" for path in TIMED]
    with subprocess.Popen([*PYTEST, "-p", "no:xdist", *TIMED], env=environment) as timed:
        rest = subprocess.run(
            [*gives_way, *left_out, *PROOFS], env={**environment, "TMPDIR": folder}, preexec_fn=lambda: os.nice(19)
        )
    return max(timed.returncode, rest.returncode, key=abs)


def quick_folder() -> str | None:
    """Return where the proofs work: in memory where there is room, else None for the usual place."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    return str(MEMORY) if has_room else None


def keep(rows: list[dict[str, Any]], is_whole: bool) -> None:
    """Write the rows, and the table of them; of one made in parts, the other parts stay."""
    EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
    held = json.loads(EVIDENCE.read_text()) if EVIDENCE.exists() and not is_whole else []
    by_name = {row["name"]: row for row in [*held, *rows]}
    EVIDENCE.write_text(json.dumps(list(by_name.values()), indent=1, ensure_ascii=False) + "\n")
    write_page()


def show(rows: list[dict[str, Any]], seconds: float) -> None:
    """Print one line for each proof, and what they come to together."""
    for row in rows:
        figures = f"tried={row['tried']:<7} bad={row['bad']} seconds={row['seconds']}"
        print(f"{row['name']:<60} {figures} {row['note']}".rstrip())
    tried, bad = sum(row["tried"] for row in rows), sum(row["bad"] for row in rows)
    print(f"{len(rows)} proofs tried={tried} bad={bad} seconds={seconds:.0f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
