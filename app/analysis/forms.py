"""The fields of looking through a recording again, and of topics."""

from wtforms import DecimalField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.web.forms import Form, VersionField, trim


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


class TopicForm(Form):
    """What a topic is called, and what is said about it."""

    topic = StringField(
        "Topic",
        [InputRequired("Give the topic a name."), Length(max=255, message="Use at most 255 characters.")],
        filters=[trim],
    )
    description = TextAreaField(
        "Description", [Length(max=5000, message="Use at most 5,000 characters.")], filters=[trim]
    )
    version = VersionField()


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""
