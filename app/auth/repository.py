"""People, sessions and attempts, as SQL sees them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import SetupLink, SignInAttempt, User, UserPreferences, UserSession
from app.core.repository import Repository


def normalized(text: str) -> str:
    """Return the form in which names and addresses are compared."""
    return text.strip().casefold()


class UserRepository(Repository[User]):
    """People, newest first."""

    model = User
    writable = frozenset({"display_name", "email", "email_normalized", "role", "is_active", "locale", "theme"})

    def get_by_username(self, username: str) -> User | None:
        return self.session.scalar(sa.select(User).where(User.username_normalized == normalized(username)))

    def get_by_email(self, email: str) -> User | None:
        return self.session.scalar(sa.select(User).where(User.email_normalized == normalized(email)))

    def preferences_of(self, user_id: int) -> UserPreferences | None:
        return self.session.get(UserPreferences, user_id)


class SessionRepository:
    """Signed-in browsers, set-up links and failed attempts."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, row: UserSession | SetupLink) -> None:
        self.session.add(row)

    def find(self, token_hash: str) -> tuple[UserSession, User] | None:
        """Return the live or dead session with this hash and its person."""
        query = (
            sa.select(UserSession, User)
            .join(User, User.id == UserSession.user_id)
            .where(UserSession.token_hash == token_hash)
        )
        row = self.session.execute(query).first()
        return (row[0], row[1]) if row else None

    def touch(self, session_id: int, moment: datetime) -> None:
        """Note that a session was used just now."""
        self.session.execute(sa.update(UserSession).where(UserSession.id == session_id).values(last_seen_at=moment))

    def revoke_all(self, user_id: int, moment: datetime) -> None:
        """End a person's sessions."""
        live = sa.update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        self.session.execute(live.values(revoked_at=moment))

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
