"""A disk that is full or fails at any call: words for the person, nothing promised lost, nothing half made."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.torture.preparing import SEED, prepared_for
from tests.torture.survival import faults
from tests.torture.tally import Tally
from tests.torture.works import PROMISES, WORKS

# Each begins processes of its own, some many.
pytestmark = pytest.mark.slow

# So many calls of each work are made to fail, spread over all of it, half with each error.
FAILURES = int(os.environ.get("RUSHES_FAILURES", "2"))
# What nobody foresaw, and a person cannot act on.
UNFORESEEN = ("Something broke on our side", "KeyError", "AttributeError", "TypeError", "NameError")


def attempts(shim: Path, work: str, start: Path, folder: Path) -> list[dict[str, Any]]:
    """Run the work whole and with one call after the other failing; the instances are left in the folder."""
    command = [sys.executable, "-m", "tests.torture.failing", work, str(start), str(folder), str(FAILURES), str(SEED)]
    done = subprocess.run(
        command, env=os.environ | {"LD_PRELOAD": str(shim)}, capture_output=True, text=True, check=True
    )
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


@pytest.mark.parametrize("work", WORKS)
def test_a_failing_disk_is_told_and_leaves_nothing_half_made(
    work: str, shim: Path, prepared: Path, tmp_path: Path, tally: Tally
) -> None:
    start, wrong = prepared_for(work, prepared, tmp_path / "start"), []

    with tally(f"calls to the disk failing during {work}") as row:
        whole, *ended = attempts(shim, work, start, tmp_path)
        for each in ended:
            found = wrong_with(work, each, tmp_path / f"{each['error']}-{each['at']}")
            wrong += [f"{errno.errorcode[each['error']]} in call {each['at']}: {'; '.join(found)}"] if found else []
        row.tried, row.bad, row.note = len(ended), len(wrong), f"of {whole['calls']} calls, EIO and ENOSPC"

    assert not whole["words"], whole
    assert not wrong, "\n".join(wrong)
    assert row.tried
