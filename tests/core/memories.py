"""The rooms' repositories in memory: the same verbs answered from a dict, for the contract and for service tests."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from app.analysis.repository import SceneRepository, SilenceRepository
from app.audit.models import AuditAction, AuditLog
from app.audit.repository import entry
from app.auth.repository import UserRepository, normalized
from app.clips.bounds import refuse_outside
from app.clips.filters import ALL, ClipFilter
from app.clips.models import Clip, ClipExport
from app.clips.repository import ClipRepository, ExportRepository
from app.core.clock import now
from app.core.errors import NotFound
from app.core.memory_repository import MemoryRepository
from app.core.pagination import Page, encode_after
from app.core.search_text import query_tokens, tokens
from app.core.storage import path_hash
from app.jobs.log_repository import LogRepository
from app.jobs.models import JobStatus
from app.jobs.repository import ACTIVE, STALLED_AFTER, JobRepository
from app.media.models import Media
from app.media.repository import MediaRepository
from app.projects.models import MemberRole, Project
from app.projects.repository import ProjectRepository, ProjectRow

T = TypeVar("T")


class Twin(MemoryRepository[Any]):
    """A memory repository that knows the rows of other rooms its verbs ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.others: dict[tuple[type, int], Any] = {}

    def where(self, wanted: Callable[[Any], bool]) -> list[Any]:
        return [row for row in self.rows.values() if wanted(row)]

    def first(self, wanted: Callable[[Any], bool]) -> Any:
        return next(iter(self.where(wanted)), None)


class MemoryProjects(Twin):
    repository = ProjectRepository

    def find_by_name(self, name: str) -> Project | None:
        return self.first(lambda row: row.name == name)

    def find_by_workspace(self, path: str) -> Project | None:
        return self.first(lambda row: row.workspace_hash == path_hash(path))

    def list_with_stats(
        self, *, user_id: int | None, archived: bool = False, after: str | None = None, limit: int = 48
    ) -> Page[ProjectRow]:
        assert user_id is None and after is None, "members and further pages are the database's"
        rows = sorted(
            self.where(lambda row: row.archived is archived and row.deleted_at is None),
            key=lambda row: (row.updated_at, row.id),
        )
        return Page([_stats(row) for row in rows[::-1][:limit]])


class MemoryRecordings(Twin):
    repository = MediaRepository

    def get_by_path(self, project_id: int, path: str) -> Media | None:
        return self.first(lambda row: (row.project_id, row.path_hash) == (project_id, path_hash(path)))

    def find_by_sha256(self, project_id: int, sha256: str) -> Media | None:
        return self.first(lambda row: (row.project_id, row.sha256_live) == (project_id, sha256))

    def restore(self, media: Media) -> Media:
        hashed = path_hash(media.path) if media.path else None
        return self.update(media, {"deleted_at": None, "sha256_live": media.sha256, "path_hash": hashed})

    def search(self, project_id: int, text: str, *, limit: int = 100) -> list[Media]:
        words = query_tokens(text)
        live = self.where(lambda row: row.project_id == project_id and row.deleted_at is None)
        found = [row for row in live if words and finds(words, f"{row.title} {row.filename}", row.title)]
        return sorted(found, key=lambda row: (row.created_at, row.id), reverse=True)[:limit]


