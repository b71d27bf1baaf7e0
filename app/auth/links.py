"""One-time links to hand over: to join, and to choose a new password; no mail is needed."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import Invitation, LinkPurpose, Role, User
from app.auth.passwords import hash_password, new_token, refuse_own_name, token_hash
from app.auth.service import AuthService, NewPerson, auth_service
from app.core.clock import is_ahead, now
from app.core.errors import NotFound
from app.core.texts import later, say

JOIN_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)
GONE = later("This link was used, was taken back, has expired or is not complete. Ask for a new one.")


@dataclass(frozen=True)
class Invited:
    """What a link to join gives: a role on the site, and perhaps one in a project."""

    name: str = ""
    role: Role = Role.MEMBER
    project_id: int | None = None
    project_role: str | None = None


class LinkService:
    """Links made, opened, used once, and taken back."""

    def __init__(self, session: Session, people: AuthService) -> None:
        self.session = session
        self.people = people

    def invite(self, inviter: User, invited: Invited) -> str:
        """Return the token of a new link to join, good for a week; only its hash is stored."""
        token = new_token()
        self.session.add(
            Invitation(
                token_hash=token_hash(token),
                purpose=LinkPurpose.JOIN,
                role=invited.role,
                project_id=invited.project_id,
                project_role=invited.project_role,
                name=invited.name,
                invited_by=inviter.id,
                expires_at=now() + JOIN_LASTS,
            )
        )
        return token

    def reset(self, by: User | None, person: User) -> str:
        """Return the token of a new link to choose a password, good for a day; earlier ones stop working."""
        self._forget(Invitation.user_id == person.id, Invitation.purpose == LinkPurpose.RESET)
        token = new_token()
        self.session.add(
            Invitation(
                token_hash=token_hash(token),
                purpose=LinkPurpose.RESET,
                user_id=person.id,
                name=person.display_name,
                invited_by=by.id if by else None,
                expires_at=now() + RESET_LASTS,
            )
        )
        return token

    def open(self, token: str, purpose: LinkPurpose) -> Invitation:
        """Return the live link this token opens; raises `NotFound` where there is none."""
        found = self.session.scalar(sa.select(Invitation).where(Invitation.token_hash == token_hash(token)))
        if found is None or found.purpose is not purpose or found.used_at is not None or _is_over(found):
            raise NotFound(GONE)
        return found

    def join(self, token: str, person: NewPerson) -> tuple[User, Invitation]:
        """Make the account a link invites to, and use the link up; raises as `create_user` does."""
        link = self.open(token, LinkPurpose.JOIN)
        user = self.people.create_user(person, link.role)
        return user, self.use(link, user)

    def use(self, link: Invitation, user: User) -> Invitation:
        """Note who used the link; it opens nothing any more."""
        link.used_at, link.used_by = now(), user.id
        return link

    def choose_password(self, token: str, password: str) -> User:
        """Set a new password by a reset link, and end every session; raises `Invalid` for a weak one."""
        link = self.open(token, LinkPurpose.RESET)
        user = self.session.get(User, link.user_id) if link.user_id else None
        if user is None or not user.is_active:
            raise NotFound(GONE)
        refuse_own_name(password, user.username, user.email, user.display_name)
        user.password_hash = hash_password(password)
        self.use(link, user)
        self.people.end_sessions(user)
        return user

    def pending(self, project_id: int | None = None) -> list[Invitation]:
        """Return the live links to join a project, or with None every live link to join, newest first."""
        query = sa.select(Invitation).where(
            Invitation.purpose == LinkPurpose.JOIN, Invitation.used_at.is_(None), Invitation.expires_at > now()
        )
        if project_id is not None:
            query = query.where(Invitation.project_id == project_id)
        return list(self.session.scalars(query.order_by(Invitation.id.desc()).limit(200)))

    def take_back(self, public_id: UUID, project_id: int | None = None) -> Invitation:
        """Remove a live link; raises `NotFound` where it is not there or belongs to another project."""
        query = sa.select(Invitation).where(Invitation.public_id == public_id, Invitation.used_at.is_(None))
        if project_id is not None:
            query = query.where(Invitation.project_id == project_id)
        link = self.session.scalar(query)
        if link is None:
            raise NotFound(say("This invitation was used or taken back already."))
        self.session.delete(link)
        return link

    def _forget(self, *conditions: sa.ColumnElement[bool]) -> None:
        for link in self.session.scalars(sa.select(Invitation).where(*conditions, Invitation.used_at.is_(None))):
            self.session.delete(link)


def _is_over(link: Invitation) -> bool:
    return link.expires_at < now() or is_ahead(link.created_at)


def link_service(session: Session) -> LinkService:
    """Build the service on this session."""
    return LinkService(session, auth_service(session))
