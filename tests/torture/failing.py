"""Run a work again and again, each time with another call of it failing: fork, fail, and tell how it ended.

Run under the recorder as ``python -m tests.torture.failing WORK START FOLDER ERRNO AT [AT ...]``; an AT of 0 fails
nothing and tells how many calls there are. Prints a line of JSON for each.
"""

import ctypes
import json
import os
import shutil
import sys
import traceback
from pathlib import Path

from tests.torture.works import WORKS, run_here


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


if __name__ == "__main__":
    named, start, folder, error, *numbers = sys.argv[1:]
    for number in numbers:
        place = Path(folder) / number
        print(json.dumps(attempt(named, Path(start), place, int(number), int(error))), flush=True)
