"""Topics: how well boundaries are found in spliced documents that were generated, beside doing nothing.

    python -m tests.bench.topics [tune]

A document is eight texts of 5 to 20 sentences one after another; each text has thirty words of its own, used as
words are used (the second half as often as the first, and so on), among common words and stray ones. The seeds
that set the cost of a boundary (1 to 20) are kept apart from those that are reported (101 to 140). Pk is Beeferman,
Berger and Lafferty 1999, WindowDiff Pevzner and Hearst 2002; lower is better.
"""

import random
import sys
import time
from collections.abc import Callable, Iterable

from app.processing.segmenting import BOUNDARY_COST, segment, vectors

TUNING, REPORTED = range(1, 21), range(101, 141)
TEXTS, OWN_WORDS = 8, 30
COSTS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)

Document = tuple[list[list[str]], list[int]]
Divider = Callable[[Document], list[int]]


def main() -> None:
    """Print the figures of the reported seeds, or with "tune" those of the others for several costs."""
    if "tune" in sys.argv:
        for cost in COSTS:
            print(row(f"cost {cost}", TUNING, lambda document, cost=cost: found(document, cost)))
        return
    print(row("no boundary", REPORTED, lambda document: []))
    print(row("every 10", REPORTED, lambda document: list(range(10, len(document[0]), 10))))
    print(row(f"TF-IDF, best division, cost {BOUNDARY_COST}", REPORTED, found))


def row(name: str, seeds: Iterable[int], divide: Divider) -> str:
    """Return one line of the table."""
    documents = [generate(seed) for seed in seeds]
    began = time.perf_counter()
    divided = [divide(document) for document in documents]
    took = (time.perf_counter() - began) / len(documents)
    count = len(documents)
    pairs = [(document, ends) for document, ends in zip(documents, divided, strict=True)]
    pk = sum(error(document, ends, differs) for document, ends in pairs) / count
    window = sum(error(document, ends, counts_differ) for document, ends in pairs) / count
    many = sum(len(ends) for ends in divided) / count
    figures = f"Pk {pk:.3f} | WindowDiff {window:.3f} | {many:.1f} boundaries of {TEXTS - 1}"
    return f"| {name} | {figures} | {took * 1000:.0f} ms |"


def found(document: Document, cost: float = BOUNDARY_COST) -> list[int]:
    """Return the boundaries the product finds."""
    return [end for _, end in segment(vectors(document[0])[0], cost)][:-1]


def generate(seed: int) -> Document:
    """Return a document's sentences as lists of words, and where its texts end but for the last."""
    chance = random.Random(seed)
    common, stray = [f"common{number}" for number in range(150)], [f"stray{number}" for number in range(2000)]
    sentences: list[list[str]] = []
    ends: list[int] = []
    for text in range(TEXTS):
        own = [f"text{seed}x{text}x{number}" for number in range(OWN_WORDS)]
        for _ in range(chance.randint(5, 20)):
            sentence = []
            for _ in range(chance.randint(6, 16)):
                words = chance.choices((common, own, stray), (60, 25, 15))[0]
                sentence.append(chance.choices(words, [1 / (place + 1) for place in range(len(words))])[0])
            sentences.append(sentence)
        ends.append(len(sentences))
    return sentences, ends[:-1]


def error(document: Document, ends: list[int], wrong: Callable[[int, int], bool]) -> float:
    """Return the share of windows of half a mean text's length in which the two divisions disagree."""
    sentences, true_ends = document
    size = max(1, round(len(sentences) / (len(true_ends) + 1) / 2))
    places = range(len(sentences) - size)
    counts = [
        (sum(at < end <= at + size for end in true_ends), sum(at < end <= at + size for end in ends)) for at in places
    ]
    return sum(wrong(true, told) for true, told in counts) / len(places)


def differs(true: int, told: int) -> bool:
    """Say whether one division parts a window's ends and the other does not."""
    return (true > 0) != (told > 0)


def counts_differ(true: int, told: int) -> bool:
    """Say whether two divisions have another number of boundaries in a window."""
    return true != told


if __name__ == "__main__":
    main()
