"""The fields of songs and of a file of timed lyrics."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.web.forms import Form, OnceForm, VersionField, trim, trim_or_none

LONG = Length(max=255, message="Use at most 255 characters.")
LONGEST_LYRICS = 200_000


def plain_lines(text: str | None) -> str | None:
    """Let a browser's line ends be ours, and leave out NULs, which PostgreSQL does not take."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n") or None if text else None


class NewSongForm(OnceForm):
    """A song to be: its sound, and what can be said of it at once."""

    file = FileField("Sound or video file")
    # Sent twice, the recording is no choice any more the second time: the route looks at it itself.
    media = SelectField("A recording that is here", validators=[Optional()], validate_choice=False)
    title = StringField("Title", [LONG], filters=[trim_or_none])
    artist = StringField("Artist", [LONG], filters=[trim_or_none])


class SongForm(Form):
    """A song as its page edits it; `seen` marks what the person saw when they began."""

    title = StringField("Title", [InputRequired("Give the song a title."), LONG], filters=[trim])
    artist = StringField("Artist", [LONG], filters=[trim_or_none])
    album = StringField("Album", [LONG], filters=[trim_or_none])
    year = IntegerField(
        "Year", [Optional(), NumberRange(1000, 9999, message="Write a year of four digits, such as 1987.")]
    )
    genre = StringField("Genre", [Length(max=80, message="Use at most 80 characters.")], filters=[trim_or_none])
    language = StringField("Language", [Length(max=16, message="Use at most 16 characters.")], filters=[trim_or_none])
    youtube_id = StringField("YouTube id", [LONG], filters=[trim_or_none])
    lyrics = TextAreaField(
        "Lyrics", [Length(max=LONGEST_LYRICS, message="Use at most 200,000 characters.")], filters=[plain_lines]
    )
    synced_lyrics = TextAreaField(
        "Timed lyrics", [Length(max=LONGEST_LYRICS, message="Use at most 200,000 characters.")], filters=[plain_lines]
    )
    version = VersionField()
    seen = HiddenField()


class LyricsForm(Form):
    """A file of timed lyrics."""

    file = FileField("LRC file", [FileRequired("Choose a file.")])


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
