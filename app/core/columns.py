"""Column types and shorthands that mean the same on SQLite, PostgreSQL and MariaDB."""

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column

from app.core.clock import now


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment in UTC with microseconds; a naive one is refused with ValueError."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[StrEnum], name: str) -> sa.Enum:
    """Store a StrEnum as VARCHAR with a CHECK over its values, the same on all databases."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


# MEDIUMTEXT on MariaDB: TEXT there holds only 64 KiB.
LongText = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql")

Id = Annotated[int, mapped_column(primary_key=True, autoincrement=True)]
BigId = Annotated[
    int, mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True)
]
PublicId = Annotated[uuid.UUID, mapped_column(sa.Uuid(), unique=True, default=uuid.uuid4)]
CreatedAt = Annotated[datetime, mapped_column(UtcDateTime(), default=now)]
UpdatedAt = Annotated[datetime, mapped_column(UtcDateTime(), default=now, onupdate=now)]
Moment = Annotated[datetime, mapped_column(UtcDateTime())]
