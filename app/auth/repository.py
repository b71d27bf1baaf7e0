"""People, sessions and attempts, as SQL sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import Role, SetupLink, SignInAttempt, TotpCredential, User, UserPreferences, UserSession
from app.core.choices import ADMINS, EVERYBODY, SECOND_STEP
from app.core.pagination import Page
from app.core.repository import Repository
from app.core.settings import Setting


def normalized(text: str) -> str:
    """Return the form in which names and addresses are compared."""
    return text.strip().casefold()


# What is asked of people, to be read along with whoever comes in.
ASKED = sa.select(Setting.value).where(Setting.key == SECOND_STEP).scalar_subquery()


class Found(NamedTuple):
    """A session by its token, whose it is, how they like the pages, and how their second step stands."""

    session: UserSession
    user: User
    preferences: UserPreferences | None
    confirmed_at: datetime | None
    asked: str | None


@dataclass(frozen=True)
class PeopleFilter:
    """Which people a list shows: text in a name or address, a role, and whether they may sign in."""

    text: str = ""
    role: Role | None = None
    is_active: bool | None = None


def is_asked(user: User, asked: str | None) -> bool:
    """Say whether a person must have a second step, by what is chosen for the installation."""
    return asked == EVERYBODY or (asked == ADMINS and user.is_admin)


def owes_step(user: User, confirmed_at: datetime | None, asked: str | None) -> bool:
    """Say whether a person must have a second step and has none."""
    return confirmed_at is None and is_asked(user, asked)


class _ByName(Repository[User]):
    model = User
    order = ("username_normalized",)
    descending = False


class UserRepository(Repository[User]):
    """People, newest first."""

    model = User
    writable = frozenset({"display_name", "email", "email_normalized", "role", "is_active", "locale", "theme"})

    def get_by_username(self, username: str) -> User | None:
        return self.session.scalar(sa.select(User).where(User.username_normalized == normalized(username)))

    def get_by_email(self, email: str) -> User | None:
        return self.session.scalar(sa.select(User).where(User.email_normalized == normalized(email)))

    def search(self, wanted: PeopleFilter, *, after: str | None = None, limit: int = 50) -> Page[User]:
        """Return people by user name."""
        query = sa.select(User)
        if wanted.text:
            names = (User.username_normalized, User.email_normalized, sa.func.lower(User.display_name))
            query = query.where(sa.or_(*(name.contains(normalized(wanted.text), autoescape=True) for name in names)))
        if wanted.role is not None:
            query = query.where(User.role == wanted.role)
        if wanted.is_active is not None:
            query = query.where(User.is_active.is_(wanted.is_active))
        return _ByName(self.session).page(query, after=after, limit=limit)

    def lock(self, public_id: UUID) -> User | None:
        """Return the person as the database has them now, kept from other writers until the unit ends."""
        query = sa.select(User).where(User.public_id == public_id).with_for_update()
        return self.session.scalar(query, execution_options={"populate_existing": True})

    def lock_admins(self) -> list[int]:
        """Return the ids of the admins who may sign in, kept from other writers until the unit ends."""
        query = sa.select(User.id).where(User.role == Role.ADMIN, User.is_active.is_(True)).order_by(User.id)
        return list(self.session.scalars(query.with_for_update()))

    def preferences_of(self, user_id: int) -> UserPreferences | None:
        return self.session.get(UserPreferences, user_id)


class SessionRepository:
    """Signed-in browsers, set-up links and failed attempts."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: UserSession | SetupLink) -> None:
        self.session.add(row)

    def find(self, token_hash: str) -> Found | None:
        """Return the live or dead session with this hash, and what every request asks of its person; one query."""
        query = (
            sa.select(UserSession, User, UserPreferences, TotpCredential.confirmed_at, ASKED)
            .join(User, User.id == UserSession.user_id)
            .outerjoin(UserPreferences, UserPreferences.user_id == User.id)
            .outerjoin(TotpCredential, TotpCredential.user_id == User.id)
            .where(UserSession.token_hash == token_hash)
        )
        row = self.session.execute(query).first()
        return Found(*row) if row else None

    def touch(self, session_id: int, moment: datetime) -> None:
        """Note that a session was used just now."""
        self.session.execute(sa.update(UserSession).where(UserSession.id == session_id).values(last_seen_at=moment))

    def end(self, token_hash: str, moment: datetime) -> None:
        """End the session with this hash, if it lives."""
        live = sa.update(UserSession).where(UserSession.token_hash == token_hash, UserSession.revoked_at.is_(None))
        self.session.execute(live.values(revoked_at=moment))

    def revoke_all(self, user_id: int, moment: datetime) -> None:
        """End a person's sessions."""
        live = sa.update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        self.session.execute(live.values(revoked_at=moment))

    def open_of(self, user_id: int, limit: int = 50) -> list[UserSession]:
        """Return a person's sessions that were not ended, last seen first."""
        query = sa.select(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        return list(self.session.scalars(query.order_by(UserSession.last_seen_at.desc()).limit(limit)))

    def find_setup_link(self, token_hash: str) -> SetupLink | None:
        return self.session.scalar(sa.select(SetupLink).where(SetupLink.token_hash == token_hash))

    def forget_setup_links(self) -> None:
        """Make every link handed out so far worthless."""
        self.session.execute(sa.delete(SetupLink).where(SetupLink.used_at.is_(None)))

    def attempt(self, kind: str, subject: str) -> SignInAttempt | None:
        query = sa.select(SignInAttempt).where(SignInAttempt.kind == kind, SignInAttempt.subject == subject)
        return self.session.scalar(query)

    def add_attempt(self, attempt: SignInAttempt) -> None:
        self.session.add(attempt)

    def forget_attempts(self, kind: str, subject: str) -> None:
        self.session.execute(
            sa.delete(SignInAttempt).where(SignInAttempt.kind == kind, SignInAttempt.subject == subject)
        )
