"""What admins do with accounts: find, change, shut out and let in again; one active admin always stays."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.auth.models import Role, User, UserSession
from app.auth.repository import PeopleFilter, SessionRepository, UserRepository, normalized
from app.auth.service import is_live
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.pagination import Page
from app.core.texts import later, say

LAST_ADMIN = later("This is the only admin who can sign in. Make somebody else an admin first.")
YOURSELF = later("You cannot disable your own account. Another admin can.")


@dataclass(frozen=True)
class PersonFields:
    """What an admin may set on an account."""

    display_name: str
    email: str | None
    role: Role


class PeopleService:
    """The rules of accounts as admins keep them."""

    def __init__(
        self, session: Session, users: UserRepository, sessions: SessionRepository, audit: AuditService
    ) -> None:
        self.session = session
        self.audit = audit
        self.users = users
        self.sessions = sessions

    def find(self, wanted: PeopleFilter, after: str | None) -> Page[User]:
        """Return fifty people by user name."""
        return self.users.search(wanted, after=after)

    def require(self, public_id: UUID) -> User:
        """Return the person; raises `NotFound`."""
        found = self.users.get_by_public_id(public_id)
        if found is None:
            raise NotFound()
        return found

    def edit(self, public_id: UUID, fields: PersonFields, version: int) -> User:
        """Save the form; raises `Stale` with both values, `Conflict` for a taken address or the last admin."""
        user = self._locked(public_id)
        changes = _changes(fields)
        if version != user.version:
            clashing = {name: value for name, value in changes.items() if getattr(user, name) != value}
            if clashing:
                theirs = {name: getattr(user, name) for name in clashing}
                raise Stale(say("Somebody saved this account while you were editing."), clashing, theirs, user.version)
        if not fields.display_name.strip():
            raise Invalid(say("Type the name others will see."), "display_name")
        if user.is_admin and user.is_active and fields.role is not Role.ADMIN:
            self._require_other_admin(user, "role")
        self._refuse_taken(user, fields.email)
        user.version += 1
        return self.users.update(user, changes)

    def disable(self, by: User, public_id: UUID) -> User:
        """Shut a person out at once; what they made stays. Raises `Conflict` for oneself and the last admin."""
        user = self._locked(public_id)
        if user.id == by.id:
            raise Conflict(YOURSELF)
        if user.is_admin and user.is_active:
            self._require_other_admin(user, None)
        self.users.update(user, {"is_active": False})
        self.sessions.revoke_all(user.id, now())
        return user

    def enable(self, public_id: UUID) -> User:
        """Let a person sign in again."""
        return self.users.update(self._locked(public_id), {"is_active": True})

    def sign_out(self, user: User) -> None:
        """End every session of a person, and note it."""
        self.sessions.revoke_all(user.id, now())
        self.audit.note(AuditAction.LOGOUT, "sign-out:everywhere", "user", user.id, user.display_name)

    def live_sessions(self, user: User) -> list[UserSession]:
        """Return where a person is signed in, last seen first."""
        moment = now()
        return [row for row in self.sessions.open_of(user.id) if is_live(row, moment)]

    def _locked(self, public_id: UUID) -> User:
        user = self.users.lock(public_id)
        if user is None:
            raise NotFound()
        return user

    def _require_other_admin(self, user: User, field: str | None) -> None:
        if not set(self.users.lock_admins()) - {user.id}:
            raise Conflict(LAST_ADMIN, field)

    def _refuse_taken(self, user: User, email: str | None) -> None:
        taken = self.users.get_by_email(email) if email else None
        if taken is not None and taken.id != user.id:
            raise Conflict(say("This e-mail address is already used."), "email")


def _changes(fields: PersonFields) -> dict[str, Any]:
    return {
        "display_name": fields.display_name.strip(),
        "email": fields.email,
        "email_normalized": normalized(fields.email) if fields.email else None,
        "role": fields.role,
    }


def people_filter(text: str, role: str, state: str) -> PeopleFilter:
    """Return the filter an address asks for; words it does not know ask for everybody."""
    return PeopleFilter(
        text=text[:120].replace("\0", ""),
        role=Role(role) if role in set(Role) else None,
        is_active={"active": True, "disabled": False}.get(state),
    )


def people_service(session: Session) -> PeopleService:
    """Build the service on this session."""
    return PeopleService(session, UserRepository(session), SessionRepository(session), AuditService(session))
