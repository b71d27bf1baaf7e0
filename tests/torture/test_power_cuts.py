"""The power may go at any moment: what was promised is there, and nothing is half there."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.torture.preparing import SEED, prepared_for
from tests.torture.replay import Call, Disk, State, digest_of, leave, read_record
from tests.torture.survival import faults
from tests.torture.tally import Tally
from tests.torture.works import CUT, PROMISES

# Each begins processes of its own, some many.
pytestmark = pytest.mark.slow

# A mistake whose window is one rename wide is met among so many.
ENOUGH = 2000
# So often another state is drawn for one that was there before.
DRAWN = 3
CUTS = int(os.environ.get("RUSHES_CUTS", "60"))


@dataclass(frozen=True)
class Run:
    """A work that ran to its end under the recorder: how the folder stood before, and every call since."""

    work: str
    start: Path
    end: Path
    calls: list[Call]


@pytest.fixture(scope="module")
def finished(shim: Path, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Return each work's run, recorded once."""
    return cache(lambda work: recorded(shim, prepared, tmp_path_factory.mktemp(work), work))


def recorded(shim: Path, prepared: Path, folder: Path, work: str, mistake: str = "") -> Run:
    """Run a work on a copy of the prepared instance, with every call noted."""
    start, live, log = folder / "start", folder / "live", folder / "record"
    prepared_for(work, prepared, start)
    shutil.copytree(start, live)
    spied = {"LD_PRELOAD": str(shim), "REC_ROOT": str(live), "REC_LOG": str(log), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.torture.works", work, str(live), *([mistake] if mistake else [])]
    done = subprocess.run(command, env=os.environ | spied, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return Run(work, start, live, list(read_record(log)))


def cut(run: Run, folder: Path, count: int, seed: int) -> Iterator[list[str]]:
    """Cut the power `count` times, evenly over the run; yield what was wrong each time, nothing where all was well.

    A disk that was left just so before, after the same promises, is no other try: another is drawn in its place.
    """
    disk, chance, seen = Disk(run.start), random.Random(seed), set[tuple[bytes, int]]()
    promises: list[dict[str, object]] = []
    for number, call in enumerate(run.calls, 1):
        disk.apply(call)
        if call.path == PROMISES and call.kind == "w":
            promises.append(json.loads(call.data))
        # What one call could not give the later ones make up for.
        wanted = -(-(count - len(seen)) // (len(run.calls) - number + 1))
        due = len(seen) + wanted
        for _ in range(DRAWN * wanted):
            if len(seen) == due:
                break
            state = disk.after_cut(chance)
            if (mark := (digest_of(state), len(promises))) not in seen:
                seen.add(mark)
                yield found_in(run, state, folder / "after", promises, f"cut {len(seen)} (call {number}, seed {seed})")


def found_in(run: Run, state: State, target: Path, promises: list[dict[str, object]], where: str) -> list[str]:
    """Return what is wrong with what one cut has left, with its number, to be done again."""
    leave(state, target)
    found = faults(run.work, target, promises)
    shutil.rmtree(target)
    return [f"{where}: {'; '.join(found)}"] if found else []


@pytest.mark.parametrize("work", CUT)
def test_a_power_cut_loses_nothing_that_was_promised(
    work: str, finished: Callable[[str], Run], tmp_path: Path, tally: Tally
) -> None:
    run = finished(work)

    with tally(f"power cuts during {work}") as row:
        tried = list(cut(run, tmp_path, CUTS, SEED))
        wrong = [fault for found in tried for fault in found]
        row.tried, row.bad, row.note = len(tried), len(wrong), "disks all different"

    assert not wrong, "\n".join(wrong[:10])
    assert len(tried) > CUTS * 0.9


@pytest.mark.parametrize("work", CUT)
def test_the_record_tells_every_byte(work: str, finished: Callable[[str], Run]) -> None:
    run = finished(work)
    disk = Disk(run.start)

    for call in run.calls:
        disk.apply(call)

    assert len(run.calls) > 10
    assert disk.differences(run.end) == []


@pytest.mark.parametrize(
    ("work", "mistake"),
    [
        ("rows", "lazy commits"),
        ("upload", "no file sync"),
        ("upload", "no folder sync"),
        ("upload", "row first"),
        ("upload", "whole too early"),
    ],
)
def test_a_mistake_in_the_order_is_found(
    work: str, mistake: str, shim: Path, prepared: Path, tmp_path: Path, tally: Tally
) -> None:
    run = recorded(shim, prepared, tmp_path, work, mistake)

    with tally(f"planted mistake found: {mistake}") as row:
        found = next(filter(None, cut(run, tmp_path, ENOUGH, SEED)), None)
        row.tried, row.bad = 1, int(found is None)

    assert found
