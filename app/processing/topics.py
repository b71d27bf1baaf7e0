"""Find what a recording speaks of, one thing after another: each topic with its terms, a sentence of it, its weight."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from app.core.search_text import tokens
from app.processing.segmenting import BOUNDARY_COST, Matrix, segment, vectors
from app.processing.words import STOP_WORDS

Report = Callable[[float, str], None]
Span = tuple[int, int]

SHORTEST_TERM = 3
TITLE_TERMS = 3
KEYWORDS, CONCEPTS = 8, 5
SENTENCE_WORDS = (6, 40)
LONGEST_SENTENCE = 300
LONGEST_TITLE = 120
ENDINGS = ("ing", "ed", "es", "s")
WRITTEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Line:
    """What is said in [start_ms, end_ms)."""

    start_ms: int
    end_ms: int
    text: str


def topics(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Part ``params["lines"]`` (sorted [start_ms, end_ms, text]) into topics.

    ``params["kept"]``: sorted spans [start_ms, end_ms) somebody described already; lines whose middle lies in one are
    left out, and no topic reaches over one. ``params["cost"]``: what a new
    topic costs; less finds more. Gives ``topics``, sorted, not overlapping: ``start_ms``, ``end_ms``,
    ``topic`` (its telling terms), ``description`` (a sentence of it as said), ``importance`` (0 to 1, the greatest
    of a recording 1), ``keywords`` (at most 8 terms) and ``concepts`` (at most 5 phrases said twice or more).
    """
    lines = [Line(*each) for each in params["lines"]]
    said = [terms_of(line.text) for line in lines]
    rows, columns = vectors(said)
    cost = float(params.get("cost") or BOUNDARY_COST)
    found = []
    kept: list[Span] = [(start, end) for start, end in params.get("kept", [])]
    runs = _runs(lines, kept)
    for number, (first, end) in enumerate(runs):
        report(number / len(runs), "Finding topics")
        parts = [(first + start, first + stop) for start, stop in segment(rows[first:end], cost)]
        found += [_described(lines, rows, columns, part) for part in parts]
    return {"topics": _weighed(_ended(found, kept), rows)}


def terms_of(text: str) -> list[str]:
    """Return the words of a text that may tell what it is about, folded, without the endings of English."""
    return [_stem(token) for token in tokens(text) if _may_tell(token)]


def _may_tell(token: str) -> bool:
    return len(token) >= SHORTEST_TERM and token not in STOP_WORDS and not token.isdigit()


def _stem(token: str) -> str:
    for ending in ENDINGS:
        if token.endswith(ending) and len(token) - len(ending) >= SHORTEST_TERM + 1 and not token.endswith("ss"):
            return token.removesuffix(ending)
    return token


def _runs(lines: Sequence[Line], kept: Sequence[Span]) -> list[Span]:
    """Return the runs of lines between the kept spans, as (first, behind the last)."""

    def gap(number: int) -> int | None:
        middle = (lines[number].start_ms + lines[number].end_ms) // 2
        if any(start <= middle < end for start, end in kept):
            return None
        return sum(start <= middle for start, _ in kept)

    runs = [(key, list(group)) for key, group in groupby(range(len(lines)), key=gap)]
    return [(group[0], group[-1] + 1) for key, group in runs if key is not None]


def _described(lines: Sequence[Line], rows: Matrix, columns: list[str], part: Span) -> dict[str, Any]:
    """Return one topic; ``part`` counts lines."""
    mine, weight = lines[part[0] : part[1]], rows[part[0] : part[1]].sum(axis=0)
    forms = _forms(mine)
    # What the rest says too names nothing: the share of a term's weight that lies in here counts.
    telling = weight * weight / np.maximum(rows.sum(axis=0), 1e-9)
    best = [columns[number] for number in np.argsort(-telling, kind="stable")[:KEYWORDS] if weight[number] > 0]
    keywords = [forms.get(term, term) for term in best]
    concepts = _phrases(mine)
    return {
        "part": part,
        "start_ms": mine[0].start_ms,
        "end_ms": max(line.end_ms for line in mine),
        "topic": _title(keywords, concepts),
        "description": _sentence(mine, rows[part[0] : part[1]]),
        "keywords": keywords,
        "concepts": concepts,
    }


