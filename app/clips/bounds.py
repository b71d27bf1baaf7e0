"""Where a clip may lie in its recording, in ticks."""

from app.core.errors import Invalid
from app.core.texts import say


def refuse_outside(duration: int, in_point: int, out_point: int) -> None:
    """Raise `Invalid` unless 0 <= in_point < out_point <= the recording's length in ticks."""
    if duration == 0:
        raise Invalid(
            say("This recording is still being measured. Mark clips as soon as its length is known."), "in_timecode"
        )
    if not 0 <= in_point < duration:
        raise Invalid(say("In lies outside the recording."), "in_timecode")
    if out_point > duration:
        raise Invalid(say("Out lies after the last frame of the recording."), "out_timecode")
    if out_point <= in_point:
        raise Invalid(say("Out is before in. Out is the last frame you keep."), "out_timecode")
