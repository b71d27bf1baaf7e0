"""A recording's clock: what is typed and shown, with out as the last frame kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.media.clock import Clock, clock_of
from app.media.models import Media

DROP_FRAME = Clock(30000, 1001, drop_frame=True)
FROM_TEN_O_CLOCK = Media(rate_num=25, rate_den=1, start_timecode="10:00:00:00", drop_frame=False)


def test_out_is_shown_as_the_last_frame_kept() -> None:
    assert Clock(25, 1).show_out(25) == "00:00:00:24"


@settings(deadline=None)
@given(st.integers(1, 5_000_000), st.sampled_from([Clock(25, 1), Clock(24000, 1001), DROP_FRAME, Clock(1000, 1)]))
def test_an_out_point_read_back_is_the_same(out_point: int, clock: Clock) -> None:
    assert clock.read_out(clock.show_out(out_point), "out_timecode") == out_point


def test_drop_frame_is_shown_with_a_semicolon_and_leaves_labels_out() -> None:
    assert DROP_FRAME.show(1800) == "00:01:00;02"
    assert DROP_FRAME.read("00:01:00;02", "in_timecode") == 1800


def test_a_label_that_does_not_exist_is_refused_at_the_field_with_the_nearest_that_does() -> None:
    with pytest.raises(Invalid) as refused:
        DROP_FRAME.read("00:01:00;00", "in_timecode")

    assert refused.value.field == "in_timecode"
    assert "Did you mean 00:01:00;02?" in str(refused.value)


def test_the_first_frame_carries_the_start_timecode_of_the_file() -> None:
    clock = clock_of(FROM_TEN_O_CLOCK)

    assert clock.show(0) == "10:00:00:00"
    assert clock.read("10:00:01:00", "in_timecode") == 25


def test_a_time_before_the_recording_is_refused_with_where_it_begins() -> None:
    with pytest.raises(Invalid, match="begins at 10:00:00:00"):
        clock_of(FROM_TEN_O_CLOCK).read("09:59:59:24", "in_timecode")


def test_a_recording_at_thousandths_is_read_in_thousandths() -> None:
    clock = clock_of(Media(rate_num=1000, rate_den=1, drop_frame=False))

    assert clock.show(61_250) == "00:01:01.250"
    assert clock.read("1:01.25", "in_timecode") == 61_250


@pytest.mark.parametrize("text", ["", "abc", "00:00:00:25", "1:2:3:4:5", "٣:٠٠", "9" * 40, "-1:00", "00:61:00:00"])
def test_what_is_no_timecode_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Clock(25, 1).read(text, "in_timecode")

    assert refused.value.field == "in_timecode"