def _forms(lines: Sequence[Line]) -> dict[str, str]:
    """Return the way each term is written most often; with a capital only where it has one inside a sentence too."""
    counts: dict[str, Counter[str]] = {}
    for line in lines:
        for sentence in re.split(r"[.!?…]\s", line.text):
            for place, word in enumerate(WRITTEN.findall(sentence)):
                for term in terms_of(word):
                    counts.setdefault(term, Counter())[word if place else word.lower()] += 1
    return {term: _most_written(found) for term, found in counts.items()}


def _most_written(found: Counter[str]) -> str:
    inside = {form: count for form, count in found.items() if form[:1].isupper()}
    small = {form: count for form, count in found.items() if not form[:1].isupper()}
    if inside and all(form.capitalize() in inside for form in small):
        return max(inside, key=inside.__getitem__)
    return max(small or inside, key=(small or inside).__getitem__)


def _phrases(lines: Sequence[Line]) -> list[str]:
    """Return the pairs of telling words said next to each other at least twice."""
    counts: Counter[str] = Counter()
    for line in lines:
        words = WRITTEN.findall(line.text)
        for one, other in pairwise(words):
            if terms_of(one) and terms_of(other) and one.lower() != other.lower():
                counts[f"{one} {other}".lower()] += 1
    return [phrase for phrase, count in counts.most_common(CONCEPTS) if count > 1]


def _title(keywords: list[str], concepts: list[str]) -> str:
    """Return the telling terms as a name, a phrase in place of its own words."""
    lead = [phrase for phrase in concepts if any(word in keywords[:TITLE_TERMS] for word in phrase.split())][:1]
    rest = [word for word in keywords if not any(word.lower() in phrase.split() for phrase in lead)]
    title = ", ".join([*lead, *rest][: TITLE_TERMS - len(lead) + bool(lead)])[:LONGEST_TITLE]
    return title[:1].upper() + title[1:] or "Untitled"


def _sentence(lines: Sequence[Line], rows: Matrix) -> str:
    """Return the sentence that says most of what the topic is about."""
    centre = rows.sum(axis=0)
    sentences: list[tuple[float, str]] = []
    text, worth = "", 0.0
    for line, row in zip(lines, rows, strict=True):
        text, worth = f"{text} {line.text}".strip(), worth + float(row @ centre)
        if text.endswith((".", "!", "?", "…")) or len(text.split()) >= SENTENCE_WORDS[1]:
            sentences.append((worth, text))
            text, worth = "", 0.0
    if text or not sentences:
        sentences.append((worth, text))
    fitting = [each for each in sentences if SENTENCE_WORDS[0] <= len(each[1].split())] or sentences
    best = max(fitting, key=lambda each: each[0] / max(8, len(each[1].split())))[1]
    return best if len(best) <= LONGEST_SENTENCE else best[: LONGEST_SENTENCE - 1].rsplit(" ", 1)[0] + "…"


def _ended(found: list[dict[str, Any]], kept: Sequence[Span]) -> list[dict[str, Any]]:
    """Let each topic last until the next begins, or as far as a kept span allows."""
    for one, other in pairwise(found):
        follows = one["part"][1] == other["part"][0]
        one["end_ms"] = other["start_ms"] if follows else min(one["end_ms"], other["start_ms"])
    for topic in found:
        for start, end in kept:
            if start <= topic["start_ms"] < end:
                topic["start_ms"] = end
            elif topic["start_ms"] < start < topic["end_ms"]:
                topic["end_ms"] = start
    return [topic for topic in found if topic["end_ms"] > topic["start_ms"]]


def _weighed(found: list[dict[str, Any]], rows: Matrix) -> list[dict[str, Any]]:
    """Give each topic its importance: how near it is to the whole, how dense, and how long, against the greatest."""
    if not found:
        return []
    whole = rows.sum(axis=0)
    parts = [rows[topic["part"][0] : topic["part"][1]] for topic in found]
    near = np.array([_likeness(part.sum(axis=0), whole) for part in parts])
    dense = np.array([float((part > 0).sum()) for part in parts])
    dense /= np.array([topic["end_ms"] - topic["start_ms"] for topic in found])
    long = np.array([float(topic["end_ms"] - topic["start_ms"]) for topic in found]) ** 0.5
    shares = [each / max(float(each.max()), 1e-9) for each in (near, dense, long)]
    weights = 0.5 * shares[0] + 0.25 * shares[1] + 0.25 * shares[2]
    weights /= max(float(weights.max()), 1e-9)
    return [
        {**{name: value for name, value in topic.items() if name != "part"}, "importance": round(float(weight), 3)}
        for topic, weight in zip(found, weights, strict=True)
    ]


def _likeness(one: Any, other: Any) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0
