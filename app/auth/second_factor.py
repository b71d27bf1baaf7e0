"""The second factor: a code from an app (TOTP), or one of ten codes on paper where the app is lost."""

import base64
import hmac
import logging
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import pyotp
from sqlalchemy.orm import Session

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.auth.key_repository import FactorRepository
from app.auth.models import PendingSignIn, TotpCredential, User
from app.auth.passwords import matches, new_token, token_hash
from app.auth.repository import SessionRepository, is_asked
from app.auth.throttle import Throttle
from app.core.choices import choices
from app.core.clock import is_ahead, now
from app.core.errors import Conflict, Invalid, NotFound, Throttled
from app.core.texts import later, say
from app.core.vault import Vault, vault_of

log = logging.getLogger("rushes.auth")

ISSUER = "Rushes"
STEP_S = 30
# A phone's clock may be one step off in either direction.
DRIFT_STEPS = (0, -1, 1)
CODES = 10
# 15 bytes are 120 bits: enough that a plain hash of them is worth nothing to whoever reads it.
CODE_BYTES = 15
GROUP = 4
PENDING_LASTS = timedelta(minutes=5)
WRONG_PASSWORD = later("This is not your password.")
WRONG_CODE = later("This code is not right, or was used already. Wait for the next one, then try again.")
GONE = later("This sign-in took too long. Start again with your name and password.")


class Seals(NamedTuple):
    """How the secrets are sealed: by the present key, by an earlier one, by none that is known."""

    present: int
    earlier: int
    lost: int


