"""What people do with projects: make, change and archive them, and find the ones they belong to."""

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.choices import choices
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, Hidden, Invalid, NotFound, Stale
from app.core.pagination import Page
from app.core.storage import path_hash
from app.core.texts import say
from app.projects.models import MemberRole, Project
from app.projects.policy import IN_ARCHIVE, allows, refusal
from app.projects.repository import ProjectRepository, ProjectRow

# Words an address may not be, because a page of ours is there.
RESERVED_SLUGS = frozenset({"new", "upload", "settings"})
SILENCE_DB = range(-80, -19)


@dataclass(frozen=True)
class ProjectFields:
    """What the project form holds; `workspace_path` counts for admins alone."""

    name: str
    description: str | None = None
    workspace_path: str | None = None
    language: str | None = None
    silence_db: int | None = None
    quota_bytes: int | None = None


@dataclass(frozen=True)
class Seat:
    """A project as one viewer has it."""

    project: Project
    role: MemberRole

    def may(self, permission: str) -> bool:
        """Say whether the viewer may do this here and now."""
        if self.project.archived_at is not None and permission not in IN_ARCHIVE:
            return False
        return allows(self.role, permission)


class ProjectService:
    """The rules of projects."""

    def __init__(self, session: Session, projects: ProjectRepository, workspaces: Path | None) -> None:
        self.session = session
        self.projects = projects
        self.workspaces = workspaces

    def get_for(self, viewer: User, slug: str, permission: str) -> Seat:
        """Return the project at this address.

        Raises `NotFound` where the viewer is no member, `Forbidden` where the role is too small.
        """
        project = self.projects.find_by_slug(slug)
        if project is None:
            raise NotFound()
        return self.seat_for(viewer, project, permission)

    def seat_for(self, viewer: User, project: Project, permission: str) -> Seat:
        """Return the viewer's seat in a loaded project; raises as `get_for` does."""
        seat = self.seat_or_none(viewer, project)
        if seat is None:
            raise Hidden()
        if not allows(seat.role, permission):
            raise Forbidden(refusal(permission))
        if not seat.may(permission):
            raise Forbidden(say("This project is archived. Bring it back to change anything in it."))
        return seat

    def seat_of(self, viewer: User, project_id: int | None, permission: str) -> Seat:
        """Return the viewer's seat by the project's id; raises as `get_for` does."""
        project = self.projects.get(project_id) if project_id is not None else None
        if project is None:
            raise NotFound()
        return self.seat_for(viewer, project, permission)

    def seat_or_none(self, viewer: User, project: Project) -> Seat | None:
        """Return the viewer's seat; None in a project of the trash, and where they are not to know that it exists."""
        if project.deleted_at is not None:
            return None
        if viewer.is_admin:
            return Seat(project, MemberRole.OWNER)
        role = self.projects.role_of(project.id, viewer.id)
        return Seat(project, role) if role else None

    def list_for(self, viewer: User, *, archived: bool, after: str | None) -> Page[ProjectRow]:
        """Return the viewer's projects, last changed first."""
        return self.projects.list_with_stats(
            user_id=None if viewer.is_admin else viewer.id, archived=archived, after=after
        )

    def visible_ids(self, viewer: User) -> list[int] | None:
        """Return the ids of the viewer's projects; None means every project."""
        return None if viewer.is_admin else self.projects.visible_ids(viewer.id)

    def visible(self, viewer: User) -> list[Project]:
        """Return the viewer's projects that are not archived, by name."""
        return self.projects.live(None if viewer.is_admin else viewer.id)

    def editable_ids(self, viewer: User) -> set[int] | None:
        """Return the ids of the projects the viewer may edit; None means every project."""
        return None if viewer.is_admin else self.projects.editable_ids(viewer.id)

    def create(self, creator: User, fields: ProjectFields) -> Project:
        """Make a project owned by its creator; raises `Invalid` or `Conflict` with the field."""
        changes = self._checked(creator, self._begun(fields), None)
        project = self.projects.create(Project(slug=self._free_slug(fields.name), created_by=creator.id, **changes))
        self.projects.add_member(project.id, creator.id, MemberRole.OWNER)
        return project

    def edit(self, editor: User, project: Project, fields: ProjectFields, version: int) -> Project:
        """Save the form; raises `Stale` where somebody saved since `version` and the values differ."""
        if not editor.is_admin:
            fields = replace(fields, workspace_path=project.workspace_path)
        changes = self._checked(editor, fields, project)
        if version != project.version:
            clashing = {name: value for name, value in changes.items() if getattr(project, name) != value}
            if clashing:
                theirs = {name: getattr(project, name) for name in clashing}
                raise Stale(
                    say("Somebody saved this project while you were editing."), clashing, theirs, project.version
                )
        self._rename(project, fields.name)
        return self.projects.update(project, changes)

    def archive(self, project: Project) -> None:
        """Hide the project and make it read-only; archiving twice changes nothing."""
        if project.archived_at is None:
            self.projects.update(project, {"archived_at": now()})

    def unarchive(self, project: Project) -> None:
        """Bring an archived project back."""
        self.projects.update(project, {"archived_at": None})

    def choices_for(self, viewer: User) -> list[tuple[str, str]]:
        """Return (slug, name) of the projects this person may put things into."""
        return self.projects.choices(None if viewer.is_admin else viewer.id)

    def _begun(self, fields: ProjectFields) -> ProjectFields:
        """Fill in what the installation gives every new project that says nothing else."""
        usual = choices(self.session)
        silence_db = usual.silence_db if fields.silence_db is None else fields.silence_db
        return replace(fields, language=fields.language or usual.language, silence_db=silence_db)

    def _checked(self, person: User, fields: ProjectFields, project: Project | None) -> dict[str, Any]:
        name = fields.name.strip()
        if not 1 <= len(name) <= 200:
            raise Invalid("Use 1 to 200 characters.", "name")
        taken = self.projects.find_by_name(name)
        if taken is not None and (project is None or taken.id != project.id):
            raise Conflict(say("“%(name)s” is already used by another project.", name=name), "name")
        if fields.silence_db is not None and fields.silence_db not in SILENCE_DB:
            raise Invalid(say("Silence level must be between −80 and −20 dB."), "silence_db")
        workspace = self._workspace(person, fields.workspace_path, project)
        return {
            "name": name,
            "description": fields.description,
            "workspace_path": workspace,
            "workspace_hash": path_hash(workspace) if workspace else None,
            "language": fields.language,
            "silence_db": fields.silence_db,
            "quota_bytes": fields.quota_bytes,
        }

    def _workspace(self, person: User, path: str | None, project: Project | None) -> str | None:
        if not path or not person.is_admin:
            return project.workspace_path if project else None
        if project is not None and path == project.workspace_path:
            return path
        if self.workspaces is None:
            raise Invalid(
                say("The operator has not set RUSHES_WORKSPACES, so no folder can be used."), "workspace_path"
            )
        # Links are resolved first: what counts is where the folder really lies.
        folder = (self.workspaces / path).resolve()
        if not folder.is_relative_to(self.workspaces) or not folder.is_dir():
            raise Invalid(
                say("There is no such folder under %(workspaces)s.", workspaces=self.workspaces), "workspace_path"
            )
        taken = self.projects.find_by_workspace(str(folder))
        if taken is not None and (project is None or taken.id != project.id):
            raise Conflict(say("Another project already uses this folder."), "workspace_path")
        return str(folder)

    def _rename(self, project: Project, name: str) -> None:
        """Move the address with the name, and let the old one lead here."""
        if name.strip() == project.name:
            return
        self.projects.keep_old_slug(project.slug, project.id)
        project.slug = self._free_slug(name, project.id)

    def _free_slug(self, name: str, project_id: int | None = None) -> str:
        stem = slug_of(name)
        slug, number = stem, 2
        while slug in RESERVED_SLUGS or not self.projects.slug_is_free(slug, project_id):
            slug, number = f"{stem[:70]}-{number}", number + 1
        return slug


def slug_of(name: str) -> str:
    """Return an address made of a name: small letters, digits and hyphens, at most 72 characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:72] or "project"


def project_service(session: Session, workspaces: Path | None = None) -> ProjectService:
    """Build the service on this session; `workspaces` is the folder the operator allows, if any."""
    return ProjectService(session, ProjectRepository(session), workspaces)
