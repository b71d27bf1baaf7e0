"""What the installation remembers about itself: one value by name, in the database."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import now
from app.core.columns import UtcDateTime
from app.core.db import Base, current_actor


class Setting(Base):
    """One remembered value; `updated_by` is a plain id, None for the system itself."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON())
    updated_by: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now, onupdate=now)


def recall(session: Session, key: str) -> Any:
    """Return the value kept under this name, or None."""
    return session.scalar(sa.select(Setting.value).where(Setting.key == key))


def remember(session: Session, key: str, value: Any) -> None:
    """Keep a value that JSON can hold under this name, in the running unit."""
    session.merge(Setting(key=key, value=value, updated_by=current_actor(session).id, updated_at=now()))
    # Whoever asks next in this unit must see it.
    session.flush()
