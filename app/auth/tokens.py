"""Programs' keys: made and shown once, used instead of a session, taken back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.key_repository import TokenRepository
from app.auth.models import ApiToken, TokenScope, User
from app.auth.passwords import new_token, token_hash
from app.core.clock import is_ahead, now
from app.core.errors import Conflict, NotFound
from app.core.texts import say

# Words in front, so that whoever finds one in a file knows what it opens.
PREFIX = "rushes_"
USED_EVERY = timedelta(minutes=1)
MOST_TOKENS = 50
LASTS = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365), "never": None}


@dataclass(frozen=True)
class Bearer:
    """Whom a token stands for, and what it may do."""

    user: User
    token: ApiToken
    owes_step: bool = False

    @property
    def may_write(self) -> bool:
        return self.token.scope is TokenScope.WRITE

    @property
    def is_due(self) -> bool:
        """Say whether its use is to be noted: at most once a minute."""
        used = self.token.last_used_at
        return used is None or now() - used > USED_EVERY


class TokenService:
    """The rules of tokens."""

    def __init__(self, tokens: TokenRepository) -> None:
        self.tokens = tokens

    def create(self, user: User, name: str, scope: TokenScope, lasts: timedelta | None) -> str:
        """Return a new token; only its hash is stored, so it is shown this once. Raises `Conflict` for the 51st."""
        if len(self.tokens.of(user.id)) >= MOST_TOKENS:
            raise Conflict(
                say("You have %(most_tokens)s tokens. Take one back first.", most_tokens=MOST_TOKENS), "name"
            )
        token = PREFIX + new_token()
        expires = now() + lasts if lasts else None
        self.tokens.create(
            ApiToken(user_id=user.id, name=name, token_hash=token_hash(token), scope=scope, expires_at=expires)
        )
        return token

    def of(self, user: User) -> list[ApiToken]:
        """Return a person's tokens that were not taken back, newest first."""
        return list(self.tokens.of(user.id))

    def revoke(self, user: User, public_id: UUID) -> ApiToken:
        """Take one's own token back at once; raises `NotFound`."""
        found = self.tokens.find_of(user.id, public_id)
        if found is None:
            raise NotFound(say("This token was taken back already."))
        found.revoked_at = now()
        return found

    def bearer(self, token: str) -> Bearer | None:
        """Return whom a token stands for; None where it is none, was taken back or ran out, or they are disabled."""
        found = self.tokens.find(token_hash(token))
        if found is None:
            return None
        row, user, owes = found
        if row.revoked_at is not None or not user.is_active or _is_over(row):
            return None
        return Bearer(user, row, owes)

    def used(self, bearer: Bearer) -> None:
        """Note that a token was used just now."""
        self.tokens.touch(bearer.token.id, now())


def _is_over(token: ApiToken) -> bool:
    if token.expires_at is None:
        return False
    return token.expires_at < now() or is_ahead(token.created_at)


def token_service(session: Session) -> TokenService:
    """Build the service on this session."""
    return TokenService(TokenRepository(session))
