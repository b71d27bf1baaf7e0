"""The fields of a tag, and of many tags on one thing."""

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.core.texts import later
from app.core.web.forms import Form, options, trim

COLORS = [
    (str(number), words)
    for number, words in enumerate(
        (later("Petrol"), later("Rust"), later("Green"), later("Plum"), later("Slate"), later("Olive")), 1
    )
]


class TagForm(Form):
    """A tag's name and colour."""

    name = StringField(
        later("Name"),
        [InputRequired(later("Give the tag a name.")), Length(max=64, message=later("Use at most 64 characters."))],
        filters=[trim],
    )
    color = SelectField(later("Colour"), choices=options(COLORS))


class MergeForm(Form):
    """Which tag another one becomes."""

    into = SelectField(later("Merge into"), validators=[InputRequired(later("Choose a tag."))])


class Tagged(Form):
    """A form of something that carries tags; `seen_tags` is what the person saw when they began."""

    tags = StringField(
        later("Tags"), [Optional(), Length(max=2000, message=later("Use at most 2,000 characters."))], filters=[trim]
    )
    seen_tags = HiddenField()

    def show_tags(self, names: list[str]) -> None:
        """Fill both fields with what a thing carries."""
        self.tags.data = self.seen_tags.data = ", ".join(names)
