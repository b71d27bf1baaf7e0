"""Signing in and out, and making the first person who may."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.auth.models import Role, SetupLink, User, UserPreferences, UserSession
from app.auth.passwords import hash_password, matches, new_token, refuse_own_name, renewed, token_hash
from app.auth.repository import SessionRepository, UserRepository, normalized, owes_step
from app.auth.second_factor import SecondFactorService, second_factor_service
from app.auth.throttle import Throttle
from app.core.choices import choices
from app.core.clock import CLOCKS_DIFFER, is_ahead, now
from app.core.errors import Invalid, NotFound, Throttled
from app.core.texts import later, say

SETUP_LASTS = timedelta(hours=24)
IDLE_LIMIT = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
WRONG = later("User name and password don’t match. Check both, then try again.")


@dataclass(frozen=True)
class NewPerson:
    """What somebody types to become a person here."""

    username: str
    display_name: str
    password: str
    email: str | None = None


@dataclass(frozen=True)
class Browser:
    """Where a request comes from, as far as a session remembers it, and the token it came with."""

    ip: str | None
    user_agent: str | None
    token: str | None = None


class Entered(NamedTuple):
    """Somebody whose password was right, and the token to hand them: of a session, or of a sign-in that waits."""

    user: User
    token: str
    second_step: bool = False


class Visit(NamedTuple):
    """Whose session a browser carries, and how they like the pages, where they ever said."""

    user: User
    session: UserSession
    preferences: UserPreferences | None
    owes_step: bool


class AuthService:
    """Who may come in, and with which session."""

    def __init__(
        self,
        users: UserRepository,
        sessions: SessionRepository,
        audit: AuditService,
        factors: SecondFactorService,
    ) -> None:
        self.users = users
        self.sessions = sessions
        self.audit = audit
        self.factors = factors
        self.throttle = Throttle(sessions)

    def needs_setup(self) -> bool:
        """Say whether nobody exists yet."""
        return self.users.count() == 0

    def make_setup_link(self) -> str:
        """Return the token of a new one-time link; earlier ones stop working. Raises `Invalid` after set-up."""
        if not self.needs_setup():
            raise Invalid(say("There is an admin already; ask them for an account."))
        self.sessions.forget_setup_links()
        token = new_token()
        self.sessions.add(SetupLink(token_hash=token_hash(token), expires_at=now() + SETUP_LASTS))
        return token

    def check_setup_link(self, token: str) -> SetupLink:
        """Return the link this token opens; raises `NotFound` where it is used, expired or never was."""
        link = self.sessions.find_setup_link(token_hash(token))
        if link is None or link.used_at is not None or _is_over(link) or not self.needs_setup():
            raise NotFound(say("This set-up link was used, has expired or is not complete."))
        return link

    def set_up(self, token: str, person: NewPerson) -> User:
        """Make the first admin and use the link up; raises `NotFound`, or `Invalid` with the field."""
        link = self.check_setup_link(token)
        link.used_at = now()
        return self.create_user(person, Role.ADMIN)

    def create_user(self, person: NewPerson, role: Role = Role.MEMBER) -> User:
        """Add a person; raises `Invalid` for a weak password, `Conflict` for a taken name or address."""
        refuse_own_name(person.password, person.username, person.email, person.display_name)
        return self.users.create(
            User(
                username=person.username.strip(),
                username_normalized=normalized(person.username),
                email=person.email,
                email_normalized=normalized(person.email) if person.email else None,
                display_name=person.display_name.strip(),
                password_hash=hash_password(person.password),
                role=role,
            )
        )

    def sign_in(self, username: str, password: str, browser: Browser) -> Entered | None:
        """Return the person and a token, or None where name and password don't match.

        The token is a new session's; with a second factor it is that of a sign-in which waits for the code.
        A failure is remembered, so the caller commits either way. Raises `Throttled`.
        """
        wait_s = self.throttle.wait_s(username, browser.ip)
        if wait_s:
            raise Throttled(say("Too many tries. Wait %(wait_s)s s, then try again.", wait_s=wait_s), wait_s)
        user = self.users.get_by_username(username)
        if not matches(user.password_hash if user else None, password) or user is None or not user.is_active:
            self.throttle.failed(username, browser.ip)
            self.audit.note(AuditAction.DENIED, "sign-in:failed", "user", user.id if user else None, username[:120])
            return None
        self.throttle.succeeded(username)
        user.password_hash = renewed(user.password_hash or "", password)
        if self.factors.is_on(user):
            return Entered(user, self.factors.ask(user), second_step=True)
        return self._enter(user, browser)

    def second_step(self, token: str | None, code: str, browser: Browser) -> Entered | None:
        """Return the person and a new session's token, or None for a wrong code; raises as `answer` does."""
        user = self.factors.answer(token, code, browser.ip)
        return self._enter(user, browser) if user is not None else None

    def open_session(self, user: User, browser: Browser) -> str:
        """Start a session for this person and return its token; only the hash is stored.

        The session this browser had before, whoever's it was, ends.
        """
        token = new_token()
        user.last_login_at = moment = now()
        if browser.token:
            self.sessions.end(token_hash(browser.token), moment)
        self.sessions.add(
            UserSession(
                user_id=user.id,
                token_hash=token_hash(token),
                last_seen_at=moment,
                expires_at=moment + timedelta(days=choices(self.sessions.session).session_days),
                ip=browser.ip,
                user_agent=(browser.user_agent or "")[:255] or None,
            )
        )
        return token

    def person_of(self, token: str) -> Visit | None:
        """Return whose live session this token is; None where it ended, expired or was never there."""
        found = self.sessions.find(token_hash(token))
        if found is None:
            return None
        if not found.user.is_active or not is_live(found.session, now()):
            return None
        owes = owes_step(found.user, found.confirmed_at, found.asked)
        return Visit(found.user, found.session, found.preferences, owes)

    def has_lapsed(self, token: str) -> bool:
        """Say whether this is a session that nobody ended and that counts no more."""
        found = self.sessions.find(token_hash(token))
        return found is not None and found[0].revoked_at is None and not is_live(found[0], now())

    def end_lapsed(self, token: str) -> None:
        """End it for good: no clock that is put back brings it to life again."""
        self.sessions.end(token_hash(token), now())

    def end_sessions(self, user: User) -> None:
        """End every session of this person at once."""
        self.sessions.revoke_all(user.id, now())

    def sign_out(self, token: str) -> None:
        """End the session on the server; ending it twice is harmless."""
        found = self.sessions.find(token_hash(token))
        if found is not None and found[0].revoked_at is None:
            found[0].revoked_at = now()
            self.audit.note(AuditAction.LOGOUT, "sign-out", "user", found[1].id, found[1].display_name, by=found[1])

    def _enter(self, user: User, browser: Browser) -> Entered:
        self.audit.note(AuditAction.LOGIN, "sign-in", "user", user.id, user.display_name, by=user)
        return Entered(user, self.open_session(user, browser))


def is_live(session: UserSession, moment: datetime) -> bool:
    """Say whether a session still counts: not ended, not expired, seen within the idle limit, begun in the past."""
    if session.revoked_at is not None or session.created_at > moment + CLOCKS_DIFFER:
        return False
    return session.expires_at > moment and session.last_seen_at + IDLE_LIMIT > moment


def _is_over(link: SetupLink) -> bool:
    return link.expires_at < now() or is_ahead(link.created_at)


def auth_service(session: Session) -> AuthService:
    """Build the service on this session."""
    return AuthService(
        UserRepository(session), SessionRepository(session), AuditService(session), second_factor_service(session)
    )
