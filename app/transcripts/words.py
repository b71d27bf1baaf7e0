"""Words with their times: what a correction leaves in place, where a line parts, and which words are doubtful.

A word is a list [start_ms, end_ms, text, probability]; the probability is None for what a person wrote.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from app.core.search_text import folded

Word = list[Any]
Span = tuple[int, int]

# Below this a word is shown as doubtful.
UNSURE_BELOW = 0.5
SHORTEST_MS = 1


def text_of(words: Iterable[Word]) -> str:
    """Return the line the words make."""
    return " ".join(word[2] for word in words)


def is_unsure(word: Word) -> bool:
    """Say whether the recogniser doubts this word."""
    return word[3] is not None and word[3] < UNSURE_BELOW


def spread(texts: Sequence[str], start_ms: int, end_ms: int) -> list[Word]:
    """Lay words over a span, each as long as its letters are many; at least a millisecond each."""
    total = sum(len(text) + 1 for text in texts)
    end_ms = max(end_ms, start_ms + len(texts) * SHORTEST_MS)
    words: list[Word] = []
    gone, at = 0, start_ms
    for number, text in enumerate(texts):
        gone += len(text) + 1
        latest = end_ms - (len(texts) - number - 1) * SHORTEST_MS
        end = min(max(start_ms + (end_ms - start_ms) * gone // total, at + SHORTEST_MS), latest)
        words.append([at, end, text, None])
        at = end
    return words


def retime(old: Sequence[Word], text: str, start_ms: int, end_ms: int) -> list[Word]:
    """Return the words of a corrected line: what is unchanged keeps its time, what is new takes the time it replaces.

    A word put between two others shares the time of the one before it, or else of the one after.
    """
    new = text.split()
    if not old or not new:
        return spread(new, start_ms, end_ms)
    words: list[Word] = []
    for before, pair in pairwise(_anchors([word[2] for word in old], new)):
        fresh = new[before[1] + 1 : pair[1]]
        if fresh:
            words += spread(fresh, old[before[0] + 1][0], old[pair[0] - 1][1])
        if pair[1] < len(new):
            words.append(_kept(old[pair[0]], new[pair[1]]))
    return in_order(words)


def in_order(words: list[Word]) -> list[Word]:
    """Push words that begin before the one before them has ended; none is shorter than a millisecond."""
    floor = 0
    placed = []
    for start, end, text, sure in words:
        start = max(start, floor)
        floor = max(end, start + SHORTEST_MS)
        placed.append([start, floor, text, sure])
    return placed


def outside(words: Sequence[Word], spans: Sequence[Span]) -> list[list[Word]]:
    """Return the runs of words whose middle lies in none of the spans, parted where a span lies between."""
    runs: list[list[Word]] = []
    parted = True
    for word in words:
        middle = (word[0] + word[1]) // 2
        if any(start <= middle < end for start, end in spans):
            parted = True
            continue
        if parted:
            runs.append([])
        runs[-1].append(word)
        parted = False
    return runs


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Pair old and new words that are the same, from before the first to after the last.

    Where new words stand between two that have nothing between them in the old line, one of the two is given up
    and shares its time with them.
    """
    matcher = SequenceMatcher(None, [_plain(text) for text in old], [_plain(text) for text in new], autojunk=False)
    same = [(match.a + n, match.b + n) for match in matcher.get_matching_blocks() for n in range(match.size)]
    anchors = [(-1, -1)]
    for pair in [*same, (len(old), len(new))]:
        if pair[1] - anchors[-1][1] > 1 and pair[0] - anchors[-1][0] == 1:
            if len(anchors) == 1:
                continue
            anchors.pop()
        anchors.append(pair)
    return anchors


def _plain(text: str) -> str:
    return folded(text) or text


def _kept(old: Word, text: str) -> Word:
    return [old[0], old[1], text, old[3] if old[2] == text else None]