class MemoryClips(Twin):
    repository = ClipRepository

    def find_by_media(self, media_id: int, *, limit: int = 1000) -> list[Clip]:
        rows = self.where(lambda row: row.media_id == media_id and row.deleted_at is None)
        return sorted(rows, key=lambda row: (row.in_point, row.out_point, row.id))[:limit]

    find_by_video = find_by_media

    def find_by_project(
        self, project_id: int, wanted: ClipFilter = ALL, *, after: str | None = None, limit: int = 50
    ) -> Page[Clip]:
        assert after is None and not wanted.tag and not wanted.by, "further pages, tags and people are the database's"
        q, words = wanted.q, query_tokens(wanted.q)
        rows = self.where(lambda row: row.project_id == project_id and row.deleted_at is None)
        rows = [row for row in rows if not q or (words and finds(words, f"{row.title} {row.notes or ''}", row.title))]
        if wanted.overlapping:
            rows = [row for row in rows if self._others_of(row)]
        ordered = sorted(rows, key=lambda row: (row.clip_order, row.id))
        more = len(ordered) > limit
        last = ordered[limit - 1] if more else None
        return Page(ordered[:limit], encode_after([last.clip_order, last.id]) if last else None)

    def find_overlapping(
        self, media_id: int, in_point: int, out_point: int, *, longest: int, except_id: int | None = None
    ) -> list[Clip]:
        return [
            clip
            for clip in self.find_by_media(media_id)
            if clip.in_point < out_point and clip.out_point > in_point and clip.id != except_id
        ]

    def validate_bounds(self, media_id: int, in_point: int, out_point: int) -> None:
        media = self.others.get((Media, media_id))
        if media is None:
            raise NotFound()
        refuse_outside(media.duration_frames, in_point, out_point)

    def _others_of(self, clip: Clip) -> list[Clip]:
        ends = clip.media_id, clip.in_point, clip.out_point
        return self.find_overlapping(*ends, longest=clip.out_point, except_id=clip.id)

    def reorder(self, project_id: int, public_ids: Sequence[UUID]) -> None:
        wanted = {public_id: place for place, public_id in enumerate(dict.fromkeys(public_ids))}
        found = [clip for clip in self.find_by_project(project_id, limit=200).items if clip.public_id in wanted]
        places = [clip.clip_order for clip in found]
        for place, clip in zip(places, sorted(found, key=lambda each: wanted[each.public_id]), strict=True):
            self.update(clip, {"clip_order": place})

    def split(self, clip: Clip, at: int, *, title: str, created_by: int | None) -> Clip:
        for other in self.where(lambda row: row.project_id == clip.project_id and row.clip_order > clip.clip_order):
            other.clip_order += 1
        facts = {"project_id": clip.project_id, "media_id": clip.media_id, "title": title, "notes": clip.notes}
        second = Clip(**facts, in_point=at, out_point=clip.out_point, clip_order=clip.clip_order + 1)
        self.update(clip, {"out_point": at})
        return self.create(second)


class MemoryExports(Twin):
    repository = ExportRepository

    def find_by_clips(self, clip_ids: Sequence[int]) -> dict[int, list[ClipExport]]:
        newest = sorted(self.rows.values(), key=lambda row: (row.created_at, row.id), reverse=True)
        return {id: [row for row in newest if row.clip_id == id] for id in clip_ids}

    def find_same(self, clip_id: int, clip_version: int, format: str, settings_hash: str) -> ClipExport | None:
        key = (clip_id, clip_version, format, settings_hash)
        return self.first(lambda row: (row.clip_id, row.clip_version, row.format, row.settings_hash) == key)


class MemoryJobs(Twin):
    repository = JobRepository

    def latest_for_media(self, media_id: int) -> Any:
        rows = self.where(lambda row: row.media_id == media_id and row.clip_id is None)
        return max(rows, key=lambda row: (row.created_at, row.id), default=None)

    def active_for_project(self, project_id: int) -> list[Any]:
        rows = self.where(lambda row: row.project_id == project_id and row.status in ACTIVE)
        return sorted(rows, key=lambda row: (row.priority, row.id))

    def stalled(self, silent_for: timedelta = STALLED_AFTER) -> list[Any]:
        silent = now() - silent_for
        running = self.where(lambda row: row.status == JobStatus.RUNNING)
        return [row for row in running if row.heartbeat_at is None or row.heartbeat_at < silent]


