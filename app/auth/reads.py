"""What other rooms ask about people."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import Role, User
from app.auth.repository import UserRepository


def names_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return display names by id, for lists that name many people; one query, none for nobody."""
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    rows = session.execute(sa.select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {row.id: row.display_name for row in rows}


def first_admin(session: Session) -> User | None:
    """Return the active admin who was here first."""
    query = sa.select(User).where(User.role == Role.ADMIN, User.is_active.is_(True)).order_by(User.id)
    return session.scalar(query.limit(1))


def find_person(session: Session, username: str) -> User | None:
    """Return whose user name this is, however it is written."""
    return UserRepository(session).get_by_username(username)


def person_by_public_id(session: Session, public_id: UUID) -> User | None:
    """Return the person with this id."""
    return UserRepository(session).get_by_public_id(public_id)
