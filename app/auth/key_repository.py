"""Programs' tokens, second factors and half-made sign-ins, as SQL sees them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import ApiToken, PendingSignIn, RecoveryCode, TotpCredential, User, UserPreferences, UserSession
from app.auth.repository import ASKED, owes_step
from app.core.repository import Repository


class TokenRepository(Repository[ApiToken]):
    """Tokens, newest first."""

    model = ApiToken

    def find(self, token_hash: str) -> tuple[ApiToken, User, bool] | None:
        """Return the live or dead token with this hash, its person, and whether they owe a second step."""
        query = (
            sa.select(ApiToken, User, TotpCredential.confirmed_at, ASKED)
            .join(User, User.id == ApiToken.user_id)
            .outerjoin(TotpCredential, TotpCredential.user_id == User.id)
        )
        row = self.session.execute(query.where(ApiToken.token_hash == token_hash)).first()
        return (row[0], row[1], owes_step(row[1], row[2], row[3])) if row else None

    def of(self, user_id: int) -> Sequence[ApiToken]:
        """Return a person's tokens that were not taken back, newest first; at most 200."""
        query = sa.select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        return self.session.scalars(query.order_by(ApiToken.id.desc()).limit(200)).all()

    def find_of(self, user_id: int, public_id: UUID) -> ApiToken | None:
        """Return a person's own token that was not taken back."""
        query = sa.select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.public_id == public_id)
        return self.session.scalar(query.where(ApiToken.revoked_at.is_(None)))

    def touch(self, token_id: int, moment: datetime) -> None:
        """Note that a token was used just now; the history is not told."""
        used = sa.update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=moment)
        self.session.connection().execute(used)


class FactorRepository:
    """Second factors, their recovery codes, and sign-ins that wait for either."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def of(self, user_id: int) -> TotpCredential | None:
        return self.session.get(TotpCredential, user_id, populate_existing=True)

    def everybodys(self) -> Sequence[TotpCredential]:
        """Return all second factors there are."""
        return self.session.scalars(sa.select(TotpCredential).order_by(TotpCredential.user_id)).all()

    def add(self, row: TotpCredential | PendingSignIn) -> None:
        self.session.add(row)

    def remove(self, user_id: int) -> None:
        """Take a person's second factor and codes away."""
        self.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        self.session.execute(sa.delete(TotpCredential).where(TotpCredential.user_id == user_id))

    def take_step(self, user_id: int, step: int) -> bool:
        """Use a step up; of two who try the same step at once one succeeds."""
        fresh = sa.update(TotpCredential).where(TotpCredential.user_id == user_id, TotpCredential.last_step < step)
        return self.session.connection().execute(fresh.values(last_step=step)).rowcount == 1

    def take_code(self, user_id: int, code_hash: str, moment: datetime) -> bool:
        """Use a recovery code up; of two who try the same one at once one succeeds."""
        unused = sa.update(RecoveryCode).where(
            RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
        )
        return self.session.connection().execute(unused.values(used_at=moment)).rowcount == 1

    def replace_codes(self, user_id: int, hashes: Sequence[str]) -> None:
        """Put new codes in place of all earlier ones."""
        self.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        self.session.add_all(RecoveryCode(user_id=user_id, code_hash=each) for each in hashes)

    def codes_left(self, user_id: int) -> int:
        query = sa.select(sa.func.count()).select_from(RecoveryCode)
        return self.session.scalar(query.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0

    def pending(self, token_hash: str) -> tuple[PendingSignIn, User] | None:
        """Return the half-made sign-in with this hash and its person."""
        query = sa.select(PendingSignIn, User).join(User, User.id == PendingSignIn.user_id)
        row = self.session.execute(query.where(PendingSignIn.token_hash == token_hash)).first()
        return (row[0], row[1]) if row else None

    def forget_pending(self, user_id: int, moment: datetime) -> None:
        """Remove a person's half-made sign-ins, and everybody's that ran out."""
        mine_or_old = sa.or_(PendingSignIn.user_id == user_id, PendingSignIn.expires_at < moment)
        self.session.execute(sa.delete(PendingSignIn).where(mine_or_old))


class OwnRepository:
    """What a person keeps for themselves: how they like the pages, and where they are signed in."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def preferences(self, user_id: int) -> UserPreferences:
        """Return how somebody likes the pages; a new row with the defaults where nothing was saved yet."""
        found = self.session.get(UserPreferences, user_id)
        if found is None:
            found = UserPreferences(user_id=user_id, time_zone="UTC", keys="on", volume=100, speed=100)
            self.session.add(found)
        return found

    def session_of(self, user_id: int, public_id: UUID) -> UserSession | None:
        """Return a person's own session that was not ended."""
        query = sa.select(UserSession).where(UserSession.user_id == user_id, UserSession.public_id == public_id)
        return self.session.scalar(query.where(UserSession.revoked_at.is_(None)))

    def end_others(self, user_id: int, kept_hash: str, moment: datetime) -> int:
        """End a person's sessions but one; return how many."""
        others = sa.update(UserSession).where(
            UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.token_hash != kept_hash
        )
        return self.session.connection().execute(others.values(revoked_at=moment)).rowcount
