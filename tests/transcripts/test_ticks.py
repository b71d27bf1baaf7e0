"""A clip of words cuts none of their sound off, and keeps no whole frame beyond it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.clock import Clock
from app.processing.frame_index import FrameIndex
from app.transcripts.reads import end_tick, first_tick

RATES = [(25, 1), (24000, 1001), (30000, 1001), (60, 1), (1000, 1)]


@given(st.sampled_from(RATES), st.integers(0, 40_000_000))
def test_a_moment_lies_in_its_frame_and_before_its_end(rate: tuple[int, int], at_ms: int) -> None:
    clock, length = Clock(*rate), Fraction(rate[1] * 1000, rate[0])

    first, end = first_tick(clock, at_ms), end_tick(clock, at_ms)

    assert first * length <= at_ms < (first + 1) * length
    assert (end - 1) * length < at_ms <= end * length


@pytest.mark.parametrize(
    ("at_ms", "first", "end"), [(0, 0, 0), (39, 0, 1), (40, 1, 1), (100, 2, 3), (200, 3, 3), (201, 3, 4), (299, 4, 5)]
)
def test_where_the_rate_varies_the_frame_index_decides(at_ms: int, first: int, end: int) -> None:
    times = np.array([0, 40, 80, 200, 240], np.int64)
    clock = Clock(25, 1, index=FrameIndex(times, np.ones(5, bool), Fraction(1, 1000), 300))

    assert (first_tick(clock, at_ms), end_tick(clock, at_ms)) == (first, end)
