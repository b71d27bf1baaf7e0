"""What goes and what stays where silence is cut: plain spans of milliseconds, [start, end)."""

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def long_enough(spans: Iterable[Span], least_ms: int) -> list[Span]:
    """Return the spans of at least `least_ms`."""
    return [(start, end) for start, end in spans if end - start >= least_ms]


def between(spans: Sequence[Span], length_ms: int) -> list[Span]:
    """Return what lies before, between and after sorted, separate spans in [0, length_ms)."""
    edges = [0, *(edge for span in spans for edge in span), length_ms]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, min(end, length_ms)) for start, end in pairs if min(end, length_ms) > start]


def total(spans: Iterable[Span]) -> int:
    """Return how many milliseconds separate spans hold."""
    return sum(end - start for start, end in spans)
