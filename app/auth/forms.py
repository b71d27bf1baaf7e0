"""The fields of signing in and of the first account."""

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.auth.passwords import MAX_LENGTH
from app.auth.service import NewPerson
from app.core.texts import later
from app.core.web.forms import Form, trim, trim_or_none


class SignInForm(Form):
    """Name and password; `next` is where the person wanted to go."""

    username = StringField(
        later("User name"), [InputRequired(later("Type your user name.")), Length(max=120)], filters=[trim]
    )
    password = PasswordField(later("Password"), [InputRequired(later("Type your password.")), Length(max=MAX_LENGTH)])
    next = HiddenField(validators=[Length(max=2000)])


class NameForm(Form):
    """How others see somebody, and where they are written to."""

    email = EmailField(
        later("E-mail"),
        [
            Optional(),
            Length(max=254, message=later("Use at most 254 characters.")),
            Regexp(r"[^@\s]+@[^@\s]+$", message=later("Write it like name@example.org, or leave it empty.")),
        ],
        filters=[trim_or_none],
    )
    display_name = StringField(
        later("Name"),
        [InputRequired(later("Type the name others will see.")), Length(1, 120, later("Use at most 120 characters."))],
        filters=[trim],
    )


class SetupForm(NameForm):
    """The first admin."""

    username = StringField(
        later("User name"),
        [
            InputRequired(later("Choose a user name.")),
            Length(2, 80, "Use 2 to 80 characters."),
            Regexp(r"[\w.@+-]+$", message=later("Use letters, digits and . _ - @ + without spaces.")),
        ],
        filters=[trim],
    )
    password = PasswordField(later("Password"), [InputRequired(later("Choose a password."))])

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

    password = PasswordField(later("New password"), [InputRequired(later("Choose a password."))])


class CodeForm(Form):
    """The code an app shows, or one of the recovery codes."""

    code = StringField(
        later("Code"),
        [
            InputRequired(later("Type the code your app shows.")),
            Length(max=64, message=later("This is longer than a code.")),
        ],
        filters=[trim],
    )
