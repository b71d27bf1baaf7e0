"""What carries tags: rooms above register their link table once, and tags can be counted, merged and found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.search_text import folded
from app.index.writer import reads_tags
from app.tags.models import Tag


@dataclass(frozen=True)
class Link:
    """A kind of thing that carries tags, by the name its documents have, and the table that says which."""

    kind: str
    table: sa.Table
    column: sa.Column[int]


_links: dict[str, Link] = {}


def carries_tags(kind: str, table: sa.Table, column: str) -> None:
    """Register a link table, and let the index find what it tags."""
    _links[kind] = Link(kind, table, table.c[column])
    reads_tags(kind)(lambda session, ids: _words(session, kind, ids))


def link(kind: str) -> Link:
    return _links[kind]


def links() -> list[Link]:
    return list(_links.values())


def names_of(session: Session, kind: str, ids: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    """Return (name, colour) of the tags on each of these, by name; one query, none for nothing."""
    found: dict[int, list[tuple[str, int]]] = {id: [] for id in ids}
    if not found:
        return found
    each = link(kind)
    query = sa.select(each.column, Tag.name, Tag.color).join(Tag, Tag.id == each.table.c.tag_id)
    for id, name, color in session.execute(query.where(each.column.in_(list(found))).order_by(Tag.normalized_name)):
        found[id].append((name, color))
    return found


def tagged_ids(kind: str, project_id: int, name: str) -> sa.Select[int]:
    """Return a query for the ids of what carries this tag in a project."""
    each = link(kind)
    query = sa.select(each.column).join(Tag, Tag.id == each.table.c.tag_id)
    return query.where(Tag.project_id == project_id, Tag.normalized_name == folded(name)[:64])


def _words(session: Session, kind: str, ids: Sequence[int]) -> dict[int, str]:
    return {id: " ".join(name for name, _ in names) for id, names in names_of(session, kind, ids).items()}
