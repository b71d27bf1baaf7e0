"""What people do with their own account: name, address, looks, password, and where they are signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.auth.key_repository import OwnRepository
from app.auth.models import User, UserPreferences, UserSession
from app.auth.passwords import hash_password, matches, refuse_own_name, token_hash
from app.auth.repository import SessionRepository, UserRepository, normalized
from app.auth.second_factor import WRONG_PASSWORD
from app.auth.service import is_live
from app.core.clock import now, zone_names
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.texts import say

THEMES = ("system", "light", "dark")
KEYS = ("on", "alt", "off")


@dataclass(frozen=True)
class Profile:
    """What a person says of themselves, and how the pages look to them."""

    display_name: str
    email: str | None
    time_zone: str
    theme: str


@dataclass(frozen=True)
class SignedIn:
    """One browser somebody is signed in with; `ip` is where it was when it signed in."""

    public_id: UUID
    browser: str
    ip: str | None
    last_seen_at: datetime
    created_at: datetime
    is_this: bool


class OwnService:
    """The rules of one's own account."""

    def __init__(self, users: UserRepository, sessions: SessionRepository, own: OwnRepository, audit: AuditService):
        self.users = users
        self.sessions = sessions
        self.own = own
        self.audit = audit

    def preferences(self, user: User) -> UserPreferences:
        """Return how a person likes the pages; call inside a unit that may write."""
        return self.own.preferences(user.id)

    def edit(self, user: User, profile: Profile, password: str, version: int) -> User:
        """Save the form; a new address needs the password. Raises `Stale` with both values, `Invalid`, `Conflict`."""
        fresh = self._locked(user)
        email = profile.email
        if email != fresh.email and not matches(fresh.password_hash, password):
            raise Invalid(say("Type your password to change the e-mail address."), "password")
        changes = {"display_name": profile.display_name.strip(), "email": email, "theme": _theme(profile.theme)}
        self._refuse_stale(fresh, changes, version)
        taken = self.users.get_by_email(email) if email else None
        if taken is not None and taken.id != fresh.id:
            raise Conflict(say("This e-mail address is already used."), "email")
        if profile.time_zone not in zone_names():
            raise Invalid(say("Choose a zone from the list."), "time_zone")
        self.own.preferences(fresh.id).time_zone = profile.time_zone
        fresh.version += 1
        return self.users.update(fresh, {**changes, "email_normalized": normalized(email) if email else None})

    def set_theme(self, user: User, theme: str) -> None:
        """Keep the look somebody switched to; raises `Invalid` for one there is not."""
        self.users.update(self._locked(user), {"theme": _theme(theme)})

    def set_keys(self, user: User, keys: str) -> None:
        """Keep whether single keys act, act with Alt alone, or do not; raises `Invalid`."""
        if keys not in KEYS:
            raise Invalid(say("Choose on, with Alt, or off."), "keys")
        self.own.preferences(user.id).keys = keys

    def change_password(self, user: User, current: str, new: str) -> None:
        """Set a new password; raises `Invalid` where the current one is wrong or the new one weak."""
        fresh = self._locked(user)
        if not matches(fresh.password_hash, current):
            raise Invalid(WRONG_PASSWORD, "current")
        refuse_own_name(new, fresh.username, fresh.email, fresh.display_name)
        fresh.password_hash = hash_password(new)

    def signed_in(self, user: User, token: str | None) -> list[SignedIn]:
        """Return where a person is signed in, this browser first, then last seen first."""
        mine, moment = token_hash(token) if token else "", now()
        rows = [row for row in self.sessions.open_of(user.id) if is_live(row, moment)]
        return [_signed_in(row, mine) for row in sorted(rows, key=lambda row: row.token_hash != mine)]

    def end_session(self, user: User, public_id: UUID) -> None:
        """End one's own session; raises `NotFound` where it is somebody else's or ended."""
        row = self.own.session_of(user.id, public_id)
        if row is None:
            raise NotFound(say("This browser is signed out already."))
        row.revoked_at = now()
        self.audit.note(AuditAction.LOGOUT, "sign-out:elsewhere", "user", user.id, user.display_name)

    def end_others(self, user: User, token: str | None) -> int:
        """End every session of a person but this one; return how many ended."""
        ended = self.own.end_others(user.id, token_hash(token) if token else "", now())
        if ended:
            self.audit.note(AuditAction.LOGOUT, "sign-out:others", "user", user.id, user.display_name)
        return ended

    def _locked(self, user: User) -> User:
        found = self.users.lock(user.public_id)
        if found is None:
            raise NotFound()
        return found

    def _refuse_stale(self, user: User, changes: dict[str, Any], version: int) -> None:
        clashing = {name: value for name, value in changes.items() if getattr(user, name) != value}
        if version != user.version and clashing:
            theirs = {name: getattr(user, name) for name in clashing}
            raise Stale(say("Your account was saved elsewhere meanwhile."), clashing, theirs, user.version)


def _theme(theme: str) -> str:
    if theme not in THEMES:
        raise Invalid(say("Choose system, light or dark."), "theme")
    return theme


def _signed_in(row: UserSession, mine: str) -> SignedIn:
    return SignedIn(
        public_id=row.public_id,
        browser=browser_words(row.user_agent),
        ip=row.ip,
        last_seen_at=row.last_seen_at,
        created_at=row.created_at,
        is_this=row.token_hash == mine,
    )


# The first that fits counts: most browsers name those they descend from as well.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_words(agent: str | None) -> str:
    """Return a browser's name for itself in words: "Firefox on Linux"."""
    text = agent or ""
    browser = next((words for mark, words in BROWSERS if mark in text), None)
    system = next((words for mark, words in SYSTEMS if mark in text), None)
    if browser and system:
        return say("%(browser)s on %(system)s", browser=browser, system=system)
    return (
        browser
        or system
        or (say("Another program (%(value)s)", value=text[:40]) if text else say("An unknown browser"))
    )


def own_service(session: Session) -> OwnService:
    """Build the service on this session."""
    return OwnService(
        UserRepository(session), SessionRepository(session), OwnRepository(session), AuditService(session)
    )
