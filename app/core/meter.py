"""What this process has asked of its databases since it started: how often, how long, and what went wrong."""

import re
import threading
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

# Upper bounds in seconds, eight to a decade, from 10 µs to 30 s: fine enough for a percentile.
BOUNDS_S = tuple(10 ** (step / 8 - 5) for step in range(53))
# Statements written in more ways than this are counted together: a page cannot make memory grow without end.
MOST_SHAPES = 500
ASKED_BY_PAGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN")
OTHERS = "(all other statements)"
# How long the plan of a slow statement counts as told.
EXPLAIN_EVERY_S = 60.0
LIST_OF_PLACES = re.compile(r"\((?:\s*(?:\?|%s|%\(\w+\)s|:\w+|\$\d+)(?:::\w+)?\s*,?)+\)")


@dataclass
class Shape:
    """One statement with places instead of values: how it did, and how the database goes about it."""

    text: str
    count: int = 0
    seconds: float = 0.0
    worst_s: float = 0.0
    plan: str | None = None
    explained_at: float | None = None

    @property
    def mean_s(self) -> float:
        return self.seconds / self.count if self.count else 0.0


class Meter:
    """Counts and times of every statement, safe to use from all threads."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.seconds = 0.0
        self.errors: Counter[str] = Counter()
        self.by_role: Counter[str] = Counter()
        self.shapes: dict[str, Shape] = {}
        self._by_statement: dict[str, Shape] = {}
        self._lock = threading.Lock()

    def note(self, statement: str, seconds: float, role: str) -> Shape:
        """Count one statement that took so long; returns its shape."""
        with self._lock:
            self.buckets[bisect_left(BOUNDS_S, seconds)] += 1
            self.seconds += seconds
            self.by_role[role] += 1
            shape = self._by_statement.get(statement) or self._shape_of(statement)
            shape.count += 1
            shape.seconds += seconds
            if seconds > shape.worst_s:
                shape.worst_s = seconds
            return shape

    def failed(self, kind: str) -> None:
        """Count one error of this kind."""
        with self._lock:
            self.errors[kind] += 1

    def asks_for_plan(self, shape: Shape, moment: float) -> bool:
        """Say whether this slow shape has not been explained within the last minute, and mark it as explained."""
        with self._lock:
            if shape.explained_at is not None and moment - shape.explained_at < EXPLAIN_EVERY_S:
                return False
            shape.explained_at = moment
            return True

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def per_second(self) -> float:
        """Return how many statements there were in each second since the start."""
        return self.count / max(time.monotonic() - self.started, 1.0)

    def quantile_s(self, share: float) -> float | None:
        """Return the time that this share (0 to 1) of all statements stayed within, to about 15 %; None without any."""
        total, seen = self.count, 0
        for bound, count in zip((*BOUNDS_S, BOUNDS_S[-1]), self.buckets, strict=True):
            seen += count
            if total and seen >= share * total:
                return bound
        return None

    def slowest(self, limit: int = 8) -> list[Shape]:
        """Return the shapes with the longest single run, the slowest first; those that make tables are left out."""
        with self._lock:
            shown = [shape for shape in self.shapes.values() if shape.text.startswith(ASKED_BY_PAGES)]
        return sorted(shown, key=lambda shape: -shape.worst_s)[:limit]

    def _shape_of(self, statement: str) -> Shape:
        text = LIST_OF_PLACES.sub("(…)", statement)
        if text not in self.shapes and len(self.shapes) >= MOST_SHAPES:
            text = OTHERS
        shape = self.shapes.setdefault(text, Shape(text))
        if len(self._by_statement) < 4 * MOST_SHAPES:
            self._by_statement[statement] = shape
        return shape
