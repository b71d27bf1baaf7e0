"""Which clips share ticks: the sweep, the lanes and the spans, for any set of clips."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.clips.models import Clip
from app.clips.overlaps import describe, lanes, shared_stretches, spans
from app.media.clock import Clock

CLOCK = Clock(25, 1)


def clips_at(*bounds: tuple[int, int]) -> list[Clip]:
    return [
        Clip(id=number, title=f"Clip {number}", in_point=start, out_point=end)
        for number, (start, end) in enumerate(bounds, 1)
    ]


def ticks(clip: Clip) -> set[int]:
    return set(range(clip.in_point, clip.out_point))


any_clips = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 30)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=12
).map(lambda bounds: clips_at(*bounds))


@settings(deadline=None)
@given(any_clips)
def test_every_pair_that_shares_a_tick_is_found_once_with_the_ticks_it_shares(clips: list[Clip]) -> None:
    found = {
        frozenset((each.one.id, each.other.id)): set(range(each.in_point, each.out_point))
        for each in shared_stretches(clips)
    }

    assert len(found) == len(shared_stretches(clips))
    assert found == {
        frozenset((one.id, other.id)): ticks(one) & ticks(other)
        for one, other in combinations(clips, 2)
        if ticks(one) & ticks(other)
    }


@settings(deadline=None)
@given(any_clips)
def test_the_earlier_clip_of_a_pair_comes_first(clips: list[Clip]) -> None:
    assert all(each.one.in_point <= each.other.in_point for each in shared_stretches(clips))


@settings(deadline=None)
@given(any_clips)
def test_no_two_clips_in_one_lane_overlap_and_no_lane_is_wasted(clips: list[Clip]) -> None:
    rows = lanes(clips)

    for one, other in combinations(clips, 2):
        assert rows[one.id] != rows[other.id] or not ticks(one) & ticks(other)
    deepest = max((sum(tick in ticks(clip) for clip in clips) for tick in range(80)), default=0)
    assert len(set(rows.values())) == deepest


@settings(deadline=None)
@given(any_clips)
def test_the_spans_are_the_ticks_in_two_clips_or_more_apart_and_in_order(clips: list[Clip]) -> None:
    merged = spans(shared_stretches(clips))

    covered = {tick for start, end in merged for tick in range(start, end)}
    assert covered == {tick for tick in range(81) if sum(tick in ticks(clip) for clip in clips) > 1}
    assert all(one[1] < other[0] for one, other in pairwise(merged))


def test_clips_that_touch_share_nothing_and_one_lane() -> None:
    clips = clips_at((0, 10), (10, 20))

    assert shared_stretches(clips) == []
    assert set(lanes(clips).values()) == {0}


def test_one_overlap_is_told_by_name_and_length() -> None:
    clips = clips_at((0, 60))

    assert describe(clips, 30, 100, CLOCK) == "Overlaps “Clip 1” by 1 s 5 f."


def test_several_overlaps_are_told_by_number_and_the_longest() -> None:
    clips = clips_at((0, 60), (90, 100))

    assert describe(clips, 30, 100, CLOCK) == "Overlaps 2 clips by up to 1 s 5 f."


def test_no_overlap_is_not_told() -> None:
    assert describe([], 0, 10, CLOCK) is None
