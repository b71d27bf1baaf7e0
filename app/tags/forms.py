"""The fields of a tag, and of many tags on one thing."""

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.core.web.forms import Form, options, trim

COLORS = [(str(number), words) for number, words in enumerate(("Petrol", "Rust", "Green", "Plum", "Slate", "Olive"), 1)]


class TagForm(Form):
    """A tag's name and colour."""

    name = StringField(
        "Name",
        [InputRequired("Give the tag a name."), Length(max=64, message="Use at most 64 characters.")],
        filters=[trim],
    )
    color = SelectField("Colour", choices=options(COLORS))


class MergeForm(Form):
    """Which tag another one becomes."""

    into = SelectField("Merge into", validators=[InputRequired("Choose a tag.")])


class Tagged(Form):
    """A form of something that carries tags; `seen_tags` is what the person saw when they began."""

    tags = StringField("Tags", [Optional(), Length(max=2000, message="Use at most 2,000 characters.")], filters=[trim])
    seen_tags = HiddenField()

    def show_tags(self, names: list[str]) -> None:
        """Fill both fields with what a thing carries."""
        self.tags.data = self.seen_tags.data = ", ".join(names)
