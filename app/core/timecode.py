"""Turn frame numbers into what people read and type, and back.

A tick is one frame of video, or one millisecond of audio (rate 1000/1). Drop-frame is a way of
numbering, not a rate: it leaves out labels, never frames (SMPTE ST 12-1): 00 and 01 at 29.97, 00 to
03 at 59.94, in each minute but every tenth.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from app.core.texts import say

AUDIO_RATE = 1000
SNAP_TOLERANCE = Fraction(50, 1_000_000)
HOURS_A_DAY = 24
MOST_DIGITS = 12

_NTSC = tuple(Fraction(nominal * 1000, 1001) for nominal in (15, 24, 30, 48, 60, 120))
_WHOLE = tuple(Fraction(rate) for rate in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120))
STANDARD_RATES = tuple(sorted((*_NTSC, *_WHOLE, Fraction(25, 2))))

_FRAME_LABEL = re.compile(r"(?:(?:(\d+)[:;.,])?(\d+)[:;.,])?(\d+)[:;.,](\d+)", re.ASCII)
_PACKED_LABEL = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_CLOCK_LABEL = re.compile(r"(?:(?:(\d+)[:;])?(\d+)[:;])?(\d+)(?:[.,](\d{1,3}))?", re.ASCII)
_CLOCK_FOUR = re.compile(r"(\d+)[:;](\d+)[:;](\d+)[:;](\d{3})", re.ASCII)


class TimecodeError(ValueError):
    """A typed time that means nothing here; its text can be shown to the person who typed it."""


@dataclass(frozen=True)
class Rate:
    """Ticks per second as an exact ratio; both numbers are above zero."""

    num: int
    den: int

    def __post_init__(self) -> None:
        if self.num <= 0 or self.den <= 0:
            raise ValueError(f"a rate needs two numbers above zero, not {self.num}/{self.den}")

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.num, self.den)

    @property
    def nominal(self) -> int:
        return nominal_fps(self.num, self.den)

    @property
    def is_audio(self) -> bool:
        return self.num == AUDIO_RATE * self.den

    def __str__(self) -> str:
        return f"{self.num / self.den:.3f}".rstrip("0").rstrip(".")


def nominal_fps(num: int, den: int) -> int:
    """Give the whole number of labels in one second of timecode: 30 for 30000/1001."""
    return max(1, (2 * num + den) // (2 * den))


def snap_rate(num: int, den: int) -> Rate:
    """Give the standard rate within 50 parts per million, or the rate itself in lowest terms."""
    rate = Fraction(num, den)
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= SNAP_TOLERANCE * nearest:
        rate = nearest
    return Rate(rate.numerator, rate.denominator)


def format_timecode(frame: int, num: int, den: int, drop_frame: bool = False, start_frames: int = 0) -> str:
    """Label a frame: 00:13:01:03, 00:13:01;03 with drop-frame, 00:13:01.120 for audio.

    ``frame`` counts from 0 and ``start_frames`` is the number of the label on frame 0. Labels pass
    from 23:59:59 to 00:00:00 only where a start is given; a plain count goes on to 24:00:00.
    """
    if frame < 0:
        raise ValueError(f"a frame number is never negative: {frame}")
    rate = Rate(num, den)
    number = frame + start_frames
    if start_frames:
        number %= _labels_a_day(rate, drop_frame)
    return _label(number, rate, drop_frame)


def parse_timecode(text: str, num: int, den: int, drop_frame: bool = False, start_frames: int = 0) -> int:
    """Give the frame number a typed label names; the mirror of ``format_timecode``.

    Hours and minutes may be left out, ``: ; . ,`` all separate, eight digits may stand alone.
    Raises TimecodeError, with the nearest label that exists, when there is no such label.
    """
    rate = Rate(num, den)
    number = _read_clock(text) if rate.is_audio else _read_label(text, rate, drop_frame)
    frame = number - start_frames
    if frame >= 0:
        return frame
    day = _labels_a_day(rate, drop_frame)
    if frame < -day // 2:
        return frame + day
    raise TimecodeError(say("This recording begins at %(label)s.", label=_label(start_frames, rate, drop_frame)))


def frames_to_seconds(frame: int, num: int, den: int) -> float:
    """Give the seconds from the first frame, for drawing; never store them."""
    return frame * den / num


def frames_to_ms(frame: int, num: int, den: int) -> int:
    """Give the nearest millisecond at which a frame of constant rate begins."""
    return (2 * frame * den * 1000 + num) // (2 * num)


def ms_to_frames(ms: int, num: int, den: int) -> int:
    """Give the frame of constant rate on screen at a millisecond."""
    return (2 * ms + 1) * num // (2000 * den)


def format_duration(frames: int, num: int, den: int) -> str:
    """Say a length in words: '17 s 22 f', '3 min 0 s 4 f'; audio '17 s 880 ms'."""
    rate = Rate(num, den)
    seconds, rest = divmod(frames, AUDIO_RATE if rate.is_audio else rate.nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    words = [say("%(hours)s h", hours=hours)] if hours else []
    words += [say("%(minutes)s min", minutes=minutes)] if hours or minutes else []
    words += [
        say("%(seconds)s s", seconds=seconds),
        say("%(rest)s ms", rest=rest) if rate.is_audio else say("%(rest)s f", rest=rest),
    ]
    return " ".join(words)


def dropped_labels(rate: Rate, drop_frame: bool) -> int:
    """Give how many labels a minute loses: 2 at 30, 4 at 60, 0 where drop-frame has no meaning."""
    return rate.nominal // 15 if drop_frame and rate.nominal % 30 == 0 and not rate.is_audio else 0


def _labels_a_day(rate: Rate, drop_frame: bool) -> int:
    per_ten = _minute_lengths(rate, drop_frame)[1]
    return per_ten * 6 * HOURS_A_DAY


def _minute_lengths(rate: Rate, drop_frame: bool) -> tuple[int, int]:
    """Give the labels in a shortened minute and in ten minutes, of which the first is whole."""
    dropped = dropped_labels(rate, drop_frame)
    per_minute = _per_second(rate) * 60 - dropped
    return per_minute, per_minute * 10 + dropped


def _per_second(rate: Rate) -> int:
    return AUDIO_RATE if rate.is_audio else rate.nominal


def _label(number: int, rate: Rate, drop_frame: bool) -> str:
    dropped = dropped_labels(rate, drop_frame)
    if dropped:
        per_minute, per_ten = _minute_lengths(rate, drop_frame)
        tens, rest = divmod(number, per_ten)
        number += dropped * (9 * tens + max(0, rest - dropped) // per_minute)
    seconds, frames = divmod(number, _per_second(rate))
    return _join(seconds, frames, rate, bool(dropped))


def _join(seconds: int, frames: int, rate: Rate, dropping: bool) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    separator = "." if rate.is_audio else ";" if dropping else ":"
    width = len(str(_per_second(rate) - 1))
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{frames:0{max(2, width)}}"


def _read_label(text: str, rate: Rate, drop_frame: bool) -> int:
    typed = text.strip()
    found = _FRAME_LABEL.fullmatch(typed) or _PACKED_LABEL.fullmatch(typed)
    if not found or len(typed) > MOST_DIGITS + 3:
        raise TimecodeError(say("Type hours, minutes, seconds and frames, like 00:13:01:03."))
    hours, minutes, seconds, frames = (int(part or 0) for part in found.groups())
    total = (hours * 60 + minutes) * 60 + seconds
    dropped = dropped_labels(rate, drop_frame)
    fault = _fault(minutes, seconds, frames, rate)
    if fault:
        total, frames = total + frames // rate.nominal, frames % rate.nominal
    if _is_dropped(total, frames, dropped):
        fault = fault or say("Drop-frame numbering has no %(join)s.", join=_join(total, frames, rate, True))
        frames = dropped
    if fault:
        raise TimecodeError(
            say("%(fault)s Did you mean %(join)s?", fault=fault, join=_join(total, frames, rate, bool(dropped)))
        )
    whole_minutes = total // 60
    return total * rate.nominal + frames - dropped * (whole_minutes - whole_minutes // 10)


def _fault(minutes: int, seconds: int, frames: int, rate: Rate) -> str:
    if minutes > 59:
        return say("Minutes go up to 59.")
    if seconds > 59:
        return say("Seconds go up to 59.")
    if frames >= rate.nominal:
        return say("Frames go up to %(value)s at %(rate)s frames a second.", value=rate.nominal - 1, rate=rate)
    return ""


def _is_dropped(total_seconds: int, frames: int, dropped: int) -> bool:
    minutes, seconds = divmod(total_seconds, 60)
    return seconds == 0 and minutes % 10 != 0 and frames < dropped


def _read_clock(text: str) -> int:
    typed = text.strip()
    found = _CLOCK_FOUR.fullmatch(typed) or _CLOCK_LABEL.fullmatch(typed)
    if not found or len(typed) > MOST_DIGITS + 3:
        raise TimecodeError(say("Type hours, minutes, seconds and thousandths, like 00:13:01.120."))
    parts = found.groups()
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    ms = int((parts[3] or "0").ljust(3, "0"))
    # A lone "90" is plainly ninety seconds; "1:90" is a slip.
    lone = parts[0] is None and parts[1] is None
    total = (hours * 60 + minutes) * 60 + seconds
    if minutes > 59 or (seconds > 59 and not lone):
        what = say("Minutes") if minutes > 59 else say("Seconds")
        hint = _join(total, ms, Rate(AUDIO_RATE, 1), False)
        raise TimecodeError(say("%(what)s go up to 59. Did you mean %(hint)s?", what=what, hint=hint))
    return total * AUDIO_RATE + ms
