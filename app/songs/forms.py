"""The fields of songs and of a file of timed lyrics."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.texts import later
from app.core.web.forms import Form, OnceForm, VersionField, trim, trim_or_none

LONG = Length(max=255, message=later("Use at most 255 characters."))
LONGEST_LYRICS = 200_000


def plain_lines(text: str | None) -> str | None:
    """Let a browser's line ends be ours, and leave out NULs, which PostgreSQL does not take."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n") or None if text else None


class NewSongForm(OnceForm):
    """A song to be: its sound, and what can be said of it at once."""

    file = FileField(later("Sound or video file"))
    # Sent twice, the recording is no choice any more the second time: the route looks at it itself.
    media = SelectField(later("A recording already here"), validators=[Optional()], validate_choice=False)
    title = StringField(later("Title"), [LONG], filters=[trim_or_none])
    artist = StringField(later("Artist"), [LONG], filters=[trim_or_none])


class SongForm(Form):
    """A song as its page edits it; `seen` marks what the person saw when they began."""

    title = StringField(later("Title"), [InputRequired(later("Give the song a title.")), LONG], filters=[trim])
    artist = StringField(later("Artist"), [LONG], filters=[trim_or_none])
    album = StringField(later("Album"), [LONG], filters=[trim_or_none])
    year = IntegerField(
        later("Year"),
        [Optional(), NumberRange(1000, 9999, message=later("Write a year of four digits, such as 1987."))],
    )
    genre = StringField(
        later("Genre"), [Length(max=80, message=later("Use at most 80 characters."))], filters=[trim_or_none]
    )
    language = StringField(
        later("Language"), [Length(max=16, message=later("Use at most 16 characters."))], filters=[trim_or_none]
    )
    youtube_id = StringField(later("YouTube id"), [LONG], filters=[trim_or_none])
    lyrics = TextAreaField(
        later("Lyrics"),
        [Length(max=LONGEST_LYRICS, message=later("Use at most 200,000 characters."))],
        filters=[plain_lines],
    )
    synced_lyrics = TextAreaField(
        later("Timed lyrics"),
        [Length(max=LONGEST_LYRICS, message=later("Use at most 200,000 characters."))],
        filters=[plain_lines],
    )
    version = VersionField()
    seen = HiddenField()


class LyricsForm(Form):
    """A file of timed lyrics."""

    file = FileField(later("LRC file"), [FileRequired(later("Choose a file."))])


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
