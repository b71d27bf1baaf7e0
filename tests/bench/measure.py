"""Time two ways of doing the same work in turn, so that a machine whose speed drifts slows both alike."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

Work = Callable[[], object]
ROUNDS = int(os.environ.get("RUSHES_BENCH_ROUNDS", "3"))


@dataclass(frozen=True)
class Line:
    """One row of the table; seconds are medians, `ratio` is ours by theirs."""

    work: str
    ours_s: float
    theirs_s: float | None
    ratio: float | None
    goal: str
    met: bool

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def beside(name: str, ours: Work, theirs: Work, goal: float, *, rounds: int = ROUNDS, at_least: bool = False) -> Line:
    """Run both in turn; the goal is the highest ratio ours/theirs, or with `at_least` the lowest theirs/ours."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    if at_least:
        speedup = other / mine
        return Line(name, mine, other, mine / other, f"≥ {goal:g}× faster, is {speedup:.1f}×", speedup >= goal)
    return Line(name, mine, other, mine / other, f"≤ {goal:g}×", mine / other <= goal)


def alone(name: str, ours: Work, goal_s: float, *, per: int = 1, rounds: int = ROUNDS) -> Line:
    """Time ours against a limit in seconds; `per` divides by how many things one run does."""
    median = statistics.median(seconds(ours) for _ in range(rounds)) / per
    return Line(
        name, median, None, None, f"≤ {goal_s * 1000:g} ms" if goal_s < 0.1 else f"≤ {goal_s:g} s", median <= goal_s
    )


def table(lines: list[Line]) -> str:
    """Return the lines as text."""
    rows = [f"{'work':<58} {'ours':>9} {'ffmpeg':>9} {'ratio':>7}  goal"]
    for line in lines:
        theirs = f"{line.theirs_s:.2f} s" if line.theirs_s is not None else ""
        ratio = f"{line.ratio:.2f}" if line.ratio is not None else ""
        ours = f"{line.ours_s * 1000:.1f} ms" if line.ours_s < 0.1 else f"{line.ours_s:.2f} s"
        rows.append(f"{line.work:<58} {ours:>9} {theirs:>9} {ratio:>7}  {line.goal}{'' if line.met else '  MISSED'}")
    return "\n".join(rows)
