"""Answers that are dear to find and asked for again, kept until anything is written: bounded, and never stale."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ResultCache(Generic[T]):
    """At most `most` answers, the one asked for longest ago goes first; safe for threads.

    An answer is kept under a version of the data, read in the same snapshot as the answer: whoever
    commits moves the version, and what was kept under the old one is never given out again. `for_s`
    bounds what a change that moves no version could hide.
    """

    def __init__(self, most: int, for_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._for_s, self._clock = most, for_s, clock
        self._kept: OrderedDict[Hashable, tuple[Hashable, float, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """Return the kept answer of this version, or make and keep it; what `make` raises is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found[0] == version and self._clock() - found[1] < self._for_s:
                self._kept.move_to_end(key)
                return found[2]
        # Made outside the lock: two who ask at the same moment both work, and neither waits.
        answer = make()
        with self._lock:
            self._kept[key] = (version, self._clock(), answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return answer
