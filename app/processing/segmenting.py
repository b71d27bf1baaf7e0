"""Part a run of lines where what is spoken of changes: an optimal segmentation by dynamic programming.

TF-IDF vectors (Salton and Buckley 1988) of the lines; a segment is worth what its lines have in common beyond
what any two lines have, divided by its length (after Alemi and Ginsparg 2015, arXiv 1503.05543); the best
division is found exactly (Fragkou, Petridis and Kehagias 2004, J. Intell. Inf. Syst. 23:2). A boundary costs a
multiple of what chance alone makes of two lines, so that nothing is set for a kind of talk.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

# Set on documents of seeds 1 to 20 of tests/bench/topics.py; what it gives is measured on others.
BOUNDARY_COST = 1.25
LEAST_LINES = 3
# More lines than this are looked at several at a time: the table of all pairs grows with the square.
MOST_ROWS = 1200
# A term in a larger share of the lines tells nothing about any.
COMMON_SHARE = 0.3
FEW_LINES = 10


def vectors(lines: list[list[str]]) -> tuple[Matrix, list[str]]:
    """Return a unit row of TF-IDF for each line (zero for one without telling terms), and the terms of the columns."""
    seen: dict[str, int] = {}
    for line in lines:
        for term in set(line):
            seen[term] = seen.get(term, 0) + 1
    limit = len(lines) * COMMON_SHARE if len(lines) >= FEW_LINES else len(lines)
    terms = sorted(term for term, count in seen.items() if count <= max(2.0, limit))
    column = {term: number for number, term in enumerate(terms)}
    rows = np.zeros((len(lines), len(terms)))
    for number, line in enumerate(lines):
        for term in line:
            if term in column:
                rows[number, column[term]] += 1
    weights = np.array([np.log(1 + len(lines) / seen[term]) for term in terms])
    rows = np.log1p(rows) * weights
    return unit(rows), terms


def unit(rows: Matrix) -> Matrix:
    """Return the rows with length one; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    made: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return made


def segment(rows: Matrix, cost: float = BOUNDARY_COST, least: int = LEAST_LINES) -> list[tuple[int, int]]:
    """Return the parts of the lines as (first, behind the last), each of `least` lines or more where there are so many.

    ``rows``: as `vectors` gives them, in order.
    """
    step = -(-len(rows) // MOST_ROWS) or 1
    packed = unit(np.add.reduceat(rows, np.arange(0, len(rows), step), axis=0)) if len(rows) else rows
    count, shortest = len(packed), max(1, -(-least // step))
    if count < 2 * shortest:
        return [(0, len(rows))] if len(rows) else []
    table, noise = _shared(packed)
    ends = _best_ends(table, cost * noise * np.sqrt(np.log(count)), shortest)
    return [(first * step, min(end * step, len(rows))) for first, end in zip([0, *ends], ends, strict=False)]


def _shared(rows: Matrix) -> tuple[Matrix, float]:
    """Return sums over [0, i) × [0, j) of what lines share beyond the mean, and its spread among pairs."""
    alike = rows @ rows.T
    pairs = alike[np.triu_indices(len(rows), 1)]
    alike -= pairs.mean()
    np.fill_diagonal(alike, 0)
    table = np.zeros((len(rows) + 1, len(rows) + 1))
    table[1:, 1:] = alike.cumsum(axis=0).cumsum(axis=1)
    return table, float(pairs.std())


def _best_ends(table: Matrix, cost: float, shortest: int) -> list[int]:
    """Return where the segments of the best division end, the last one included."""
    count = len(table) - 1
    best, back = np.full(count + 1, -np.inf), np.zeros(count + 1, np.int64)
    best[0] = 0
    corners = np.diagonal(table)
    for end in range(shortest, count + 1):
        starts = np.arange(0, end - shortest + 1)
        inside = (corners[end] - 2 * table[starts, end] + corners[starts]) / 2
        worth = best[starts] + inside / (end - starts) - cost
        back[end] = int(np.argmax(worth))
        best[end] = worth[back[end]]
    ends = [count]
    while back[ends[0]] > 0:
        ends.insert(0, int(back[ends[0]]))
    return ends