class MemoryLogs(Twin):
    repository = LogRepository

    def find_by_job(self, job_id: int, *, limit: int = 200) -> list[Any]:
        return self.where(lambda row: row.job_id == job_id)[-limit:]

    def find_in_range(self, start: datetime, end: datetime, *, limit: int = 200) -> list[Any]:
        rows = self.where(lambda row: start <= row.timestamp < end)
        return sorted(rows, key=lambda row: (row.timestamp, row.id))[:limit]

    def find_by_kind(self, job_id: int, level: str, *, limit: int = 200) -> list[Any]:
        return self.where(lambda row: (row.job_id, row.level) == (job_id, level))[:limit]

    def longest(self, job_id: int, limit: int = 10) -> list[Any]:
        rows = self.where(lambda row: row.job_id == job_id and row.duration_ms is not None)
        return sorted(rows, key=lambda row: (-row.duration_ms, row.id))[:limit]


class MemoryPeople(Twin):
    repository = UserRepository

    def get_by_username(self, username: str) -> Any:
        return self.first(lambda row: row.username_normalized == normalized(username))

    def get_by_email(self, email: str) -> Any:
        return self.first(lambda row: row.email_normalized == normalized(email))


class Stretches(Twin):
    """What silence and scenes share: stretches of a recording between two columns."""

    start, end, kind = "start_ms", "end_ms", "silence_type"

    def find_by_media(self, media_id: int, *, limit: int = 2000) -> list[Any]:
        rows = self.where(lambda row: row.media_id == media_id)
        return sorted(rows, key=lambda row: (getattr(row, self.start), row.id))[:limit]

    def find_in_range(self, media_id: int, start: int, end: int) -> list[Any]:
        rows = self.find_by_media(media_id)
        return [row for row in rows if getattr(row, self.start) < end and getattr(row, self.end) > start]

    def find_by_kind(self, media_id: int, kind: Any) -> list[Any]:
        return [row for row in self.find_by_media(media_id) if getattr(row, self.kind) == kind]

    def longest(self, media_id: int, limit: int = 10) -> list[Any]:
        rows = self.find_by_media(media_id)
        return sorted(rows, key=lambda row: (getattr(row, self.start) - getattr(row, self.end), row.id))[:limit]


class MemorySilences(Stretches):
    repository = SilenceRepository


class MemoryScenes(Stretches):
    repository = SceneRepository
    start, end, kind = "in_point", "out_point", "kind"


class MemoryHistory:
    """The audit log in memory: entries are only ever added."""

    def __init__(self) -> None:
        self.entries: list[AuditLog] = []

    def log_create(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        self._add(AuditAction.CREATE, entity_type, entity_id, changes, facts)

    def log_update(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        self._add(AuditAction.UPDATE, entity_type, entity_id, changes, facts)

    def log_delete(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        self._add(AuditAction.DELETE, entity_type, entity_id, changes, facts)

    def get_history(
        self, entity_type: str, entity_id: int, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]:
        mine = [row for row in self.entries if (row.entity_type, row.entity_id) == (entity_type, entity_id)]
        rows = [row for row in mine[::-1] if before is None or row.id < before]
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)

    def _add(self, action: AuditAction, entity_type: str, id: int, changes: dict[str, Any], facts: Any) -> None:
        row = entry(action, entity_type, id, changes, **facts)
        self.entries.append(AuditLog(id=len(self.entries) + 1, occurred_at=now(), **row))


def finds(words: list[str], text: str, name: str) -> bool:
    """Say whether all words are in the text, the last one as a beginning; or the only one is a piece of the name."""
    held = tokens(text)
    *whole, last = words
    if all(word in held for word in whole) and any(token.startswith(last) for token in held):
        return True
    return len(words) == 1 and len(last) >= 3 and any(last in token for token in tokens(name))


def _stats(row: Project) -> ProjectRow:
    names = ("slug", "name", "description", "media_count", "clip_count", "updated_at")
    return ProjectRow(**{name: getattr(row, name) for name in names}, role=MemberRole.OWNER)
