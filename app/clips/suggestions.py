"""Where a clip of a passage begins and ends so that no word is cut: plain milliseconds."""

from bisect import bisect_left
from collections.abc import Sequence

Span = tuple[int, int]

# What of the silence around a passage a clip keeps.
BREATH_MS = 300
# A silence this near a word's edge is the pause before or after it.
NEAR_MS = 500
LONGEST_MS = 120_000
SHORTEST_MS = 2000


def snapped(passage: Span, words: Sequence[Span], silences: Sequence[Span]) -> Span | None:
    """Return the span of the passage's words with a breath of the silence around them; None without enough of them.

    ``words`` and ``silences``: sorted. Words belong to the passage they begin in; at most two minutes are taken,
    whole words. Nothing of a word outside is taken in.
    """
    first = bisect_left(words, (passage[0], 0))
    behind = bisect_left(words, (min(passage[1], passage[0] + LONGEST_MS), 0))
    mine = words[first:behind]
    if not mine or mine[-1][1] - mine[0][0] < SHORTEST_MS:
        return None
    floor = words[first - 1][1] if first else 0
    ceiling = words[behind][0] if behind < len(words) else None
    start, end = mine[0][0], max(word[1] for word in mine)
    before = next((each for each in silences if abs(each[1] - start) <= NEAR_MS and each[0] < start), None)
    after = next((each for each in silences if abs(each[0] - end) <= NEAR_MS and each[1] > end), None)
    if before is not None:
        start = max(min(start, max(before[0], before[1] - BREATH_MS)), min(floor, start))
    if after is not None:
        limit = max(end, min(after[1], after[0] + BREATH_MS))
        end = limit if ceiling is None else max(end, min(limit, ceiling))
    return start, end


def apart(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span | None]:
    """Return sorted spans with each beginning where the one before it ends at the earliest.

    None stands for one that shares something with a taken span, or of which nothing is left.
    """
    found: list[Span | None] = []
    last = 0
    for start, end in spans:
        begin = max(start, last)
        if begin >= end or any(begin < stop and first < end for first, stop in taken):
            found.append(None)
            continue
        found.append((begin, end))
        last = end
    return found
