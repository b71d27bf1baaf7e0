"""The fields of clips; times are typed as timecodes, and out is the last frame kept."""

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.core.texts import later
from app.core.web.forms import Form, OnceForm, VersionField, options, trim, trim_or_none
from app.tags.forms import Tagged

# More digits than any recording has frames.
LONGEST_FRAME = 12
TIMECODE = Length(max=40, message=later("Write a timecode like 00:12:44:22."))


class DraftForm(OnceForm):
    """A new clip: where it starts, the last frame it keeps, and perhaps a name."""

    title = StringField(
        later("Clip name"), [Length(max=255, message=later("Use at most 255 characters."))], filters=[trim]
    )
    in_timecode = StringField(
        later("In"), [InputRequired(later("Say where the clip starts.")), TIMECODE], filters=[trim]
    )
    out_timecode = StringField(
        later("Out"), [InputRequired(later("Say which frame is the last to keep.")), TIMECODE], filters=[trim]
    )


class ClipForm(Tagged, DraftForm):
    """A clip as its page edits it; the hidden fields hold what the person saw when they began."""

    title = StringField(
        later("Clip name"),
        [InputRequired(later("Give the clip a name.")), Length(1, 255, "Use 1 to 255 characters.")],
        filters=[trim],
    )
    notes = TextAreaField(
        later("Notes"), [Length(max=20_000, message=later("Use at most 20,000 characters."))], filters=[trim_or_none]
    )
    # An edit is kept to one effect by its version.
    once = None
    version = VersionField()
    seen_title = HiddenField()
    seen_notes = HiddenField(filters=[trim_or_none])
    seen_in = HiddenField()
    seen_out = HiddenField()


class BoundsForm(Form):
    """A trim or a move: both ends, the version they were seen at and, from a drag, where they stood then."""

    in_timecode = StringField(later("In"), [InputRequired(), TIMECODE], filters=[trim])
    out_timecode = StringField(later("Out"), [InputRequired(), TIMECODE], filters=[trim])
    version = VersionField()
    seen_in = HiddenField()
    seen_out = HiddenField()

    @property
    def seen(self) -> tuple[int, int] | None:
        """Return first frame and frame after the last as they stood before a drag; None where that was not sent."""
        ends = (self.seen_in.data or "", self.seen_out.data or "")
        if not all(end.isdecimal() and len(end) <= LONGEST_FRAME for end in ends):
            return None
        return int(ends[0]), int(ends[1])


class SplitForm(OnceForm):
    """The first frame of the second half."""

    at_timecode = StringField(
        later("Split at"), [InputRequired(later("Say at which frame.")), TIMECODE], filters=[trim]
    )


class RenderForm(Form):
    """How a clip becomes a file."""

    mode = RadioField(
        later("How it is cut"),
        choices=options([("exact", later("Exact")), ("smart", later("Smart"))]),
        default="exact",
        validators=[InputRequired(later("Choose how to cut."))],
    )
    container = SelectField(later("File"), choices=options([("mp4", "MP4"), ("wav", "WAV")]), validators=[Optional()])


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
