"""Links and tokens that ran out end for good: no clock that is put back brings one to life again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import ApiToken, Invitation, PendingSignIn, SetupLink
from app.auth.passwords import token_hash
from app.core.clock import now

Lapsing = type[SetupLink] | type[Invitation] | type[PendingSignIn] | type[ApiToken]


def has_lapsed(session: Session, model: Lapsing, token: str) -> bool:
    """Say whether the clock ended this one, and nobody has written so yet."""
    return session.scalar(sa.select(sa.exists().where(*_ran_out(model, token, now())))) or False


def end_lapsed(session: Session, model: Lapsing, token: str) -> None:
    """Put its end to its beginning, which lies behind whatever clock it may be looked at by."""
    ended = sa.update(model).where(*_ran_out(model, token, now())).values(expires_at=model.created_at)
    # Nobody did anything: the history is not told.
    session.connection().execute(ended)


def _ran_out(model: Lapsing, token: str, moment: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return model.token_hash == token_hash(token), model.expires_at < moment, model.expires_at > model.created_at
