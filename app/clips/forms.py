"""The fields of clips; times are typed as timecodes, and out is the last frame kept."""

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.core.web.forms import Form, OnceForm, VersionField, options, trim, trim_or_none
from app.tags.forms import Tagged

TIMECODE = Length(max=40, message="Write a timecode like 00:12:44:22.")


class DraftForm(OnceForm):
    """A new clip: where it starts, the last frame it keeps, and perhaps a name."""

    title = StringField("Clip name", [Length(max=255, message="Use at most 255 characters.")], filters=[trim])
    in_timecode = StringField("In", [InputRequired("Say where the clip starts."), TIMECODE], filters=[trim])
    out_timecode = StringField("Out", [InputRequired("Say which frame is the last to keep."), TIMECODE], filters=[trim])


class ClipForm(Tagged, DraftForm):
    """A clip as its page edits it; the hidden fields hold what the person saw when they began."""

    title = StringField(
        "Clip name",
        [InputRequired("Give the clip a name."), Length(1, 255, "Use 1 to 255 characters.")],
        filters=[trim],
    )
    notes = TextAreaField(
        "Notes", [Length(max=20_000, message="Use at most 20,000 characters.")], filters=[trim_or_none]
    )
    # An edit is kept to one effect by its version.
    once = None
    version = VersionField()
    seen_title = HiddenField()
    seen_notes = HiddenField(filters=[trim_or_none])
    seen_in = HiddenField()
    seen_out = HiddenField()


class BoundsForm(Form):
    """A trim or a move: both ends and the version they were seen at."""

    in_timecode = StringField("In", [InputRequired(), TIMECODE], filters=[trim])
    out_timecode = StringField("Out", [InputRequired(), TIMECODE], filters=[trim])
    version = VersionField()


class SplitForm(OnceForm):
    """The first frame of the second half."""

    at_timecode = StringField("Split at", [InputRequired("Say at which frame."), TIMECODE], filters=[trim])


class RenderForm(Form):
    """How a clip becomes a file."""

    mode = RadioField(
        "How it is cut",
        choices=options([("exact", "Exact"), ("smart", "Smart")]),
        default="exact",
        validators=[InputRequired("Choose how to cut.")],
    )
    container = SelectField("File", choices=options([("mp4", "MP4"), ("wav", "WAV")]), validators=[Optional()])


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
