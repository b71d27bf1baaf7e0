"""People, their sessions, one-time links and the record of sign-in attempts."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.changes import Tracking
from app.core.columns import CreatedAt, Id, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.core.texts import later


class Role(StrEnum):
    """What a person may do on the whole site."""

    MEMBER = "member"
    ADMIN = "admin"


class User(Base):
    """One person; deactivated, never removed while something names them."""

    __tablename__ = "users"
    __table_args__ = (
        sa.UniqueConstraint(
            "username_normalized", info={"field": "username", "words": later("This user name is already taken.")}
        ),
        sa.UniqueConstraint(
            "email_normalized", info={"field": "email", "words": later("This e-mail address is already used.")}
        ),
    )
    tracking: ClassVar[Tracking] = Tracking(
        "user",
        ignored=frozenset(
            {"username_normalized", "email_normalized", "failed_logins", "last_login_at", "locked_until"}
        ),
        secret=frozenset({"password_hash"}),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    username: Mapped[str] = mapped_column(sa.String(80))
    username_normalized: Mapped[str] = mapped_column(sa.String(80))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    email_normalized: Mapped[str | None] = mapped_column(sa.String(254))
    display_name: Mapped[str] = mapped_column(sa.String(120))
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"), default=Role.MEMBER)
    is_active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(sa.String(16), default="en")
    theme: Mapped[str] = mapped_column(sa.String(8), default="system")
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Counts the saves of the account's form; signing in does not move it.
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def hue(self) -> int:
        """Return the person's colour, 1 to 6; it stays the same."""
        return self.id % 6 + 1

    @property
    def initials(self) -> str:
        """Return up to two capital letters that stand for the person."""
        words = self.display_name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def audit_name(self) -> str:
        return self.display_name


class UserSession(Base):
    """One signed-in browser; only the hash of its token is kept."""

    __tablename__ = "user_sessions"
    __table_args__ = (sa.Index("ix_user_sessions_user_id_revoked_at", "user_id", "revoked_at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ip: Mapped[str | None] = mapped_column(sa.String(64))
    user_agent: Mapped[str | None] = mapped_column(sa.String(255))


class SetupLink(Base):
    """A one-time link that makes the first admin; only its hash is kept."""

    __tablename__ = "setup_links"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SignInAttempt(Base):
    """Failed sign-ins lately, per account name and per network; both are throttled."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (sa.UniqueConstraint("kind", "subject"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(16))
    subject: Mapped[str] = mapped_column(sa.String(120))
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime())


class UserPreferences(Base):
    """How one person likes the pages: keys, volume, speed, time zone."""

    __tablename__ = "user_preferences"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    keys: Mapped[str] = mapped_column(sa.String(8), default="on")
    volume: Mapped[int] = mapped_column(default=100)
    speed: Mapped[int] = mapped_column(default=100)


class IdempotencyKey(Base):
    """The mark a form was sent with, and where its effect is: sending it again leads there."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "key"),
        sa.Index("ix_idempotency_keys_created_at", "created_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(64))
    location: Mapped[str] = mapped_column(sa.String(255), default="")
    created_at: Mapped[CreatedAt]


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    JOIN = "join"
    RESET = "reset"


class Invitation(Base):
    """A one-time link to hand over: to join, perhaps a project, or to choose a new password; only its hash is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.Index("ix_invitations_project_id", "project_id"),
        sa.Index("ix_invitations_user_id", "user_id"),
        sa.Index("ix_invitations_invited_by", "invited_by"),
        sa.Index("ix_invitations_used_by", "used_by"),
    )
    tracking: ClassVar[Tracking] = Tracking("invitation", ignored=frozenset({"public_id", "token_hash"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose, "purpose"))
    # Whose password a reset is for.
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"), default=Role.MEMBER)
    # Plain values: projects stand above people.
    project_id: Mapped[int | None]
    project_role: Mapped[str | None] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    invited_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    used_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))

    @property
    def audit_name(self) -> str:
        return self.name or self.purpose.value


class TokenScope(StrEnum):
    """What a program may do with a token."""

    READ = "read"
    WRITE = "write"


class ApiToken(Base):
    """A program's key to what its person may see, and with `write` may change; only its hash is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = (sa.Index("ix_api_tokens_user_id", "user_id"),)
    tracking: ClassVar[Tracking] = Tracking("token", ignored=frozenset({"public_id", "token_hash", "last_used_at"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(120))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scope: Mapped[TokenScope] = mapped_column(enum_column(TokenScope, "scope"), default=TokenScope.READ)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def audit_name(self) -> str:
        return self.name


class TotpCredential(Base):
    """A person's second factor: the secret their app counts with, sealed, and the last step that was taken."""

    __tablename__ = "totp_credentials"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # What `core.vault` made of it, for this person alone.
    sealed: Mapped[str] = mapped_column(sa.String(255))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_step: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    created_at: Mapped[CreatedAt]


class RecoveryCode(Base):
    """One of the codes that stand in for a lost second factor, once each; only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PendingSignIn(Base):
    """Somebody whose password was right and whose second factor is still asked for; only the hash is kept."""

    __tablename__ = "pending_sign_ins"
    __table_args__ = (
        sa.Index("ix_pending_sign_ins_user_id", "user_id"),
        sa.Index("ix_pending_sign_ins_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
