"""The fields of a cut list somebody brings."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField

from app.core.texts import later
from app.core.web.forms import OnceForm


class BringForm(OnceForm):
    """A file to look at, or the marks that were looked at and are to become clips."""

    file = FileField(later("File"))
    marks: Any = HiddenField()
