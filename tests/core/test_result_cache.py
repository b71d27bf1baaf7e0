"""Kept answers: given out while nothing was written, bounded, and gone in time."""

import pytest

from app.core.result_cache import ResultCache


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> int:
        self.done += 1
        return self.done


def test_the_same_question_is_answered_once() -> None:
    cache, work = ResultCache[int](most=2, for_s=60), Work()

    assert [cache.get("keel", 1, work) for _ in range(3)] == [1, 1, 1]


def test_whatever_is_written_makes_it_anew() -> None:
    cache, work = ResultCache[int](most=2, for_s=60), Work()

    assert [cache.get("keel", version, work) for version in (1, 2, 2)] == [1, 2, 2]


def test_it_holds_so_many_and_forgets_the_one_asked_for_longest_ago() -> None:
    cache, work = ResultCache[int](most=2, for_s=60), Work()
    for key in ("a", "b", "a", "c"):
        cache.get(key, 1, work)

    assert cache.get("a", 1, work) == 1
    assert cache.get("b", 1, work) == 4


def test_nothing_is_kept_longer_than_its_time() -> None:
    moment = 0.0
    cache, work = ResultCache[int](most=2, for_s=60, clock=lambda: moment), Work()
    cache.get("keel", 1, work)
    moment = 60.0

    assert cache.get("keel", 1, work) == 2


def test_what_went_wrong_is_tried_again() -> None:
    cache = ResultCache[int](most=2, for_s=60)

    with pytest.raises(ZeroDivisionError):
        cache.get("keel", 1, lambda: 1 // 0)

    assert cache.get("keel", 1, lambda: 7) == 7
