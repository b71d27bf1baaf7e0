"""Who belongs to a project, and in which role: added, changed, removed, invited; the last owner stays."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.links import Invited, LinkService, link_service
from app.auth.models import Invitation, LinkPurpose, User
from app.auth.reads import find_person, person_by_public_id
from app.auth.service import NewPerson
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import later, say
from app.projects.models import MemberRole, Project, ProjectMember
from app.projects.repository import ProjectRepository

LAST_OWNER = later("A project needs an owner. Make somebody else owner first.")


@dataclass(frozen=True)
class MemberRow:
    """One member as the page lists them."""

    public_id: UUID
    name: str
    username: str
    initials: str
    hue: int
    role: MemberRole
    is_active: bool
    added_at: datetime
    is_me: bool


class MemberService:
    """The rules of membership; the caller has checked that the actor may manage the project."""

    def __init__(self, session: Session, projects: ProjectRepository, links: LinkService) -> None:
        self.session = session
        self.projects = projects
        self.links = links

    def rows(self, project: Project, viewer: User) -> list[MemberRow]:
        """Return a project's members by name; one query."""
        query = sa.select(ProjectMember, User).join(User, User.id == ProjectMember.user_id)
        query = query.where(ProjectMember.project_id == project.id).order_by(User.display_name, User.id)
        return [_row(member, user, viewer) for member, user in self.session.execute(query).all()]

    def add(self, project: Project, username: str, role: MemberRole) -> User:
        """Give somebody with an account a role; raises `Invalid` for nobody, `Conflict` for who is here already."""
        person = find_person(self.session, username)
        if person is None or not person.is_active:
            raise Invalid(
                say("Nobody here has the user name “%(username)s”. Invite them by a link instead.", username=username),
                "username",
            )
        if self._member(project, person) is not None:
            raise Conflict(say("%(display_name)s is a member already.", display_name=person.display_name), "username")
        self.projects.add_member(project.id, person.id, role)
        return person

    def change(self, project: Project, public_id: UUID, role: MemberRole) -> User:
        """Give a member another role; raises `Conflict` where the last owner would cease to be one."""
        person, member = self._require(project, public_id)
        if member.role is MemberRole.OWNER and role is not MemberRole.OWNER:
            self._require_other_owner(project, person)
        member.role = role
        return person

    def role_of(self, project: Project, public_id: UUID) -> MemberRole:
        """Return a member's role; raises `NotFound`."""
        return self._require(project, public_id)[1].role

    def remove(self, project: Project, public_id: UUID) -> User:
        """Take somebody out; what they made stays. Raises `Conflict` for the last owner."""
        person, member = self._require(project, public_id)
        if member.role is MemberRole.OWNER:
            self._require_other_owner(project, person)
        self.session.delete(member)
        return person

    def invite(self, inviter: User, project: Project, name: str, role: MemberRole) -> str:
        """Return the token of a one-time link into this project, good for a week."""
        return self.links.invite(inviter, Invited(name, project_id=project.id, project_role=role.value))

    def accept(self, token: str, person: NewPerson) -> User:
        """Make the account an invitation is for, with its role in the project; raises as `create_user` does."""
        user, link = self.links.join(token, person)
        self._enter(user, link)
        return user

    def accept_as(self, token: str, user: User) -> Project | None:
        """Use an invitation with an account one has; returns the project, if it was for one."""
        link = self.invitation(token)
        self.links.use(link, user)
        return self._enter(user, link)

    def invitation(self, token: str) -> Invitation:
        """Return the live invitation this token opens; raises `NotFound`."""
        return self.links.open(token, LinkPurpose.JOIN)

    def project_of(self, link: Invitation) -> Project | None:
        """Return the project an invitation leads into; None for one to the site alone, or to a project gone since."""
        project = self.projects.get(link.project_id) if link.project_id else None
        return project if project is not None and project.deleted_at is None else None

    def _enter(self, user: User, link: Invitation) -> Project | None:
        project = self.project_of(link)
        if project is not None and link.project_role and self._member(project, user) is None:
            self.projects.add_member(project.id, user.id, MemberRole(link.project_role))
        return project

    def _require(self, project: Project, public_id: UUID) -> tuple[User, ProjectMember]:
        person = person_by_public_id(self.session, public_id)
        member = self._member(project, person) if person is not None else None
        if person is None or member is None:
            raise NotFound(say("They are not a member of this project any more."))
        return person, member

    def _member(self, project: Project, person: User) -> ProjectMember | None:
        return self.session.get(ProjectMember, (project.id, person.id))

    def _require_other_owner(self, project: Project, person: User) -> None:
        # Locked, so that of two owners who leave at the same moment one stays.
        owners = sa.select(ProjectMember.user_id).where(
            ProjectMember.project_id == project.id, ProjectMember.role == MemberRole.OWNER
        )
        if set(self.session.scalars(owners.with_for_update())) <= {person.id}:
            raise Conflict(LAST_OWNER, "role")


def _row(member: ProjectMember, user: User, viewer: User) -> MemberRow:
    return MemberRow(
        public_id=user.public_id,
        name=user.display_name,
        username=user.username,
        initials=user.initials,
        hue=user.hue,
        role=member.role,
        is_active=user.is_active,
        added_at=member.added_at,
        is_me=user.id == viewer.id,
    )


def member_service(session: Session) -> MemberService:
    """Build the service on this session."""
    return MemberService(session, ProjectRepository(session), link_service(session))
