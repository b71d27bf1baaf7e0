"""The fields of accounts as admins make and change them."""

from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.auth.forms import SetupForm
from app.auth.models import Role, User
from app.auth.people import PersonFields
from app.core.texts import later
from app.core.web.forms import Form, OnceForm, VersionField, options, trim, trim_or_none

ROLES = [(Role.MEMBER.value, later("Member")), (Role.ADMIN.value, later("Admin"))]


class LinkForm(OnceForm):
    """Somebody to be invited to the site by a link."""

    invited = StringField(
        later("For whom"),
        [
            InputRequired(later("Say who the link is for.")),
            Length(max=120, message=later("Use at most 120 characters.")),
        ],
        filters=[trim],
    )
    grants = SelectField(later("Role"), choices=options(ROLES), default=Role.MEMBER.value)


class NewPersonForm(SetupForm):
    """An account made here, with its first password."""

    role = SelectField(later("Role"), choices=options(ROLES), default=Role.MEMBER.value)


class PersonForm(Form):
    """What may be changed on an account."""

    display_name = StringField(
        later("Name"),
        [InputRequired(later("Type the name others will see.")), Length(1, 120, later("Use at most 120 characters."))],
        filters=[trim],
    )
    email = EmailField(
        later("E-mail"),
        [
            Optional(),
            Length(max=254, message=later("Use at most 254 characters.")),
            Regexp(r"[^@\s]+@[^@\s]+$", message=later("Write it like name@example.org, or leave it empty.")),
        ],
        filters=[trim_or_none],
    )
    role = SelectField(later("Role"), choices=options(ROLES))
    version = VersionField()

    def fields(self) -> PersonFields:
        """Return what was typed."""
        return PersonFields(self.display_name.data or "", self.email.data, Role(self.role.data))


def fill(form: PersonForm, user: User) -> None:
    """Show the account's present values."""
    form.display_name.data, form.email.data = user.display_name, user.email
    form.role.data, form.version.data = user.role.value, str(user.version)
