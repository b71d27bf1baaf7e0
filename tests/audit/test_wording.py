"""Only the words that changed are marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.wording import MOST_PIECES, Runs, changed_words


def marked(runs: Runs) -> list[str]:
    return [text for text, changed in runs if changed]


def test_only_the_changed_words_are_marked() -> None:
    before, after = changed_words("so cold the steam books froze", "so cold the steam box froze")

    assert marked(before) == ["books"] and marked(after) == ["box"]


@pytest.mark.parametrize(("before", "after"), [(None, "Keel"), ("Keel", None), ("", "Keel"), (None, None)])
def test_an_empty_side_has_no_runs(before: str | None, after: str | None) -> None:
    left, right = changed_words(before, after)

    assert left == ([(before, True)] if before else [])
    assert right == ([(after, True)] if after else [])


def test_a_very_long_text_is_marked_as_a_whole() -> None:
    long = "word " * MOST_PIECES

    assert changed_words(long, long + "more")[0] == [(long, True)]


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_runs_put_together_are_the_text(before: str, after: str) -> None:
    left, right = changed_words(before, after)

    assert "".join(text for text, _ in left) == before
    assert "".join(text for text, _ in right) == after
