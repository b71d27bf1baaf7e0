"""What people and jobs do with recordings: register, rename, move, delete, restore."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.bulk import create_many
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound, Stale, TooLarge
from app.core.pagination import Page
from app.core.texts import say
from app.core.words import size
from app.jobs.models import Job
from app.jobs.service import JobService, NewJob, job_service
from app.media.filters import MediaFilter, MediaRow
from app.media.models import Media, MediaSource, MediaState
from app.media.moves import followers
from app.media.names import LONGEST_TITLE
from app.media.registration import NewMedia, row_of, work_key
from app.media.repository import MediaRepository
from app.projects.models import Project
from app.projects.service import ProjectService, Seat, project_service


class MediaService:
    """The rules of recordings."""

    def __init__(self, session: Session, media: MediaRepository, projects: ProjectService, jobs: JobService) -> None:
        self.session = session
        self.media = media
        self.projects = projects
        self.jobs = jobs

    def get_for(self, viewer: User, public_id: UUID, permission: str) -> tuple[Media, Seat]:
        """Return the recording and the viewer's seat; raises `NotFound` or `Forbidden`."""
        media = self.media.get_by_public_id(public_id)
        if media is None or media.deleted_at is not None:
            raise NotFound()
        return media, self.projects.seat_of(viewer, media.project_id, permission)

    def list_for(self, project: Project, wanted: MediaFilter, after: str | None) -> Page[MediaRow]:
        """Return 24 of a project's recordings in the wanted order."""
        return self.media.filtered(project.id, wanted, after=after)

    def refuse_duplicate(self, project: Project, sha256: str, field: str = "sha256") -> None:
        """Raise `Conflict` at `field`, naming the recording that has these bytes already."""
        known = self.media.find_by_sha256(project.id, sha256)
        if known is not None:
            raise Conflict(
                say("This is the same recording as “%(title)s”, which is already here.", title=known.title), field
            )

    def require_quota(self, project: Project, more_bytes: int) -> None:
        """Raise `TooLarge` where the project's storage limit would be passed."""
        if project.quota_bytes is None:
            return
        used = self.media.bytes_used(project.id)
        if used + more_bytes > project.quota_bytes:
            raise TooLarge(
                say(
                    "This project may hold %(size)s, and holds %(size2)s. An owner can change that.",
                    size=size(project.quota_bytes),
                    size2=size(used),
                )
            )

    def register(self, project: Project, new: NewMedia, person_id: int | None, kind: str = "ingest") -> Media:
        """Add the recording and the job that examines it, in one act.

        Raises `Conflict` for the same bytes or the same path in the project.
        """
        if new.sha256:
            self.refuse_duplicate(project, new.sha256)
        media = self.media.create(Media(**row_of(project.id, new, person_id)))
        self.projects.projects.add_counts(project.id, media=1)
        self.start(media, kind, person_id, new.job_params)
        return media

    def start(self, media: Media, kind: str, person_id: int | None, params: dict[str, Any] | None = None) -> Job:
        """Ask for a job on this recording; asking while one is active returns that one."""
        return self.jobs.enqueue(
            kind,
            project_id=media.project_id,
            media_id=media.id,
            name=media.title,
            params=params,
            created_by=person_id,
            idempotency_key=work_key(kind, media.public_id, media.sha256 or media.path_hash),
        )

    def register_many(self, project: Project, news: Sequence[NewMedia], person_id: int | None) -> list[UUID]:
        """Add thousands of recordings and their jobs in one act; return their ids in the order given.

        Raises `TooLarge` past the project's limit, and `Conflict` where one of them is here already.
        """
        self.require_quota(project, sum(new.file_size for new in news))
        rows = [{**row_of(project.id, new, person_id), "public_id": uuid4()} for new in news]
        ids = create_many(self.session, Media, rows)
        self.projects.projects.add_counts(project.id, media=len(rows))
        self.jobs.enqueue_many(
            [
                NewJob(
                    kind="ingest",
                    project_id=project.id,
                    media_id=id,
                    name=row["title"],
                    created_by=person_id,
                    idempotency_key=work_key("ingest", row["public_id"], row["sha256"] or row["path_hash"]),
                )
                for id, row in zip(ids, rows, strict=True)
            ]
        )
        return [row["public_id"] for row in rows]

    def edit(self, editor: User, media: Media, title: str, project_slug: str | None, version: int) -> Media:
        """Rename, and move where another project is named; raises `Stale`, `Invalid` or `Conflict`."""
        title = title.strip()
        if not 1 <= len(title) <= LONGEST_TITLE:
            raise Invalid("Use 1 to 255 characters.", "title")
        if version != media.version and title != media.title:
            raise Stale(
                say("Somebody saved this recording while you were editing."),
                {"title": title},
                {"title": media.title},
                media.version,
            )
        self.media.update(media, {"title": title})
        if project_slug:
            self._move(editor, media, project_slug)
        return media

    def delete(self, media: Media) -> None:
        """Put the recording in the trash with its clips; its running jobs are cancelled."""
        self.jobs.purge_for(media_id=media.id)
        self.media.update(media, {"deleted_at": now(), "sha256_live": None, "path_hash": None})
        self.projects.projects.add_counts(media.project_id, media=-1, clips=-media.clip_count)

    def restore(self, viewer: User, public_id: UUID) -> Media:
        """Take a recording out of the trash; raises `Conflict` where the same bytes are here again."""
        media = self.media.get_by_public_id(public_id)
        if media is None:
            raise NotFound()
        seat = self.projects.seat_of(viewer, media.project_id, "media:delete")
        if media.deleted_at is None:
            return media
        if media.sha256:
            self.refuse_duplicate(seat.project, media.sha256)
        self.media.restore(media)
        self.projects.projects.add_counts(media.project_id, media=1, clips=media.clip_count)
        if media.state is MediaState.PROCESSING:
            self.start(media, "ingest", viewer.id)
        return media

    def _move(self, editor: User, media: Media, slug: str) -> None:
        target = self.projects.get_for(editor, slug, "media:upload").project
        if target.id == media.project_id:
            return
        if media.source is MediaSource.SCAN:
            raise Invalid(
                say("This recording lies in its project’s folder on the server and stays with it."), "project"
            )
        if media.sha256:
            self.refuse_duplicate(target, media.sha256, "project")
        old_id = media.project_id
        self.media.update(media, {"project_id": target.id})
        self.projects.projects.add_counts(old_id, media=-1, clips=-media.clip_count)
        self.projects.projects.add_counts(target.id, media=1, clips=media.clip_count)
        self.jobs.jobs.move_media(media.id, target.id)
        for follow in followers:
            follow(self.session, media, old_id)


def media_service(session: Session) -> MediaService:
    """Build the service on this session."""
    return MediaService(session, MediaRepository(session), project_service(session), job_service(session))
