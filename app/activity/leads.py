"""Where the entries of the log may lead: to what is still there, and back for those who may bring it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditLog
from app.audit.sentences import Entry, entry_of
from app.clips.models import Clip
from app.core.pagination import Page
from app.media.models import Media
from app.projects.models import Project

# Says of a project's id whether the viewer may bring things back there.
MayRestore = Callable[[int | None], bool]


@dataclass(frozen=True)
class Standing:
    """Which recordings and clips are there (True) or in the trash (False); those gone for good are in neither."""

    media: dict[int, bool]
    clips: dict[int, bool]
    frozen: frozenset[int]
    gone: frozenset[int] = frozenset()

    def of(self, row: AuditLog) -> bool | None:
        """Return whether the thing an entry is about is there; None where nothing can be said or done any more."""
        if row.project_id in self.gone:
            return None
        if row.entity_type in ("project", "member", "tag", "invitation"):
            return True
        around = self.media.get(row.media_id or 0)
        if row.entity_type == "media" or not around:
            return around if row.entity_type == "media" else None
        return self.clips.get(row.entity_id or 0) if row.entity_type == "clip" else True


def led(
    session: Session, page: Page[AuditLog], may_restore: MayRestore, gone: frozenset[int] = frozenset()
) -> Page[Entry]:
    """Tell a page of the log with links to what is there alone; two queries more, however long it is.

    `gone` are the ids of projects in the trash, where the page may be about such.
    """
    standing = replace(_standing(session, page.items), gone=gone)
    return Page([_entry(row, standing, may_restore) for row in page.items], page.next_after)


def _entry(row: AuditLog, standing: Standing, may_restore: MayRestore) -> Entry:
    entry, there = entry_of(row), standing.of(row)
    changeable = row.project_id not in standing.frozen and may_restore(row.project_id)
    return replace(
        entry,
        object_url=entry.object_url if there else None,
        as_of_url=entry.as_of_url if there else None,
        restore_url=entry.restore_url if there is False and changeable else None,
    )


def _standing(session: Session, rows: Sequence[AuditLog]) -> Standing:
    media = {row.media_id for row in rows if row.media_id is not None}
    clips = {row.entity_id for row in rows if row.entity_type == "clip" and row.entity_id is not None}
    found = session.execute(
        sa.select(Media.id, Media.deleted_at, Media.project_id, Project.archived_at, Project.deleted_at.label("left"))
        .join(Project, Project.id == Media.project_id)
        .where(Media.id.in_(media))
    ).all()
    made = session.execute(sa.select(Clip.id, Clip.deleted_at).where(Clip.id.in_(clips))).all() if clips else []
    return Standing(
        {row.id: row.deleted_at is None for row in found if row.left is None},
        {row.id: row.deleted_at is None for row in made},
        frozenset(row.project_id for row in found if row.archived_at is not None),
    )
