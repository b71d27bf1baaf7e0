"""Where suggested clips begin and end: in the pauses, never inside a word, never over each other."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.clips.suggestions import BREATH_MS, LONGEST_MS, apart, snapped

WORDS = [(1000, 1400), (1500, 2000), (4000, 4600), (4700, 6500), (9000, 9500)]


def test_a_clip_takes_a_breath_of_the_silence_around_its_words() -> None:
    assert snapped((4000, 9000), WORDS, [(2000, 4000), (6500, 9000)]) == (4000 - BREATH_MS, 6500 + BREATH_MS)


def test_a_short_pause_is_kept_whole_and_no_more() -> None:
    assert snapped((4000, 9000), WORDS, [(3900, 4000), (6500, 6600)]) == (3900, 6600)


def test_without_silence_it_keeps_to_the_words() -> None:
    assert snapped((4000, 9000), WORDS, []) == (4000, 6500)


def test_a_silence_that_reaches_into_a_word_cuts_nothing() -> None:
    assert snapped((4000, 9000), WORDS, [(1900, 4200), (6300, 9100)]) == (3900, 6600)


def test_too_little_said_is_no_clip() -> None:
    assert snapped((1000, 1600), WORDS, []) is None
    assert snapped((2100, 3900), WORDS, []) is None


times = st.lists(st.integers(1, 3000), min_size=4, max_size=200)


@given(times, st.integers(0, 100_000), st.integers(1, 300_000), st.lists(st.integers(1, 5000), max_size=60))
def test_no_word_is_cut_and_none_of_another_taken(steps: list[int], begin: int, length: int, pauses: list[int]) -> None:
    edges = [sum(steps[: number + 1]) for number in range(len(steps))]
    words = list(zip(edges[::2], edges[1::2], strict=False))
    marks = [sum(pauses[: number + 1]) for number in range(len(pauses))]
    silences = list(zip(marks[::2], marks[1::2], strict=False))

    span = snapped((begin, begin + length), words, silences)

    if span is not None:
        assert span[1] - span[0] <= LONGEST_MS + 3000 + 2 * BREATH_MS
        assert all(
            word[0] >= span[1] or word[1] <= span[0] or span[0] <= word[0] < word[1] <= span[1] for word in words
        )


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(1, 300)), max_size=12), st.integers(0, 900))
def test_spans_never_share_anything(found: list[tuple[int, int]], taken: int) -> None:
    spans = sorted((start, start + length) for start, length in found)
    held = (taken, taken + 50)

    kept = [span for span in apart(spans, [held]) if span is not None]

    assert all(one[1] <= other[0] for one, other in pairwise(kept))
    assert all(end <= held[0] or start >= held[1] for start, end in kept)
