"""The fields of signing in and of the first account."""

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.auth.passwords import MAX_LENGTH
from app.auth.service import NewPerson
from app.core.web.forms import Form, trim, trim_or_none


class SignInForm(Form):
    """Name and password; `next` is where the person wanted to go."""

    username = StringField("User name", [InputRequired("Type your user name."), Length(max=120)], filters=[trim])
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=MAX_LENGTH)])
    next = HiddenField(validators=[Length(max=2000)])


class NameForm(Form):
    """How others see somebody, and where they are written to."""

    email = EmailField(
        "E-mail",
        [
            Optional(),
            Length(max=254, message="Use at most 254 characters."),
            Regexp(r"[^@\s]+@[^@\s]+$", message="Write it like name@example.org, or leave it empty."),
        ],
        filters=[trim_or_none],
    )
    display_name = StringField(
        "Name",
        [InputRequired("Type the name others will see."), Length(1, 120, "Use at most 120 characters.")],
        filters=[trim],
    )


class SetupForm(NameForm):
    """The first admin."""

    username = StringField(
        "User name",
        [
            InputRequired("Choose a user name."),
            Length(2, 80, "Use 2 to 80 characters."),
            Regexp(r"[\w.@+-]+$", message="Use letters, digits and . _ - @ + without spaces."),
        ],
        filters=[trim],
    )
    password = PasswordField("Password", [InputRequired("Choose a password.")])

    def person(self) -> NewPerson:
        """Return what was typed."""
        return NewPerson(
            username=self.username.data or "",
            display_name=self.display_name.data or "",
            password=self.password.data or "",
            email=self.email.data,
        )


class PasswordForm(Form):
    """A new password."""

    password = PasswordField("New password", [InputRequired("Choose a password.")])


class CodeForm(Form):
    """The code an app shows, or one of the recovery codes."""

    code = StringField(
        "Code",
        [InputRequired("Type the code your app shows."), Length(max=64, message="This is longer than a code.")],
        filters=[trim],
    )
