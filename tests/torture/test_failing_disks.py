"""A disk that is full or fails at any call: words for the person, nothing promised lost, nothing half made."""

import errno
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.torture.preparing import SEED, prepared_for
from tests.torture.survival import faults
from tests.torture.tally import Tally
from tests.torture.works import PROMISES, WORKS

# So many calls of each work are made to fail, spread over all of it, half with each error.
FAILURES = int(os.environ.get("RUSHES_FAILURES", "4"))
ERRORS = (errno.EIO, errno.ENOSPC)
# What nobody foresaw, and a person cannot act on.
UNFORESEEN = ("Something broke on our side", "KeyError", "AttributeError", "TypeError", "NameError")


def attempts(shim: Path, work: str, start: Path, folder: Path, error: int, at: list[int]) -> list[dict[str, Any]]:
    """Run the work with each of these calls failing; the instances are left in folders named by the call."""
    command = [sys.executable, "-m", "tests.torture.failing", work, str(start), str(folder), str(error)]
    environment = os.environ | {"LD_PRELOAD": str(shim)}
    done = subprocess.run([*command, *map(str, at)], env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def promises_in(folder: Path) -> list[dict[str, Any]]:
    """Return what was promised; a line the failing disk cut short was told to nobody."""
    path = folder / PROMISES
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def wrong_with(work: str, attempt: dict[str, Any], folder: Path) -> list[str]:
    """Return what is not as it should be after one attempt."""
    found = faults(work, folder, promises_in(folder))
    found += [f"ended by signal {attempt['signal']}"] if attempt["signal"] else []
    found += [f"unforeseen: {attempt['words'][:300]}" for word in UNFORESEEN if word in attempt.get("words", "")]
    return found


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("work", WORKS)
def test_a_failing_disk_is_told_and_leaves_nothing_half_made(
    work: str, error: int, shim: Path, prepared: Path, tmp_path: Path, tally: Tally
) -> None:
    start, wrong = prepared_for(work, prepared, tmp_path / "start"), []
    whole = attempts(shim, work, start, tmp_path, error, [0])[0]
    assert not whole["words"], whole
    at = sorted(random.Random(SEED + error).sample(range(1, whole["calls"] + 1), FAILURES))

    with tally(f"{errno.errorcode[error]} during {work}") as row:
        for attempt in attempts(shim, work, start, tmp_path, error, at):
            found = wrong_with(work, attempt, tmp_path / str(attempt["at"]))
            wrong += [f"call {attempt['at']}: {'; '.join(found)}"] if found else []
        row.tried, row.bad = len(at), len(wrong)

    assert not wrong, "\n".join(wrong)
