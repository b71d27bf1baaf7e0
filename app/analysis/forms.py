"""The fields of looking through a recording again."""

from wtforms import DecimalField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.core.web.forms import Form


class ListenForm(Form):
    """How loud silence may be, and how long it must last."""

    threshold_db = DecimalField(
        "Silence lies below",
        [Optional(), NumberRange(-90, 0, message="Write a level from −90 to 0, such as −40.")],
        places=None,
    )
    min_ms = IntegerField(
        "and lasts at least",
        [
            InputRequired("Say how long silence must last, such as 350."),
            NumberRange(50, 60_000, message="Write 50 to 60,000 milliseconds, such as 350."),
        ],
    )
