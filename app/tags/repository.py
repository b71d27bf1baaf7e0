"""Tags as SQL sees them: by name in a project, with how many things carry each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from app.core.repository import Repository
from app.core.search_text import folded
from app.tags.links import Link, links
from app.tags.models import Tag


@dataclass(frozen=True)
class TagRow:
    """One tag of the list; `counts` is how many of each kind carry it."""

    public_id: UUID
    name: str
    color: int
    counts: dict[str, int]


class TagRepository(Repository[Tag]):
    """Tags, by name."""

    model = Tag
    writable = frozenset({"name", "normalized_name", "color"})
    order = ("normalized_name", "id")
    descending = False

    def find_by_project(self, project_id: int) -> list[Tag]:
        """Return a project's tags by name, at most 1,000."""
        query = sa.select(Tag).where(Tag.project_id == project_id).order_by(Tag.normalized_name).limit(1000)
        return list(self.session.scalars(query))

    def find_by_names(self, project_id: int, names: Iterable[str]) -> dict[str, Tag]:
        """Return a project's tags by folded name."""
        wanted = {folded(name)[:64] for name in names}
        query = sa.select(Tag).where(Tag.project_id == project_id, Tag.normalized_name.in_(wanted))
        return {tag.normalized_name: tag for tag in self.session.scalars(query)} if wanted else {}

    def by_ids(self, ids: Iterable[int]) -> list[Tag]:
        """Return these tags."""
        return list(self.session.scalars(sa.select(Tag).where(Tag.id.in_(list(ids)))))

    def list_with_counts(self, project_id: int) -> list[TagRow]:
        """Return a project's tags with what carries them; one query and one for each kind."""
        tags = self.find_by_project(project_id)
        counts = {each.kind: self._counts(each, [tag.id for tag in tags]) for each in links()}
        return [
            TagRow(tag.public_id, tag.name, tag.color, {kind: of.get(tag.id, 0) for kind, of in counts.items()})
            for tag in tags
        ]

    def carriers(self, each: Link, tag_ids: Sequence[int]) -> list[int]:
        """Return the ids of what carries one of these tags."""
        query = sa.select(each.column).where(each.table.c.tag_id.in_(tag_ids)).distinct()
        return list(self.session.scalars(query))

    def tags_on(self, each: Link, ids: Sequence[int]) -> dict[int, set[int]]:
        """Return the tags' ids on each of these."""
        found: dict[int, set[int]] = {id: set() for id in ids}
        for id, tag_id in self.session.execute(sa.select(each.column, each.table.c.tag_id).where(each.column.in_(ids))):
            found[id].add(tag_id)
        return found

    def put(self, each: Link, pairs: Iterable[tuple[int, int]], person_id: int | None) -> None:
        """Add links of (thing, tag) that are not there yet."""
        rows = [{each.column.name: id, "tag_id": tag_id, "added_by": person_id} for id, tag_id in pairs]
        if rows:
            self.session.connection().execute(each.table.insert(), rows)

    def take(self, each: Link, ids: Sequence[int], tag_ids: Iterable[int]) -> None:
        """Remove links between these things and these tags."""
        gone = each.table.delete().where(each.column.in_(ids), each.table.c.tag_id.in_(list(tag_ids)))
        self.session.connection().execute(gone)

    def drop(self, each: Link, ids: Sequence[int]) -> None:
        """Remove every tag from these things."""
        self.session.connection().execute(each.table.delete().where(each.column.in_(ids)))

    def _counts(self, each: Link, tag_ids: Sequence[int]) -> dict[int, int]:
        query = sa.select(each.table.c.tag_id, sa.func.count()).group_by(each.table.c.tag_id)
        rows = self.session.execute(query.where(each.table.c.tag_id.in_(tag_ids))).all()
        return {row[0]: row[1] for row in rows}
