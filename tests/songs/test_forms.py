"""What is typed of a song reaches every database as it can hold it."""

import pytest

from app.songs.forms import plain_lines


@pytest.mark.parametrize(
    ("typed", "kept"), [("a\r\nb\rc", "a\nb\nc"), ("a\0b", "ab"), ("\0", None), ("", None), (None, None)]
)
def test_lines_are_ours_and_no_nul_is_among_them(typed: str | None, kept: str | None) -> None:
    assert plain_lines(typed) == kept
