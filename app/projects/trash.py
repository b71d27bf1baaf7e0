"""A project's way out and back: into the trash with everything in it, out again, and for good."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import Invitation, User
from app.core.bulk import delete_many
from app.core.clock import now
from app.core.errors import Hidden, Invalid, NotFound
from app.core.texts import say
from app.jobs.service import JobService, job_service
from app.projects.models import MemberRole, Project, ProjectMember
from app.projects.service import ProjectService, project_service


class ProjectTrash:
    """The rules of deleting whole projects."""

    def __init__(self, session: Session, service: ProjectService, jobs: JobService) -> None:
        self.session = session
        self.service = service
        self.jobs = jobs

    def delete(self, project: Project, typed: str) -> None:
        """Put a project in the trash and end its jobs; raises `Invalid` at `name` unless its name was typed."""
        if typed.strip().casefold() != project.name.casefold():
            raise Invalid(say("Type the name as it is written: %(name)s", name=project.name), "name")
        self.jobs.purge_for(project_id=project.id)
        self.service.projects.update(project, {"deleted_at": now()})

    def list_for(self, viewer: User) -> list[Project]:
        """Return the projects in the trash the viewer may bring back, last deleted first, at most 200."""
        return self.service.projects.deleted(None if viewer.is_admin else viewer.id)

    def restore(self, viewer: User, slug: str) -> Project:
        """Bring a project back; one that is not in the trash stays as it is. Raises `NotFound` and `Forbidden`."""
        project = self.service.projects.find_by_slug(slug)
        if project is None:
            raise NotFound()
        if project.deleted_at is None:
            return self.service.seat_for(viewer, project, "project:delete").project
        owns = self.service.projects.role_of(project.id, viewer.id) is MemberRole.OWNER
        if not (viewer.is_admin or owns):
            raise Hidden()
        return self.service.projects.update(project, {"deleted_at": None})


def purge_project(session: Session, project: Project) -> None:
    """Remove a project for good with its members and invitations; what was recorded in it has gone before."""
    for member in session.scalars(sa.select(ProjectMember).where(ProjectMember.project_id == project.id)):
        session.delete(member)
    # The members' rows are told while the project is still there.
    session.flush()
    delete_many(session, Invitation, Invitation.project_id == project.id)
    delete_many(session, Project, Project.id == project.id)
    session.expunge(project)


def project_trash(session: Session) -> ProjectTrash:
    """Build the service on this session."""
    return ProjectTrash(session, project_service(session), job_service(session))
