"""The fields of lines, of speakers, and of a file of lines somebody brings."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.core.texts import later
from app.core.web.forms import Form, VersionField, options, trim
from app.transcripts.reads import LANGUAGES

NAME = Length(max=80, message=later("Use at most 80 characters."))


class LineForm(Form):
    """A line's text and who says it; `at` is the word before which it is split."""

    text = TextAreaField(later("What is said"), [Length(max=20_000, message=later("Use at most 5,000 characters."))])
    speaker = StringField(later("Speaker"), [NAME], filters=[trim])
    following = BooleanField(later("Also for the lines after it that have no speaker"))
    at = IntegerField(later("Split before word"), [Optional()])
    version = VersionField()


class RevertForm(Form):
    """Which earlier wording comes back, and the version of the line that was seen."""

    to = IntegerField(later("Version"), [InputRequired(later("Choose a version."))])
    version = VersionField()


class ImportForm(Form):
    """A file of lines and what is spoken in them."""

    file = FileField(later("File"), [FileRequired(later("Choose a file."))])
    language = SelectField(later("Language"), choices=options(sorted(LANGUAGES.items(), key=lambda pair: pair[1])))
    named = BooleanField(later("Lines begin with the speaker’s name and a colon"))


class SpeakerForm(Form):
    """What a voice is called."""

    name = StringField(later("Name"), [InputRequired(later("Give the speaker a name.")), NAME], filters=[trim])


class MergeForm(Form):
    """Which voice a voice becomes part of."""

    into = SelectField(later("Merge into"), validate_choice=False)


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
