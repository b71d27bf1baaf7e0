"""Mark what a search found in the text as it was written: stretches, each with whether it is a hit."""

import re
from collections.abc import Collection, Sequence

from app.core.search_text import tokens

# Letters and digits with the combining marks that belong to them, so that a written word stays one.
WRITTEN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
WINDOW = 160
BEFORE = 48

Runs = list[tuple[str, bool]]


def marked(text: str, wanted: Collection[str], beginnings: Sequence[str] = ()) -> Runs:
    """Return the text in stretches; a word is a hit where it folds to a wanted token or starts with a beginning."""
    runs: Runs = []
    end = 0
    for word in WRITTEN.finditer(text):
        if not _is_hit(word[0], wanted, beginnings):
            continue
        if word.start() > end:
            runs.append((text[end : word.start()], False))
        runs.append((word[0], True))
        end = word.end()
    return [*runs, (text[end:], False)] if end < len(text) else runs


def snippet(text: str, wanted: Collection[str], beginnings: Sequence[str] = ()) -> Runs:
    """Return what stands around the first hit, about 160 characters, marked; the start where there is none."""
    first = next((word for word in WRITTEN.finditer(text) if _is_hit(word[0], wanted, beginnings)), None)
    start = _at_word(text, first.start() - BEFORE) if first is not None and first.start() > BEFORE else 0
    end = start + WINDOW
    shown = text[start:end].rsplit(" ", 1)[0] if end < len(text) else text[start:]
    runs = marked(shown, wanted, beginnings)
    head: Runs = [("…", False)] if start else []
    tail: Runs = [("…", False)] if start + len(shown) < len(text) else []
    return head + runs + tail


def _is_hit(word: str, wanted: Collection[str], beginnings: Sequence[str]) -> bool:
    folded = tokens(word)
    return any(token in wanted or any(token.startswith(start) for start in beginnings) for token in folded)


def _at_word(text: str, place: int) -> int:
    """Return the start of the next word at or behind a place."""
    return text.find(" ", place) + 1 if " " in text[place:] else place
