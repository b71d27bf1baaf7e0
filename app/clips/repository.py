"""Clips as SQL sees them: by recording, by project, and those that share ticks with a stretch."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.models import User
from app.clips.bounds import refuse_outside
from app.clips.filters import ALL, ClipFilter
from app.clips.models import Clip, ClipExport, OverlapDecision
from app.core.errors import NotFound
from app.core.pagination import Page, behind, clamp, decode_after, encode_after
from app.core.repository import Repository
from app.index.query import matching_ids
from app.media.models import Media
from app.tags.links import tagged_ids

# What one page of a recording shows; a recording with more clips is paged.
MOST_OF_A_RECORDING = 1000


NOTE_COUNTS = (
    sa.update(Media)
    .where(Media.id == sa.bindparam("media"))
    .values(
        clip_count=Media.clip_count + sa.bindparam("clips"),
        longest_clip=sa.case(
            (Media.longest_clip < sa.bindparam("length"), sa.bindparam("length")), else_=Media.longest_clip
        ),
        updated_at=Media.updated_at,
    )
)


class ClipRepository(Repository[Clip]):
    """Clips; the trash is left out of every list."""

    model = Clip
    writable = frozenset(
        {"title", "notes", "topic", "in_point", "out_point", "clip_order", "state", "deleted_at", "project_id"}
    )

    def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> list[Clip]:
        """Return a recording's clips in the order they begin, at most 1,000."""
        query = sa.select(Clip).where(Clip.media_id == media_id, Clip.deleted_at.is_(None))
        return list(self.session.scalars(query.order_by(Clip.in_point, Clip.out_point, Clip.id).limit(limit)))

    find_by_video = find_by_media

    def validate_bounds(self, media_id: int, in_point: int, out_point: int) -> None:
        """Raise `Invalid` with the field where [in_point, out_point) does not lie in the recording."""
        duration = self.session.scalar(sa.select(Media.duration_frames).where(Media.id == media_id))
        if duration is None:
            raise NotFound()
        refuse_outside(duration, in_point, out_point)

    def find_by_project(
        self, project_id: int, wanted: ClipFilter = ALL, *, after: str | None = None, limit: int = 50
    ) -> Page[Clip]:
        """Return a project's clips in their order, one page."""
        order = (Clip.clip_order, Clip.id)
        query = sa.select(Clip).join(Media, Media.id == Clip.media_id).where(*self._listed(project_id, wanted))
        if after is not None:
            query = query.where(behind(order, decode_after(after, 2), descending=False))
        size = clamp(limit)
        rows = list(self.session.scalars(query.order_by(*order).limit(size + 1)))
        last = rows[size - 1] if len(rows) > size else None
        return Page(rows[:size], encode_after([last.clip_order, last.id]) if last else None)

    def count_by_project(self, project_id: int, wanted: ClipFilter) -> int:
        """Return how many clips `find_by_project` would list."""
        query = sa.select(sa.func.count()).select_from(Clip).join(Media, Media.id == Clip.media_id)
        return self.session.scalar(query.where(*self._listed(project_id, wanted))) or 0

    def _listed(self, project_id: int, wanted: ClipFilter) -> list[sa.ColumnElement[bool]]:
        conditions = [Clip.project_id == project_id, Clip.deleted_at.is_(None), Media.deleted_at.is_(None)]
        if wanted.tag:
            conditions.append(Clip.id.in_(tagged_ids("clip", project_id, wanted.tag)))
        if wanted.by:
            person = sa.select(User.id).where(User.public_id == wanted.by)
            conditions.append(Clip.created_by == person.scalar_subquery())
        if wanted.overlapping:
            conditions.append(_shares_ticks())
        if wanted.q:
            clips, media = (matching_ids(self.session, wanted.q, kind, project_id) for kind in ("clip", "media"))
            found = sa.false() if clips is None or media is None else sa.or_(Clip.id.in_(clips), Media.id.in_(media))
            conditions.append(found)
        return conditions

    def find_overlapping(
        self, media_id: int, in_point: int, out_point: int, *, longest: int, except_id: int | None = None
    ) -> list[Clip]:
        """Return the clips of a recording that share a tick with [in_point, out_point), in order.

        `longest` is the length of the recording's longest clip: a clip that began further back cannot
        reach in, so the index is read over a bounded range whatever the number of clips.
        """
        query = sa.select(Clip).where(
            Clip.media_id == media_id,
            Clip.deleted_at.is_(None),
            Clip.in_point < out_point,
            Clip.in_point > in_point - longest,
            Clip.out_point > in_point,
        )
        if except_id is not None:
            query = query.where(Clip.id != except_id)
        return list(self.session.scalars(query.order_by(Clip.in_point, Clip.id).limit(MOST_OF_A_RECORDING)))

    def by_public_ids(self, project_id: int, public_ids: Iterable[object]) -> list[Clip]:
        """Return the live clips of a project among these ids, in their order; not those of a deleted recording."""
        query = sa.select(Clip).join(Media, Media.id == Clip.media_id)
        query = query.where(*self._listed(project_id, ALL), Clip.public_id.in_(list(public_ids)))
        return list(self.session.scalars(query.order_by(Clip.clip_order, Clip.id)))

    def last_order(self, project_id: int) -> int:
        """Return the highest place in the project's order, 0 where there is no clip yet."""
        query = sa.select(sa.func.max(Clip.clip_order)).where(Clip.project_id == project_id)
        return self.session.scalar(query) or 0

    def neighbour(self, clip: Clip, *, later: bool) -> Clip | None:
        """Return the clip just before or after this one in the project's order."""
        order = (Clip.clip_order, Clip.id)
        query = sa.select(Clip).where(
            Clip.project_id == clip.project_id,
            Clip.deleted_at.is_(None),
            behind(order, [clip.clip_order, clip.id], descending=not later),
        )
        ordered = query.order_by(*(column.asc() if later else column.desc() for column in order))
        return self.session.scalar(ordered.limit(1))

    def split(self, clip: Clip, at: int, *, title: str, created_by: int | None) -> Clip:
        """Let a clip end at tick `at`, and return the new one that takes the rest, next in the project's order."""
        out_point = clip.out_point
        self.update(clip, {"out_point": at})
        self.make_room(clip)
        second = Clip(
            project_id=clip.project_id,
            media_id=clip.media_id,
            title=title,
            notes=clip.notes,
            in_point=at,
            out_point=out_point,
            clip_order=clip.clip_order + 1,
            created_by=created_by,
        )
        return self.create(second)

    def reorder(self, project_id: int, public_ids: list[UUID]) -> None:
        """Give the named clips of a project the order in which they are named; the places stay theirs."""
        found = self.by_public_ids(project_id, public_ids)
        for earlier, later in pairwise(found):
            self.part(earlier, later)
        places = [clip.clip_order for clip in found]
        wanted = {public_id: place for place, public_id in enumerate(dict.fromkeys(public_ids))}
        for place, clip in zip(places, sorted(found, key=lambda each: wanted[each.public_id]), strict=True):
            self.update(clip, {"clip_order": place})

    def part(self, earlier: Clip, later: Clip) -> None:
        """Give two neighbours a place each: clips that came from another project may share one."""
        if earlier.clip_order == later.clip_order:
            self.make_room(earlier)

    def make_room(self, clip: Clip) -> None:
        """Let the place behind this clip be free: what stands there moves on, without being changed by anybody."""
        order = (Clip.clip_order, Clip.id)
        behind_it = sa.update(Clip).where(
            Clip.project_id == clip.project_id, behind(order, [clip.clip_order, clip.id], descending=False)
        )
        self.session.execute(behind_it.values(clip_order=Clip.clip_order + 1, updated_at=Clip.updated_at))

    def note_counts(self, media_id: int, *, clips: int, length: int = 0) -> None:
        """Move the recording's kept counts by Core: its version is for people's edits."""
        self.session.connection().execute(NOTE_COUNTS, {"media": media_id, "clips": clips, "length": length})

    def move_media(self, media_id: int, project_id: int) -> None:
        """Take a recording's clips and their files along to another project."""
        for clip in self.session.scalars(sa.select(Clip).where(Clip.media_id == media_id)):
            clip.project_id = project_id
        for export in self.session.scalars(sa.select(ClipExport).where(ClipExport.media_id == media_id)):
            export.project_id = project_id

    def decided(self, clip_ids: Sequence[int]) -> set[tuple[int, int]]:
        """Return the pairs of these clips that somebody keeps as they are, the lower id first."""
        if not clip_ids:
            return set()
        query = sa.select(OverlapDecision).where(OverlapDecision.first_clip_id.in_(clip_ids))
        return {(row.first_clip_id, row.second_clip_id) for row in self.session.scalars(query)}

    def decide(self, one: int, other: int, person_id: int) -> None:
        """Remember that two clips may share what they share."""
        first, second = sorted((one, other))
        self.session.merge(OverlapDecision(first_clip_id=first, second_clip_id=second, decided_by=person_id))


