"""Put the times of recognised words where the sound itself begins and ends.

Recognisers place words by attention, a tenth of a second or more beside the truth; the edges of the pauses around
them are known to ten milliseconds.
"""

import numpy as np
from numpy.typing import NDArray

from app.processing.silence import BIN_MS, FLOOR, find_quiet

# A pause shorter than this lies inside words as often as between them.
SHORTEST_PAUSE_MS = 200
FURTHEST_MS = 500
SHORTEST_WORD_MS = 20

Word = tuple[int, int, str, float]
Span = tuple[int, int]


def pauses(samples: NDArray[np.float32], rate: int) -> list[Span]:
    """Give the pauses in mono sound as [start, end) milliseconds, sorted."""
    size = rate * BIN_MS // 1000
    bins = len(samples) // size
    power = np.square(samples[: bins * size], dtype=np.float64).reshape(bins, size).mean(axis=1)
    levels = (20 * np.log10(np.sqrt(power) + FLOOR)).astype(np.float32)
    spans = [(start * BIN_MS, end * BIN_MS) for start, end in find_quiet(levels, None)[0]]
    return [(start, end) for start, end in spans if end - start >= SHORTEST_PAUSE_MS]


def snap(words: list[Word], silent: list[Span]) -> list[Word]:
    """Move word edges to the nearest pause edge within half a second.

    ``words``: (start, end, text, probability) in milliseconds, in order. Each pause edge moves one word, the
    nearest; the words keep their order and do not overlap.
    """
    if not words:
        return []
    starts, ends = [word[0] for word in words], [word[1] for word in words]
    for begin, end in silent:
        first = _nearest(starts, end)
        last = _nearest(ends, begin)
        if first is not None:
            starts[first] = end
        if last is not None and last != first:
            ends[last] = begin
    return _in_order(words, starts, ends)


def _nearest(times: list[int], wanted: int) -> int | None:
    place = min(range(len(times)), key=lambda number: abs(times[number] - wanted))
    return place if abs(times[place] - wanted) <= FURTHEST_MS else None


def _in_order(words: list[Word], starts: list[int], ends: list[int]) -> list[Word]:
    placed: list[Word] = []
    floor = 0
    for number, (_, _, text, sure) in enumerate(words):
        start = max(starts[number], floor)
        following = starts[number + 1] if number + 1 < len(words) else ends[number]
        end = max(min(ends[number], max(following, start)), start + SHORTEST_WORD_MS)
        placed.append((start, end, text, sure))
        floor = end
    return placed
