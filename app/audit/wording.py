"""Which words of a value changed: both sides as runs of text, so that a page can mark only those."""

import re
from difflib import SequenceMatcher

# Text, and whether it is part of what changed.
Runs = list[tuple[str, bool]]

PIECES = re.compile(r"\s+|[^\s]+")
# Past this the comparison would take longer than the page may: both sides are marked as a whole.
MOST_PIECES = 600


def changed_words(before: str | None, after: str | None) -> tuple[Runs, Runs]:
    """Return both values as runs of (text, changed), word by word; an empty value has no runs."""
    if not before or not after:
        return _whole(before), _whole(after)
    old, new = PIECES.findall(before), PIECES.findall(after)
    if max(len(old), len(new)) > MOST_PIECES:
        return _whole(before), _whole(after)
    left: Runs = []
    right: Runs = []
    for kind, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        _add(left, "".join(old[start:end]), kind != "equal")
        _add(right, "".join(new[begin:stop]), kind != "equal")
    return left, right


def _whole(text: str | None) -> Runs:
    return [(text, True)] if text else []


def _add(runs: Runs, text: str, changed: bool) -> None:
    if text:
        runs.append((text, changed))
