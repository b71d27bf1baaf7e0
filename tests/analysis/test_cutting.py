"""Spans: joined, long enough, and what lies between them; nothing is lost or counted twice."""

from hypothesis import given
from hypothesis import strategies as st

from app.analysis.cutting import Span, between, joined, long_enough, total

LENGTH = 10_000
spans = st.lists(
    st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).filter(lambda pair: pair[0] < pair[1]), max_size=12
)


def test_touching_spans_are_one() -> None:
    assert joined([(3, 5), (0, 3), (7, 9)]) == [(0, 5), (7, 9)]


def test_what_lies_between_begins_and_ends_with_the_recording() -> None:
    assert between([(2, 5)], 9) == [(0, 2), (5, 9)]
    assert between([(0, 9)], 9) == []
    assert between([], 9) == [(0, 9)]


def test_a_span_past_the_end_leaves_nothing_behind_it() -> None:
    assert between([(4, 12)], 9) == [(0, 4)]


@given(spans, st.integers(1, 3000))
def test_what_goes_and_what_stays_are_the_whole(found: list[Span], least: int) -> None:
    cut = long_enough(joined(found), least)

    assert total(cut) + total(between(cut, LENGTH)) == LENGTH