class SecondFactorService:
    """Setting it up, asking for it, and taking it away."""

    def __init__(self, factors: FactorRepository, audit: AuditService, throttle: Throttle, vault: Vault) -> None:
        self.factors = factors
        self.audit = audit
        self.throttle = throttle
        self.vault = vault

    def is_on(self, user: User) -> bool:
        """Say whether signing in asks this person for a code."""
        return self._confirmed(user) is not None

    def is_asked(self, user: User) -> bool:
        """Say whether this person must have one, as an admin chose."""
        return is_asked(user, choices(self.factors.session).second_step)

    def started(self, user: User) -> str | None:
        """Return the secret that waits for its first code, if one does."""
        found = self._unconfirmed(user)
        return self._opened(found) if found is not None else None

    def codes_left(self, user: User) -> int:
        """Return how many recovery codes were not used yet."""
        return self.factors.codes_left(user.id)

    def start(self, user: User, password: str) -> None:
        """Make a secret for the person's app; raises `Invalid` for a wrong password, `Conflict` where it is on."""
        self._require_password(user, password)
        if self.is_on(user):
            raise Conflict(say("Two steps are on already. Switch them off first to use another app."))
        self.factors.remove(user.id)
        sealed = self.vault.seal(pyotp.random_base32(), _place(user.id))
        self.factors.add(TotpCredential(user_id=user.id, sealed=sealed))

    def confirm(self, user: User, code: str) -> list[str]:
        """Switch it on by a first code and return ten recovery codes, which nobody can show again."""
        started = self._unconfirmed(user)
        if started is None:
            raise Conflict(say("There is nothing to confirm. Start again."))
        if not self._takes_step(started, code, now()):
            raise Invalid(WRONG_CODE, "code")
        started.confirmed_at = now()
        self._tell(AuditAction.UPDATE, "second-factor:on", user)
        return self._new_codes(user)

    def renew_codes(self, user: User, password: str) -> list[str]:
        """Return ten new recovery codes; the earlier ones stop working."""
        self._require_password(user, password)
        if not self.is_on(user):
            raise Conflict(say("Two steps are not on."))
        self._tell(AuditAction.UPDATE, "second-factor:codes", user)
        return self._new_codes(user)

    def switch_off(self, user: User, password: str) -> None:
        """Take one's own second factor away; raises `Invalid` for a wrong password."""
        self._require_password(user, password)
        self.remove(user)

    def remove(self, user: User) -> None:
        """Take a person's second factor and recovery codes away, as an admin does for who lost theirs."""
        if self.factors.of(user.id) is not None:
            # Whoever acts is named: it may be an admin.
            about = ("second-factor:off", "user", user.id, user.display_name)
            self.audit.note(AuditAction.UPDATE, *about, entity_public_id=user.public_id)
        self.factors.remove(user.id)

    def ask(self, user: User) -> str:
        """Return the token of a sign-in that waits five minutes for its code; earlier ones of this person end."""
        moment, token = now(), new_token()
        self.factors.forget_pending(user.id, moment)
        self.factors.add(
            PendingSignIn(user_id=user.id, token_hash=token_hash(token), expires_at=moment + PENDING_LASTS)
        )
        return token

    def waiting(self, token: str | None) -> User:
        """Return whose code is asked for; raises `NotFound` where the sign-in ran out or never was."""
        found = self.factors.pending(token_hash(token)) if token else None
        if found is None or _is_over(found[0]) or not found[1].is_active:
            raise NotFound(GONE)
        return found[1]

    def answer(self, token: str | None, code: str, ip: str | None) -> User | None:
        """Return the person where the code is right, and end the waiting; None where it is not.

        A failure is remembered, so the caller commits either way. Raises `NotFound` and `Throttled`.
        """
        user = self.waiting(token)
        credential = self._confirmed(user)
        if credential is not None and not self._accepts(user, credential, code, ip):
            return None
        self.factors.forget_pending(user.id, now())
        return user

    def seals(self) -> Seals:
        """Count everybody's secrets by the key that opens them."""
        found = self.factors.everybodys()
        present = sum(self.vault.is_newest(row.sealed, _place(row.user_id)) for row in found)
        lost = sum(self.vault.open(row.sealed, _place(row.user_id)) is None for row in found)
        return Seals(present, len(found) - present - lost, lost)

    def seal_anew(self) -> Seals:
        """Seal every secret that an earlier key opens with the present one; return how they are sealed then."""
        for row in self.factors.everybodys():
            secret = self.vault.open(row.sealed, _place(row.user_id))
            if secret is not None and not self.vault.is_newest(row.sealed, _place(row.user_id)):
                row.sealed = self.vault.seal(secret, _place(row.user_id))
        return self.seals()

    def _unconfirmed(self, user: User) -> TotpCredential | None:
        found = self.factors.of(user.id)
        return found if found is not None and found.confirmed_at is None else None

    def _opened(self, credential: TotpCredential) -> str | None:
        """Return the secret; None, and a line in the log, where the key it was sealed with is not ours any more."""
        secret = self.vault.open(credential.sealed, _place(credential.user_id))
        if secret is None:
            log.error("no key opens the second step of person %s; see SECRET_KEY_FALLBACKS", credential.user_id)
        return secret

    def _confirmed(self, user: User) -> TotpCredential | None:
        found = self.factors.of(user.id)
        return found if found is not None and found.confirmed_at is not None else None

    def _accepts(self, user: User, credential: TotpCredential, code: str, ip: str | None) -> bool:
        wait_s = self.throttle.wait_s(_account(user), ip)
        if wait_s:
            raise Throttled(say("Too many tries. Wait %(wait_s)s s, then try again.", wait_s=wait_s), wait_s)
        moment = now()
        if self._takes_step(credential, code, moment):
            self.throttle.succeeded(_account(user))
            return True
        if self.factors.take_code(user.id, code_hash(code), moment):
            self.throttle.succeeded(_account(user))
            self._tell(AuditAction.UPDATE, "second-factor:recovered", user)
            return True
        self.throttle.failed(_account(user), ip)
        self._tell(AuditAction.DENIED, "second-factor:failed", user)
        return False

    def _takes_step(self, credential: TotpCredential, code: str, moment: datetime) -> bool:
        """Say whether the code is right just now, and use its step up: no code counts twice."""
        secret = self._opened(credential)
        if secret is None:
            return False
        typed = "".join(code.split()).encode("utf-8", "replace")
        totp, present = pyotp.TOTP(secret), int(moment.timestamp()) // STEP_S
        right = [
            present + drift
            for drift in DRIFT_STEPS
            if hmac.compare_digest(totp.generate_otp(present + drift).encode(), typed)
        ]
        return bool(right) and self.factors.take_step(credential.user_id, right[0])

    def _new_codes(self, user: User) -> list[str]:
        codes = [new_code() for _ in range(CODES)]
        self.factors.replace_codes(user.id, [code_hash(code) for code in codes])
        return codes

    def _require_password(self, user: User, password: str) -> None:
        if not matches(user.password_hash, password):
            raise Invalid(WRONG_PASSWORD, "password")

    def _tell(self, action: AuditAction, verb: str, user: User) -> None:
        self.audit.note(action, verb, "user", user.id, user.display_name, entity_public_id=user.public_id, by=user)


def new_code() -> str:
    """Return 120 random bits as six groups of four letters and digits."""
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def code_hash(code: str) -> str:
    """Return what the database keeps of a recovery code, however it was typed."""
    return token_hash("".join(letter for letter in code.lower() if letter.isalnum()))


def address_of(user: User, secret: str) -> str:
    """Return what the picture says to the app: the secret, whose it is, and of which site."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def spaced(secret: str) -> str:
    """Return a secret in groups of four, to be typed."""
    return " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP))


def _place(user_id: int) -> str:
    return f"totp:{user_id}"


def _is_over(pending: PendingSignIn) -> bool:
    return pending.expires_at < now() or is_ahead(pending.created_at)


def _account(user: User) -> str:
    # Counted apart from passwords: a right password must not wash wrong codes away.
    return f"second-factor:{user.public_id}"


def second_factor_service(session: Session) -> SecondFactorService:
    """Build the service on this session."""
    throttle = Throttle(SessionRepository(session))
    return SecondFactorService(FactorRepository(session), AuditService(session), throttle, vault_of(session))
