"""The fields of bringing an earlier value back."""

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from app.core.web.forms import Form, VersionField


class RestoreForm(Form):
    """Which field, and the version it was seen at."""

    field = HiddenField(validators=[InputRequired(), Length(max=64)])
    version = VersionField()
