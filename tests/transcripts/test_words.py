"""Corrected words keep sensible times."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.transcripts.words import Word, outside, retime, spread

OLD: list[Word] = [[n * 100, n * 100 + 80, text, 0.9] for n, text in enumerate("we laid the killer in winter".split())]
few_words = st.lists(st.sampled_from("a b c d e f".split()), max_size=8)


def times(words: list[Word]) -> list[tuple[int, int]]:
    return [(word[0], word[1]) for word in words]


def test_a_corrected_word_takes_the_time_of_the_one_it_replaces() -> None:
    words = retime(OLD, "we laid the keel in winter", 0, 580)

    assert times(words) == times(OLD)
    assert [word[3] for word in words] == [0.9, 0.9, 0.9, None, 0.9, 0.9]


def test_new_capitals_and_points_move_nothing() -> None:
    assert times(retime(OLD, "We laid the Killer, in winter.", 0, 580)) == times(OLD)


def test_a_word_put_in_shares_the_time_of_the_one_before_it() -> None:
    words = retime(OLD, "we laid the big killer in winter", 0, 580)

    assert words[2][0] == 200 and words[3][1] == 280
    assert times(words)[4:] == times(OLD)[3:]


def test_words_added_at_the_end_stay_inside_the_line() -> None:
    words = retime(OLD, "we laid the killer in winter of sixty eight", 0, 580)

    assert words[-1][1] == 580


def test_a_line_written_anew_is_laid_over_its_old_time() -> None:
    words = retime(OLD, "nothing alike", 0, 580)

    assert (words[0][0], words[-1][1]) == (0, 580)


@given(few_words, few_words)
def test_whatever_is_typed_the_words_rise_and_none_is_empty(old: list[str], new: list[str]) -> None:
    before: list[Word] = [[n * 100, n * 100 + 80, text, 0.9] for n, text in enumerate(old)]

    words = retime(before, " ".join(new), 0, max(1, len(old) * 100))

    assert [word[2] for word in words] == new
    assert all(start < end for start, end in times(words))
    assert all(one[1] <= other[0] for one, other in pairwise(words))


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=30), st.integers(0, 500))
def test_words_laid_over_a_span_too_short_for_them_still_rise(texts: list[str], length: int) -> None:
    words = spread(texts, 1000, 1000 + length)

    assert words[0][0] == 1000
    assert all(start < end for start, end in times(words))


def test_words_inside_a_kept_stretch_are_left_out_and_part_the_others() -> None:
    runs = outside(OLD, [(190, 380)])

    assert [[word[2] for word in run] for run in runs] == [["we", "laid"], ["in", "winter"]]
