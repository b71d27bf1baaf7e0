"""Silence, scenes, topics and layouts as SQL sees them: by recording, in a range, by kind, the longest first."""

import sqlalchemy as sa

from app.analysis.models import ContentSegment, LayoutAnalysis, LayoutType, Scene, SceneKind, SilenceRegion, SilenceType
from app.core.pagination import MAX_ROWS
from app.core.repository import Repository

# What one recording shows at most; finer findings are of no use to people.
MOST_OF_A_RECORDING = 2000


class SilenceRepository(Repository[SilenceRegion]):
    """Stretches without sound or picture, [start_ms, end_ms)."""

    model = SilenceRegion

    def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> list[SilenceRegion]:
        """Return a recording's stretches in the order they begin."""
        return self._all(self._of(media_id).order_by(SilenceRegion.start_ms, SilenceRegion.id).limit(limit))

    def find_in_range(self, media_id: int, start_ms: int, end_ms: int) -> list[SilenceRegion]:
        """Return the stretches that share a millisecond with [start_ms, end_ms), in order."""
        shared = self._of(media_id).where(SilenceRegion.start_ms < end_ms, SilenceRegion.end_ms > start_ms)
        return self._all(shared.order_by(SilenceRegion.start_ms, SilenceRegion.id).limit(MOST_OF_A_RECORDING))

    def find_by_kind(self, media_id: int, kind: SilenceType) -> list[SilenceRegion]:
        """Return the stretches of one kind, in order."""
        query = self._of(media_id).where(SilenceRegion.silence_type == kind)
        return self._all(query.order_by(SilenceRegion.start_ms, SilenceRegion.id).limit(MOST_OF_A_RECORDING))

    def longest(self, media_id: int, limit: int = 10) -> list[SilenceRegion]:
        """Return the longest stretches, longest first."""
        length = SilenceRegion.end_ms - SilenceRegion.start_ms
        return self._all(self._of(media_id).order_by(length.desc(), SilenceRegion.id).limit(min(limit, MAX_ROWS)))

    def _of(self, media_id: int) -> sa.Select[SilenceRegion]:
        return sa.select(SilenceRegion).where(SilenceRegion.media_id == media_id)

    def _all(self, query: sa.Select[SilenceRegion]) -> list[SilenceRegion]:
        return [*self.session.scalars(query)]


class SceneRepository(Repository[Scene]):
    """Shots and slides, [in_point, out_point) in ticks."""

    model = Scene
    writable = frozenset({"label"})
    order = ("media_id", "seq", "id")
    descending = False

    def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> list[Scene]:
        """Return a recording's scenes in order."""
        return self._all(self._of(media_id).order_by(Scene.seq).limit(limit))

    def find_in_range(self, media_id: int, in_point: int, out_point: int) -> list[Scene]:
        """Return the scenes that share a tick with [in_point, out_point), in order."""
        shared = self._of(media_id).where(Scene.in_point < out_point, Scene.out_point > in_point)
        return self._all(shared.order_by(Scene.seq).limit(MOST_OF_A_RECORDING))

    def find_by_kind(self, media_id: int, kind: SceneKind) -> list[Scene]:
        """Return the scenes of one kind, in order."""
        return self._all(self._of(media_id).where(Scene.kind == kind).order_by(Scene.seq).limit(MOST_OF_A_RECORDING))

    def longest(self, media_id: int, limit: int = 10) -> list[Scene]:
        """Return the longest scenes, longest first."""
        length = Scene.out_point - Scene.in_point
        return self._all(self._of(media_id).order_by(length.desc(), Scene.id).limit(min(limit, MAX_ROWS)))

    def _of(self, media_id: int) -> sa.Select[Scene]:
        return sa.select(Scene).where(Scene.media_id == media_id)

    def _all(self, query: sa.Select[Scene]) -> list[Scene]:
        return [*self.session.scalars(query)]


class TopicRepository(Repository[ContentSegment]):
    """What recordings speak of, [start_ms, end_ms)."""

    model = ContentSegment
    writable = frozenset({"topic", "description", "updated_by", "refused_at"})
    order = ("media_id", "start_ms", "id")
    descending = False

    def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> list[ContentSegment]:
        """Return a recording's topics in the order they begin."""
        return self._all(self._of(media_id).order_by(ContentSegment.start_ms, ContentSegment.id).limit(limit))

    def find_in_range(self, media_id: int, start_ms: int, end_ms: int) -> list[ContentSegment]:
        """Return the topics that share a millisecond with [start_ms, end_ms), in order."""
        shared = self._of(media_id).where(ContentSegment.start_ms < end_ms, ContentSegment.end_ms > start_ms)
        return self._all(shared.order_by(ContentSegment.start_ms, ContentSegment.id).limit(MOST_OF_A_RECORDING))

    def find_touched(self, media_id: int) -> list[ContentSegment]:
        """Return the topics somebody changed, in order."""
        touched = self._of(media_id).where(ContentSegment.updated_by.is_not(None))
        return self._all(touched.order_by(ContentSegment.start_ms, ContentSegment.id))

    def top(self, media_id: int, limit: int = 10) -> list[ContentSegment]:
        """Return the most important topics, the most important first; among equals the earlier."""
        weight = ContentSegment.importance_score.desc()
        ordered = self._of(media_id).order_by(weight, ContentSegment.start_ms, ContentSegment.id)
        return self._all(ordered.limit(min(limit, MAX_ROWS)))

    def move_media(self, media_id: int, project_id: int) -> None:
        """Take a recording's topics along to another project."""
        table = ContentSegment.metadata.tables["content_segments"]
        moved = sa.update(table).where(table.c.media_id == media_id).values(project_id=project_id)
        self.session.connection().execute(moved)

    def _of(self, media_id: int) -> sa.Select[ContentSegment]:
        return sa.select(ContentSegment).where(ContentSegment.media_id == media_id)

    def _all(self, query: sa.Select[ContentSegment]) -> list[ContentSegment]:
        return [*self.session.scalars(query)]


class LayoutRepository(Repository[LayoutAnalysis]):
    """How recordings are laid out, one row for each at most."""

    model = LayoutAnalysis
    writable = frozenset(
        {
            *("layout_type", "screen_region", "camera_region", "split_ratio", "confidence_score"),
            *("sample_frame_ms", "job_id", "updated_by"),
        }
    )

    def find_by_media(self, media_id: int) -> LayoutAnalysis | None:
        """Return a recording's layout, or None."""
        return self.session.scalar(sa.select(LayoutAnalysis).where(LayoutAnalysis.media_id == media_id))

    def find_by_kind(self, project_id: int, kind: LayoutType) -> list[LayoutAnalysis]:
        """Return the layouts of one kind in a project, in the order they were found; at most 200."""
        mine = sa.select(LayoutAnalysis).where(LayoutAnalysis.project_id == project_id)
        query = mine.where(LayoutAnalysis.layout_type == kind).order_by(LayoutAnalysis.id)
        return [*self.session.scalars(query.limit(MAX_ROWS))]

    def move_media(self, media_id: int, project_id: int) -> None:
        """Take a recording's layout along to another project."""
        table = LayoutAnalysis.metadata.tables["layout_analysis"]
        moved = sa.update(table).where(table.c.media_id == media_id).values(project_id=project_id)
        self.session.connection().execute(moved)
