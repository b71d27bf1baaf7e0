"""The fields of a project."""

from typing import Any

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.errors import Invalid
from app.core.texts import later, say
from app.core.web.forms import Form, OnceForm, VersionField, options, trim, trim_or_none
from app.core.words import UNITS
from app.projects.models import MemberRole, Project
from app.projects.service import ProjectFields

# An exabyte: more than any store holds, and less than any database's integer.
LARGEST_QUOTA = 10**18
LANGUAGES = [
    ("", later("Detect from the recording")),
    ("en", later("English")),
    ("de", later("German")),
    ("es", later("Spanish")),
    ("fr", later("French")),
    ("it", later("Italian")),
    ("nl", later("Dutch")),
    ("no", later("Norwegian")),
    ("pt", later("Portuguese")),
    ("sv", later("Swedish")),
]


class NewProjectForm(OnceForm):
    """A name, and what the project is about."""

    name = StringField(
        later("Name"),
        [InputRequired(later("Give the project a name.")), Length(1, 200, "Use 1 to 200 characters.")],
        filters=[trim],
    )
    description = TextAreaField(
        later("Description"), [Length(max=4000, message=later("Use at most 4,000 characters."))], filters=[trim_or_none]
    )

    def fields(self) -> ProjectFields:
        """Return what was typed; raises `Invalid` with the field for a size nobody can read."""
        return ProjectFields(
            name=self.name.data or "",
            description=self.description.data,
            workspace_path=_data(self, "workspace_path"),
            language=_data(self, "language") or None,
            silence_db=_data(self, "silence_db"),
            quota_bytes=_bytes(_data(self, "quota_bytes")),
        )


class ProjectForm(NewProjectForm):
    """Everything an owner may set."""

    # An edit is kept to one effect by its version.
    once = None
    language = SelectField(later("Spoken language"), choices=options(LANGUAGES))
    silence_db = IntegerField(
        later("Silence level"),
        [Optional(), NumberRange(-80, -20, later("Silence level must be between −80 and −20 dB."))],
    )
    quota_bytes = StringField(later("Storage limit"), [Length(max=32)], filters=[trim_or_none])
    version = VersionField()


class _Workspace:
    workspace_path = StringField(
        later("Folder on the server"),
        [Length(max=1024, message=later("Use at most 1,024 characters."))],
        filters=[trim_or_none],
    )


class AdminNewProjectForm(_Workspace, NewProjectForm):
    """A new project with the folder only admins choose."""


class AdminProjectForm(_Workspace, ProjectForm):
    """Everything, and the folder only admins choose."""


ROLES = [
    (MemberRole.VIEWER.value, later("Viewer")),
    (MemberRole.EDITOR.value, later("Editor")),
    (MemberRole.OWNER.value, later("Owner")),
]


class MemberForm(Form):
    """Somebody with an account, and their role."""

    username = StringField(
        later("User name"),
        [InputRequired(later("Type a user name.")), Length(max=80, message=later("Use at most 80 characters."))],
        filters=[trim],
    )
    role = SelectField(later("Role"), choices=options(ROLES), default=MemberRole.EDITOR.value)


class RoleForm(Form):
    """A member's role alone."""

    role = SelectField(later("Role"), choices=options(ROLES))


class InvitationForm(OnceForm):
    """Who is invited, for the list and to start with, and the role the link gives."""

    invited = StringField(
        later("For whom"),
        [
            InputRequired(later("Say who the link is for.")),
            Length(max=120, message=later("Use at most 120 characters.")),
        ],
        filters=[trim],
    )
    grants = SelectField(later("Role"), choices=options(ROLES), default=MemberRole.EDITOR.value)


def fill(form: ProjectForm, project: Project) -> None:
    """Show the project's present values."""
    form.name.data = project.name
    form.description.data = project.description
    form.language.data = project.language or ""
    form.silence_db.data = project.silence_db
    form.quota_bytes.data = f"{project.quota_bytes / 1e9:g} GB" if project.quota_bytes else None
    form.version.data = str(project.version)
    if isinstance(form, AdminProjectForm):
        form.workspace_path.data = project.workspace_path


def _data(form: NewProjectForm, name: str) -> Any:
    field = form._fields.get(name)
    return field.data if field else None


def _bytes(text: object) -> int | None:
    """Read "2000 GB", "1.5 TB" or plain bytes; empty means no limit."""
    if not text:
        return None
    number, _, unit = str(text).replace(",", "").partition(" ")
    factors = {name.lower(): 1000**power for power, name in enumerate(UNITS)} | {"": 1}
    try:
        count = int(float(number) * factors[unit.strip().lower()])
    except (ValueError, KeyError, OverflowError):
        count = 0
    if not 0 < count <= LARGEST_QUOTA:
        raise Invalid(say("Write a size like 2000 GB or 1.5 TB, or leave it empty."), "quota_bytes")
    return count
