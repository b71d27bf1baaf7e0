"""Run a work again and again, each time with another call of it failing: fork, fail, and tell how it ended.

Run under the recorder as ``python -m tests.torture.failing WORK START FOLDER COUNT SEED``: once nothing fails, which
tells how many calls there are; then COUNT of them fail with each error. Prints a line of JSON for each.
"""

import ctypes
import errno
import json
import os
import random
import shutil
import sys
import traceback
from pathlib import Path

from tests.torture.works import WORKS, run_here

ERRORS = (errno.EIO, errno.ENOSPC)


def attempt(work: str, start: Path, live: Path, at: int, error: int) -> dict[str, object]:
    """Run the work once in a process of its own and return how it ended."""
    if live.exists():
        shutil.rmtree(live)
    shutil.copytree(start, live)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        _fail(work, live, at, error, tell)
    os.close(tell)
    with os.fdopen(told) as answer:
        words = answer.read()
    _, status = os.waitpid(child, 0)
    return {"at": at, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, **json.loads(words or "{}")}


def _fail(work: str, live: Path, at: int, error: int, tell: int) -> None:
    """Run the work in this process, which then ends; what went wrong goes into the pipe."""
    recorder = ctypes.CDLL(None)
    recorder.rec_begin(str(live).encode(), os.devnull.encode(), at, error)
    words = ""
    try:
        run_here(WORKS[work], live)
    except BaseException as trouble:
        words = "".join(traceback.format_exception_only(trouble))
    os.write(tell, json.dumps({"words": words[:2000], "calls": recorder.rec_calls()}).encode())
    os._exit(0)


def main(work: str, start: Path, folder: Path, count: int, seed: int) -> None:
    """Run the work whole, then with each error; the instances are left in folders named by error and call."""
    whole = attempt(work, start, folder / "whole", 0, 0)
    print(json.dumps(whole | {"error": 0}), flush=True)
    calls = int(str(whole["calls"]))
    for error in ERRORS:
        for at in sorted(random.Random(seed + error).sample(range(1, calls + 1), min(count, calls))):
            ended = attempt(work, start, folder / f"{error}-{at}", at, error)
            print(json.dumps(ended | {"error": error}), flush=True)


if __name__ == "__main__":
    named, beginning, left_in, how_many, seeded = sys.argv[1:]
    main(named, Path(beginning), Path(left_in), int(how_many), int(seeded))
