"""The data core beside the plain driver: interleaved rounds, lower quartiles, at several sizes and on each database."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.shelf import Shelf, shelf
from tests.bench.works import Work, works
from tests.core.databases import new_database
from tests.servers import mariadb_server, postgres_server

ROUNDS = int(os.environ.get("RUSHES_BENCH_ROUNDS", "3"))
SIZES = [int(size) for size in os.environ.get("RUSHES_BENCH_ROWS", "10000,100000").split(",")]
KINDS = os.environ.get("RUSHES_BENCH_DATABASES", "sqlite,postgresql,mariadb").split(",")
# Measure only the works whose names hold this.
ONLY = os.environ.get("RUSHES_BENCH_WORK", "")
SERVERS = {"postgresql": postgres_server, "mariadb": mariadb_server}


@dataclass(frozen=True)
class Line:
    """One row of the evidence; times are lower quartiles in microseconds, `ours_p95_us` the 95th percentile."""

    work: str
    rows: int
    database: str
    floor_us: float
    ours_us: float
    ours_p95_us: float
    ratio: float
    goal: str
    met: bool

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run() -> list[Line]:
    """Measure every work on every database at every size; RUSHES_BENCH_ROWS, _DATABASES, _WORK, _ROUNDS choose."""
    lines = []
    for kind in KINDS:
        for rows in SIZES:
            with tempfile.TemporaryDirectory() as folder, _empty(kind, Path(folder)) as url:
                with shelf(url, Path(folder), rows) as filled:
                    lines += [_measured(work, filled) for work in works(filled) if ONLY in work.name]
    return lines


def table(lines: list[Line]) -> str:
    """Return the lines as text."""
    times = f"{'floor µs':>10} {'ours µs':>10} {'p95 µs':>10} {'ratio':>6}"
    return "\n".join([f"{'work':<50} {'rows':>9} {'database':<11} {times}  goal", *(_line(line) for line in lines)])


def _line(line: Line) -> str:
    times = f"{line.floor_us:>10,.0f} {line.ours_us:>10,.0f} {line.ours_p95_us:>10,.0f} {line.ratio:>6.2f}"
    return f"{line.work:<50} {line.rows:>9,} {line.database:<11} {times}  {line.goal}{'' if line.met else '  MISSED'}"


def _measured(work: Work, filled: Shelf) -> Line:
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(ROUNDS):
        for _ in range(work.repeats):
            for prepare in work.prepare:
                prepare()
            ours.append(_us(work.ours))
            floor.append(_us(work.floor))
    mine, raw = _lower_quartile(ours), _lower_quartile(floor)
    p95 = statistics.quantiles(ours, n=20)[18] if len(ours) > 1 else ours[0]
    goal = f"≤ {work.goal:g}×" if work.goal else f"≤ {work.limit_us or 0:,.0f} µs"
    met = mine / raw <= work.goal if work.goal else mine <= (work.limit_us or 0)
    return Line(work.name, filled.rows, filled.database, raw, mine, p95, mine / raw, goal, met)


def _lower_quartile(times: list[float]) -> float:
    return statistics.quantiles(times, n=4)[0] if len(times) > 1 else times[0]


def _us(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1e6


@contextmanager
def _empty(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    with SERVERS[kind]() as server, new_database(server) as url:
        yield url


if __name__ == "__main__":
    print(table(run()))