def _shares_ticks() -> sa.ColumnElement[bool]:
    """Return the condition that another clip of the recording has a tick of this one; see `find_overlapping`."""
    other = aliased(Clip)
    return sa.exists().where(
        other.media_id == Clip.media_id,
        other.id != Clip.id,
        other.deleted_at.is_(None),
        other.in_point < Clip.out_point,
        other.in_point > Clip.in_point - Media.longest_clip,
        other.out_point > Clip.in_point,
    )


class ExportRepository(Repository[ClipExport]):
    """Rendered files, newest first."""

    model = ClipExport

    def find_by_clips(self, clip_ids: Sequence[int]) -> dict[int, list[ClipExport]]:
        """Return each clip's files, newest first."""
        found: dict[int, list[ClipExport]] = {id: [] for id in clip_ids}
        query = sa.select(ClipExport).where(ClipExport.clip_id.in_(clip_ids)).order_by(ClipExport.created_at.desc())
        for export in self.session.scalars(query):
            found[export.clip_id].append(export)
        return found

    def find_same(self, clip_id: int, clip_version: int, format: str, settings_hash: str) -> ClipExport | None:
        """Return the file of exactly this version and these settings, if it was rendered before."""
        return self.session.scalar(
            sa.select(ClipExport).where(
                ClipExport.clip_id == clip_id,
                ClipExport.clip_version == clip_version,
                ClipExport.format == format,
                ClipExport.settings_hash == settings_hash,
            )
        )
