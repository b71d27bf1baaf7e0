"""The fields of one's own account: profile, password, second step, tokens and keys."""

from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.auth.forms import NameForm
from app.auth.models import TokenScope
from app.auth.own import Profile
from app.auth.passwords import MAX_LENGTH
from app.core.texts import later
from app.core.web.forms import Form, OnceForm, VersionField, options, trim

THEMES = [("system", later("Same as the system")), ("light", later("Light")), ("dark", later("Dark"))]
KEYS = [("on", later("On")), ("alt", later("Only together with Alt")), ("off", later("Off"))]
SCOPES = [(TokenScope.READ.value, later("Read")), (TokenScope.WRITE.value, later("Read and write"))]
LASTS = [
    ("30", later("30 days")),
    ("90", later("90 days")),
    ("365", later("One year")),
    ("never", later("Until it is taken back")),
]
TOO_LONG = later("Use at most %(max)d characters.")


class ProfileForm(NameForm):
    """Who one is, and how the pages look."""

    password = PasswordField(later("Your password"), [Length(max=MAX_LENGTH, message=TOO_LONG)])
    time_zone = SelectField(later("Time zone"))
    theme = RadioField(later("Theme"), choices=options(THEMES))
    version = VersionField()

    def profile(self) -> Profile:
        """Return what was typed."""
        return Profile(self.display_name.data or "", self.email.data, self.time_zone.data, self.theme.data)


class OwnPasswordForm(Form):
    """The password one has, and the new one."""

    current = PasswordField(
        later("Current password"),
        [InputRequired(later("Type the password you have now.")), Length(max=MAX_LENGTH, message=TOO_LONG)],
    )
    password = PasswordField(later("New password"), [InputRequired(later("Choose a password."))])
    end_others = BooleanField(later("Sign out everywhere else"), default=True)


class SureForm(Form):
    """The password once more, before something that guards the account changes."""

    password = PasswordField(
        later("Your password"), [InputRequired(later("Type your password.")), Length(max=MAX_LENGTH, message=TOO_LONG)]
    )


class TokenForm(OnceForm):
    """A new token."""

    name = StringField(
        later("What is it for?"),
        [
            InputRequired(later("Name the program that will use it.")),
            Length(1, 120, later("Use at most 120 characters.")),
        ],
        filters=[trim],
    )
    scope = RadioField(later("It may"), choices=options(SCOPES), default=TokenScope.READ.value)
    lasts = SelectField(later("It lasts"), choices=options(LASTS), default="90")


class KeysForm(Form):
    """Whether single keys act."""

    keys = RadioField(later("Single keys"), choices=options(KEYS))
