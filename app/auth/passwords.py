"""Hashing passwords with Argon2id, and which ones are too weak to take."""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.auth.breached import is_listed
from app.core.errors import Invalid, Unavailable
from app.core.texts import say

log = logging.getLogger("rushes.auth")

MIN_LENGTH = 8
MAX_LENGTH = 256
# What everybody tries first, one a line in small letters, made for Rushes out of first names, plain words,
# teams, places, walks over the keyboard, runs of digits, and the endings people put to them.
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
# Passwords that were stolen somewhere and published, by 48 bits of their SHA-1; docs/NOTICE.md says whose lists.
STOLEN = Path(__file__).with_name("breached_passwords.txt")
# The operator's own lists, told by the factory.
_more: list[Path] = []

# Argon2id, 46 MiB, 1 pass, 1 lane: the first of the settings OWASP's password storage sheet names as equals.
_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
# Verified when nobody has the name that was typed, so that both answers take the same time.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """Return the Argon2id hash; raises `Invalid` for one that is too short, too long, too common or stolen."""
    if len(password) < MIN_LENGTH:
        raise Invalid(
            say("Use at least %(min_length)s characters; 15 or more are better.", min_length=MIN_LENGTH), "password"
        )
    if len(password) > MAX_LENGTH:
        raise Invalid(say("Use at most %(most)s characters.", most=MAX_LENGTH), "password")
    if password.casefold() in COMMON:
        raise Invalid(
            say("This is one of the passwords everybody tries first. Use a longer phrase of your own."), "password"
        )
    _refuse_stolen(password)
    return _hasher.hash(password)


def renewed(password_hash: str, password: str) -> str:
    """Return the hash of a password that was right just now, made anew where today's settings are other ones."""
    return _hasher.hash(password) if _hasher.check_needs_rehash(password_hash) else password_hash


def refuse_listed(lists: Sequence[Path]) -> None:
    """Name the lists of stolen passwords beside the shipped one, for this process."""
    _more[:] = lists


def _refuse_stolen(password: str) -> None:
    try:
        stolen = is_listed(STOLEN, password.casefold()) or any(is_listed(each, password) for each in _more)
    except OSError as error:
        log.exception("a list of stolen passwords cannot be read")
        raise Unavailable(say("New passwords cannot be checked just now. Ask whoever runs this server.")) from error
    if stolen:
        raise Invalid(
            say("This password was stolen somewhere and is known to attackers. Use a longer phrase of your own."),
            "password",
        )


def refuse_own_name(password: str, *names: str | None) -> None:
    """Raise `Invalid` where a password is one of the person's own names."""
    if password.strip().casefold() in {name.strip().casefold() for name in names if name}:
        raise Invalid(say("Use something that is not your own name."), "password")


def matches(password_hash: str | None, password: str) -> bool:
    """Say whether the password fits, taking the same time where there is no hash at all."""
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """Return 256 random bits as text for a cookie or a link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what the database keeps of a token: whoever reads it there cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()
