"""The fields of looking through a recording again, of topics and of layouts."""

from wtforms import DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.analysis.layout_reads import SIDES, TYPE_WORDS, LayoutPage
from app.core.texts import later
from app.core.web.forms import Form, VersionField, options, trim
from app.processing.layout import DEFAULT_SAMPLES


class ListenForm(Form):
    """How loud silence may be, and how long it must last."""

    threshold_db = DecimalField(
        later("Silence lies below"),
        [Optional(), NumberRange(-90, 0, message=later("Write a level from −90 to 0, such as −40."))],
        places=None,
    )
    min_ms = IntegerField(
        later("and lasts at least"),
        [
            InputRequired(later("Say how long silence must last, such as 350.")),
            NumberRange(50, 60_000, message="Write 50 to 60,000 milliseconds, such as 350."),
        ],
    )


class TopicForm(Form):
    """What a topic is called, and what is said about it."""

    topic = StringField(
        later("Topic"),
        [InputRequired(later("Give the topic a name.")), Length(max=255, message=later("Use at most 255 characters."))],
        filters=[trim],
    )
    description = TextAreaField(
        later("Description"), [Length(max=5000, message=later("Use at most 5,000 characters."))], filters=[trim]
    )
    version = VersionField()


class ConfirmForm(Form):
    """Nothing but the token that proves the page was ours."""


def _share(label: str) -> DecimalField:
    return DecimalField(label, [Optional(), NumberRange(0, 100, message="Write 0 to 100, such as 25.")], places=1)


class LayoutForm(Form):
    """How the picture is laid out; places and sizes in percent of it."""

    layout_type = SelectField(
        later("Layout"), choices=options([(kind.value, words) for kind, words in TYPE_WORDS.items()])
    )
    screen_x = _share(later("From the left"))
    screen_y = _share(later("From the top"))
    screen_width = _share(later("Width"))
    screen_height = _share(later("Height"))
    camera_x = _share(later("From the left"))
    camera_y = _share(later("From the top"))
    camera_width = _share(later("Width"))
    camera_height = _share(later("Height"))
    version = VersionField()

    def fill(self, page: LayoutPage | None) -> None:
        """Show what is known."""
        self.version.data = str(page.version if page else 0)
        if page is None:
            return
        self.layout_type.data = page.kind
        for outline in page.outlines:
            for side in SIDES:
                self[f"{outline.name}_{side}"].data = getattr(outline, side)

    def region(self, name: str) -> dict[str, float] | None:
        """Return what was typed for "screen" or "camera" as shares; None where something is missing."""
        typed = {side: self[f"{name}_{side}"].data for side in SIDES}
        return {side: float(value) / 100 for side, value in typed.items()} if None not in typed.values() else None


class LookForm(Form):
    """At how many moments to look."""

    samples = IntegerField(
        later("Moments looked at"),
        [
            InputRequired(later("Say how many moments, such as 60.")),
            NumberRange(8, 400, message="Write 8 to 400, such as 60."),
        ],
        default=DEFAULT_SAMPLES,
    )
