"""Recordings as SQL sees them: found by hash and path, listed and filtered, with what was made of them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.core.pagination import Page, behind, clamp, decode_after, decode_id, encode_after
from app.core.repository import Repository
from app.core.storage import path_hash
from app.index.query import find_newest, matching_ids
from app.media.filters import MediaFilter, MediaRow
from app.media.models import Media, MediaKind, MediaState, Playhead, Rendition, RenditionKind
from app.tags.links import tagged_ids

# Sort word to (columns, descending); the id makes each order whole.
SORTS: dict[str, tuple[tuple[str, ...], bool]] = {
    "": (("created_at", "id"), True),
    "oldest": (("created_at", "id"), False),
    "title": (("title", "id"), False),
    "longest": (("duration_ms", "id"), True),
}


# What lists show, read without making objects of it.
LISTED = (
    Media.id,
    Media.public_id,
    Media.project_id,
    Media.kind,
    Media.title,
    Media.filename,
    Media.state,
    Media.file_size,
    Media.duration_frames,
    Media.rate_num,
    Media.rate_den,
    Media.variable_rate,
    Media.width,
    Media.height,
    Media.video_codec,
    Media.audio_codec,
    Media.clip_count,
    Media.uploaded_by,
    Media.created_at,
)


class MediaRepository(Repository[Media]):
    """Recordings, newest first; what is in the trash is left out of lists."""

    model = Media
    writable = frozenset(
        {
            "title",
            "project_id",
            "path_hash",
            "deleted_at",
            "sha256_live",
            "kind",
            "content_type",
            "duration_frames",
            "rate_num",
            "rate_den",
            "start_timecode",
            "drop_frame",
            "variable_rate",
            "first_pts",
            "width",
            "height",
            "video_codec",
            "audio_codec",
            "audio_channels",
            "sample_rate",
            "probe_json",
            "filename",
            "storage_key",
            "file_size",
            "sha256",
        }
    )

    def find_by_stem(self, project_id: int, stem: str) -> Media | None:
        """Return a project's newest recording whose file is called so, whatever its ending and its capitals."""
        mine = sa.select(Media).where(Media.project_id == project_id, Media.deleted_at.is_(None))
        alike = mine.where(sa.func.lower(Media.filename).startswith(f"{stem.lower()}.", autoescape=True))
        found = self.session.scalars(alike.order_by(Media.created_at.desc(), Media.id.desc()).limit(50))
        wanted = stem.casefold()
        return next((each for each in found if each.filename.rsplit(".", 1)[0].casefold() == wanted), None)

    def get_by_path(self, project_id: int, path: str) -> Media | None:
        return self.session.scalar(
            sa.select(Media).where(Media.project_id == project_id, Media.path_hash == path_hash(path))
        )

    def paths(self, project_id: int) -> set[str]:
        """Return where the project's recordings lie that were registered in place, without those in the trash."""
        query = sa.select(Media.path).where(Media.project_id == project_id, Media.path_hash.is_not(None))
        return {path for path in self.session.scalars(query) if path is not None}

    def find_by_sha256(self, project_id: int, sha256: str) -> Media | None:
        """Return the live recording with these bytes in this project."""
        return self.session.scalar(sa.select(Media).where(Media.project_id == project_id, Media.sha256_live == sha256))

    def restore(self, media: Media) -> Media:
        """Take a recording out of the trash: its bytes and its path count again; clashes raise `Conflict`."""
        hashed = path_hash(media.path) if media.path else None
        return self.update(media, {"deleted_at": None, "sha256_live": media.sha256, "path_hash": hashed})

    def search(self, project_id: int, text: str, *, limit: int = 100) -> list[MediaRow]:
        """Return live recordings whose title or file name holds the words of `text`, newest first."""
        return self.filtered(project_id, MediaFilter(q=text), limit=limit).items

    def filtered(
        self, project_id: int, wanted: MediaFilter, *, after: str | None = None, limit: int = 24
    ) -> Page[MediaRow]:
        """Return one page of a project's live recordings in the order `wanted.sort` names."""
        if wanted.is_plain_search:
            return self._newest_found(project_id, wanted.q, after, clamp(limit))
        names, descending = SORTS.get(wanted.sort, SORTS[""])
        columns = [_sort_column(name) for name in names]
        query = sa.select(*LISTED).where(*self._conditions(project_id, wanted))
        if after is not None:
            query = query.where(behind(columns, decode_after(after, len(columns)), descending=descending))
        size = clamp(limit)
        ordered = query.order_by(*(column.desc() if descending else column.asc() for column in columns))
        rows: Sequence[Any] = self.session.execute(ordered.limit(size + 1)).all()
        last = rows[size - 1] if len(rows) > size else None
        return Page(list(rows[:size]), encode_after([_sort_value(last, name) for name in names]) if last else None)

    def _newest_found(self, project_id: int, q: str, after: str | None, size: int) -> Page[MediaRow]:
        """Return what the words find, newest first: the index gives it in this order, and no more of it is read."""
        before = decode_id(after) if after is not None else None
        ids = find_newest(self.session, q, "media", project_id, limit=size + 1, before_id=before)
        if not ids:
            return Page([])
        query = sa.select(*LISTED).where(Media.id.in_(ids)).order_by(Media.id.desc())
        rows: Sequence[Any] = self.session.execute(query).all()
        return Page(list(rows[:size]), encode_after([rows[size - 1].id]) if len(rows) > size else None)

    def count_filtered(self, project_id: int, wanted: MediaFilter) -> int:
        """Return how many live recordings the filter finds; of those words find, the newest 2,000 are counted."""
        query = sa.select(sa.func.count()).select_from(Media).where(*self._conditions(project_id, wanted))
        return self.session.scalar(query) or 0

    def bytes_used(self, project_id: int) -> int:
        """Return how many bytes of originals a project holds, the trash included."""
        query = sa.select(sa.func.coalesce(sa.func.sum(Media.file_size), 0)).where(Media.project_id == project_id)
        return int(self.session.scalar(query) or 0)

    def by_public_ids(self, project_id: int, public_ids: Sequence[UUID]) -> list[Media]:
        """Return a project's live recordings with these ids."""
        mine = (Media.project_id == project_id, Media.deleted_at.is_(None), Media.public_id.in_(public_ids))
        return list(self.session.scalars(sa.select(Media).where(*mine).order_by(Media.id)))

    def by_ids(self, ids: Iterable[int]) -> dict[int, Media]:
        """Return recordings by id."""
        found = self.session.scalars(sa.select(Media).where(Media.id.in_(list(ids))))
        return {media.id: media for media in found}

    def renditions_of(self, media_ids: Iterable[int]) -> dict[int, dict[RenditionKind, Rendition]]:
        """Return what was made of each recording, by kind."""
        found: dict[int, dict[RenditionKind, Rendition]] = {id: {} for id in media_ids}
        for row in self.session.scalars(sa.select(Rendition).where(Rendition.media_id.in_(list(found)))):
            found[row.media_id][row.kind] = row
        return found

    def rendition(self, media_id: int, kind: RenditionKind) -> Rendition | None:
        return self.session.scalar(sa.select(Rendition).where(Rendition.media_id == media_id, Rendition.kind == kind))

    def put_rendition(self, rendition: Rendition) -> str | None:
        """Store a rendition in place of the one of its kind; return the key that lost its row, if any."""
        old = self.rendition(rendition.media_id, rendition.kind)
        replaced = None
        if old is not None:
            replaced = old.path if old.path != rendition.path else None
            self.session.delete(old)
            # The new row has the same unique key.
            self.session.flush()
        self.session.add(rendition)
        return replaced

    def set_state(self, media_id: int, state: MediaState) -> None:
        """Move the state by Core: it belongs to the jobs, and must not make a person's form stale."""
        self.session.connection().execute(sa.update(Media).where(Media.id == media_id).values(state=state))

    def playhead(self, user_id: int, media_id: int) -> int:
        """Return where this person stopped, in ticks; 0 where they never watched."""
        row = self.session.get(Playhead, (user_id, media_id))
        return row.position if row else 0

    def keep_playhead(self, user_id: int, media_id: int, position: int) -> None:
        self.session.merge(Playhead(user_id=user_id, media_id=media_id, position=position))

    def _conditions(self, project_id: int, wanted: MediaFilter) -> list[sa.ColumnElement[bool]]:
        conditions: list[sa.ColumnElement[bool]] = [Media.project_id == project_id, Media.deleted_at.is_(None)]
        if wanted.type in set(MediaKind):
            conditions.append(Media.kind == MediaKind(wanted.type))
        if wanted.status in set(MediaState):
            conditions.append(Media.state == MediaState(wanted.status))
        if wanted.tag:
            conditions.append(Media.id.in_(tagged_ids("media", project_id, wanted.tag)))
        if wanted.q:
            ids = matching_ids(self.session, wanted.q, "media", project_id)
            conditions.append(Media.id.in_(ids) if ids is not None else sa.false())
        return conditions


def _sort_column(name: str) -> Any:
    if name == "duration_ms":
        return Media.duration_frames * 1000 * Media.rate_den // Media.rate_num
    return getattr(Media, name)


def _sort_value(media: MediaRow, name: str) -> Any:
    if name == "duration_ms":
        return media.duration_frames * 1000 * media.rate_den // media.rate_num
    return getattr(media, name)
