"""Timecodes name frames, and every frame has exactly one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.timecode import (
    Rate,
    TimecodeError,
    format_duration,
    format_timecode,
    frames_to_ms,
    frames_to_seconds,
    ms_to_frames,
    nominal_fps,
    parse_timecode,
    snap_rate,
)

NUMBERINGS = [
    (24000, 1001, False),
    (24, 1, False),
    (25, 1, False),
    (30000, 1001, False),
    (30000, 1001, True),
    (30, 1, False),
    (30, 1, True),
    (50, 1, False),
    (60000, 1001, False),
    (60000, 1001, True),
    (60, 1, False),
    (1000, 1, False),
]
DAY_25 = 24 * 3600 * 25
numberings = st.sampled_from(NUMBERINGS)
frames = st.integers(0, 8_000_000)


@given(numberings, frames)
def test_every_frame_reads_back_as_itself(numbering: tuple[int, int, bool], frame: int) -> None:
    label = format_timecode(frame, *numbering)

    assert parse_timecode(label, *numbering) == frame


@given(numberings, st.integers(0, 500_000), st.integers(1, 80_000 * 24))
def test_a_start_timecode_shifts_labels_and_reads_back(
    numbering: tuple[int, int, bool], frame: int, start: int
) -> None:
    label = format_timecode(frame, *numbering, start_frames=start)

    assert parse_timecode(label, *numbering, start_frames=start) == frame


@given(numberings, frames)
def test_frames_stay_below_the_nominal_rate(numbering: tuple[int, int, bool], frame: int) -> None:
    label = format_timecode(frame, *numbering)

    assert int(label[9:]) < nominal_fps(*numbering[:2])


@given(numberings, frames)
def test_labels_rise_with_frames(numbering: tuple[int, int, bool], frame: int) -> None:
    assert format_timecode(frame, *numbering) < format_timecode(frame + 1, *numbering)


@given(numberings, st.integers(0, 5_000_000))
def test_milliseconds_come_back_to_the_same_frame(numbering: tuple[int, int, bool], frame: int) -> None:
    num, den, _ = numbering

    assert ms_to_frames(frames_to_ms(frame, num, den), num, den) == frame


def test_an_hour_of_drop_frame_is_107892_frames() -> None:
    assert format_timecode(107_892, 30000, 1001, True) == "01:00:00;00"
    assert format_timecode(215_784, 60000, 1001, True) == "01:00:00;00"


def test_drop_frame_skips_two_labels_each_minute_but_the_tenth() -> None:
    last = parse_timecode("01:04:59;29", 30000, 1001, True)

    assert format_timecode(last + 1, 30000, 1001, True) == "01:05:00;02"
    assert format_timecode(17_982, 30000, 1001, True) == "00:10:00;00"


def test_drop_frame_at_sixty_skips_four_labels() -> None:
    last = parse_timecode("00:00:59;59", 60000, 1001, True)

    assert format_timecode(last + 1, 60000, 1001, True) == "00:01:00;04"


def test_drop_frame_means_nothing_at_24_or_for_sound() -> None:
    assert format_timecode(1440, 24, 1, True) == "00:01:00:00"
    assert format_timecode(60_000, 1000, 1, True) == "00:01:00.000"


@pytest.mark.parametrize("typed", ["00:13:01:03", "00:13:01;03", "00:13:01.03", "0,13,1,3", "13:01:03", "00130103"])
def test_any_usual_separator_is_read(typed: str) -> None:
    assert parse_timecode(f" {typed} ", 25, 1) == (13 * 60 + 1) * 25 + 3


@pytest.mark.parametrize(
    ("typed", "numbering", "words"),
    [
        ("00:12:61:03", (25, 1), "Seconds go up to 59. Did you mean 00:13:01:03?"),
        ("00:75:01:03", (25, 1), "Minutes go up to 59. Did you mean 01:15:01:03?"),
        ("00:00:21:24", (24000, 1001), "Frames go up to 23 at 23.976 frames a second. Did you mean 00:00:22:00?"),
        ("00:00:59;30", (30000, 1001, True), "Frames go up to 29 at 29.97 frames a second. Did you mean 00:01:00;02?"),
        ("00:01:00;00", (30000, 1001, True), "Drop-frame numbering has no 00:01:00;00. Did you mean 00:01:00;02?"),
        ("00:01:00;03", (60000, 1001, True), "Drop-frame numbering has no 00:01:00;03. Did you mean 00:01:00;04?"),
        ("00:00:61.5", (1000, 1), "Seconds go up to 59. Did you mean 00:01:01.500?"),
    ],
)
def test_a_label_that_does_not_exist_names_the_nearest_one(typed: str, numbering: tuple[int, int], words: str) -> None:
    with pytest.raises(TimecodeError) as caught:
        parse_timecode(typed, *numbering)

    assert str(caught.value) == words
    hint = words.split("mean ")[1].rstrip("?")
    assert format_timecode(parse_timecode(hint, *numbering), *numbering) == hint


@pytest.mark.parametrize(
    "typed", ["", "1234", "1:2:3:4:5", "aa:bb:cc:dd", "-1:00", "00:00:00:", "٠٠:٠٠:٠١:٠٠", "9" * 40]
)
def test_what_is_no_timecode_is_answered_with_an_example(typed: str) -> None:
    with pytest.raises(TimecodeError, match="like 00:13:01:03"):
        parse_timecode(typed, 25, 1)


@given(st.text(max_size=30), numberings)
def test_any_text_gives_a_frame_or_a_sentence(text: str, numbering: tuple[int, int, bool]) -> None:
    try:
        assert parse_timecode(text, *numbering) >= 0
    except TimecodeError as error:
        assert str(error).endswith((".", "?"))


def test_a_label_before_the_start_says_where_the_recording_begins() -> None:
    start = parse_timecode("10:00:00:00", 25, 1)

    with pytest.raises(TimecodeError, match="begins at 10:00:00:00"):
        parse_timecode("09:59:59:24", 25, 1, start_frames=start)


def test_labels_pass_midnight() -> None:
    start = DAY_25 - 1

    assert format_timecode(1, 25, 1, start_frames=start) == "00:00:00:00"
    assert parse_timecode("00:00:00:00", 25, 1, start_frames=start) == 1


@pytest.mark.parametrize(
    ("typed", "ms"),
    [("00:13:01.12", 781_120), ("13:01", 781_000), ("90", 90_000), ("1.5", 1_500), ("00:00:17:880", 17_880)],
)
def test_sound_is_timed_in_milliseconds(typed: str, ms: int) -> None:
    assert parse_timecode(typed, 1000, 1) == ms


def test_lengths_are_said_in_words() -> None:
    assert format_duration(447, 25, 1) == "17 s 22 f"
    assert format_duration(4_500, 25, 1) == "3 min 0 s 0 f"
    assert format_duration(90_001, 25, 1) == "1 h 0 min 0 s 1 f"
    assert format_duration(17_880, 1000, 1) == "17 s 880 ms"


def test_a_rate_near_a_standard_one_becomes_it() -> None:
    assert snap_rate(2997, 100) == Rate(30000, 1001)
    assert snap_rate(23976, 1000) == Rate(24000, 1001)
    assert snap_rate(50, 2) == Rate(25, 1)
    assert snap_rate(2487, 100) == Rate(2487, 100)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Rate(0, 1)


def test_a_negative_frame_has_no_label() -> None:
    with pytest.raises(ValueError, match="never negative"):
        format_timecode(-1, 25, 1)


def test_frames_become_seconds_at_the_true_rate() -> None:
    assert frames_to_seconds(30_000, 30000, 1001) == pytest.approx(1001.0)
