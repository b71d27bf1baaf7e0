"""The fields of taking recordings in and of renaming or moving one."""

from wtforms import MultipleFileField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.core.texts import later
from app.core.web.forms import Form, VersionField, trim
from app.tags.forms import Tagged


class UploadForm(Form):
    """Files sent with a plain form."""

    files = MultipleFileField(later("Video or audio files"))


class AddressForm(Form):
    """Where on the internet a recording lies."""

    url = StringField(
        later("Address"),
        [
            InputRequired(later("Write an address that begins with https://.")),
            Length(max=1024, message=later("Use at most 1,024 characters.")),
        ],
        filters=[trim],
    )


class MediaForm(Tagged):
    """A recording's title, tags and project."""

    title = StringField(
        later("Title"),
        [InputRequired(later("Give the recording a title.")), Length(1, 255, "Use 1 to 255 characters.")],
        filters=[trim],
    )
    project = SelectField(later("Project"))
    version = VersionField()


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
