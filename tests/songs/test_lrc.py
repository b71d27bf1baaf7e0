"""Timed lyrics are read whatever their writer's habits, and what is wrong is named by its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.songs.lrc import LrcLine, read, stamp, text_of, write


def test_lines_come_in_the_order_of_their_times_however_they_are_written() -> None:
    lyrics = read("\ufeff[ti:Keel]\n[ar: Marit ]\n[00:12.5]Oak\r\n\n[00:01.25][01:00]Chorus\n[0:03:50]  Steam  \n")

    assert lyrics.lines == [
        LrcLine(1250, "Chorus"),
        LrcLine(3500, "Steam"),
        LrcLine(12_500, "Oak"),
        LrcLine(60_000, "Chorus"),
    ]
    assert lyrics.tags == {"ti": "Keel", "ar": "Marit"}
    assert lyrics.problems == []


@pytest.mark.parametrize(("offset", "begins"), [("+500", 1500), ("-500", 2500), ("", 2000), ("9000", 0)])
def test_an_offset_lets_lines_come_sooner_and_is_used_up(offset: str, begins: int) -> None:
    lyrics = read(f"[offset:{offset}]\n[00:02.00]Keel")

    assert lyrics.lines == [LrcLine(begins, "Keel")]
    assert "offset" not in lyrics.tags


def test_times_of_words_are_left_out_of_what_is_sung() -> None:
    assert read("[00:01.00]<00:01.00> We <00:01.40> laid <00:02.00>").lines == [LrcLine(1000, "We laid")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[00:01.00]Keel\nOak", "Line 2: it has no time. Write one before it, like [03:07.25]."),
        ("\n[00:61.00]Keel", "Line 2: [00:61.00] has more than 59 seconds."),
        ("[0x:01]Keel", "Line 1: write its time like [03:07.25]."),
        ("[00:01.00][00:0", "Line 1: write its time like [03:07.25]."),
        ("[offset:soon]\n[00:01]Keel", "The offset “soon” is no number of milliseconds."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    assert read(text).problems == [said]


def test_what_is_written_names_the_song_and_can_be_read_again() -> None:
    lines = [LrcLine(1250, "Keel"), LrcLine(61_007, "Oak")]

    text = write(lines, {"title": "The\nkeel", "artist": "Marit", "album": None})

    assert text == "[ti:The keel]\n[ar:Marit]\n[00:01.25]Keel\n[01:01.007]Oak\n"
    assert read(text).lines == lines
    assert text_of(text) == "Keel\nOak"


@given(st.lists(st.tuples(st.integers(0, 5_999_999), st.sampled_from(["", "Keel", "Oak and steam"])), max_size=30))
def test_any_lines_come_back_as_they_were(rows: list[tuple[int, str]]) -> None:
    lines = sorted((LrcLine(ms, text) for ms, text in rows), key=lambda line: line.ms)

    assert read(write(lines)).lines == lines


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    lyrics = read(text)

    assert all(line.ms >= 0 for line in lyrics.lines)
    assert read(write(lyrics.lines)).problems == []


def test_times_are_written_as_short_as_they_are_exact() -> None:
    assert [stamp(0), stamp(187_250), stamp(6_000_001)] == ["00:00.00", "03:07.25", "100:00.001"]
