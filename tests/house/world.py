"""One of everything in three projects, people around them, and a way to put it all back."""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.analysis.models import ContentSegment
from app.audit.models import AuditLog
from app.auth.models import User
from app.clips.models import ClipExport
from app.config import Settings
from app.core.clock import now
from app.core.db import db, session_scope
from app.core.storage import sha256_of
from app.jobs import engine as job_engine
from app.jobs.models import Job, JobStatus
from app.media.models import Media, Rendition, RenditionKind, Upload
from app.media.service import media_service
from app.projects.models import MemberRole, Project
from app.projects.service import project_service
from app.songs.service import SongFields, song_service
from app.transcripts.speakers import speaker_service
from tests.factories import join, make_admin, make_clip, make_media_of, make_project, make_transcript, make_user
from tests.visitors import Visitor

# What a look at a page may change: when a session was last seen, and that a file was taken.
MAY_CHANGE = frozenset({"user_sessions", "audit_log"})
FRAMES = 40


@dataclass(frozen=True)
class Things:
    """The ids of one project's things, as addresses name them."""

    slug: str
    media: UUID
    clip: UUID
    other: UUID
    gone_clip: UUID
    gone_media: UUID
    export: UUID
    line: UUID
    speaker: UUID
    topic: UUID
    song: UUID
    job: UUID
    failed_job: UUID
    person: UUID
    entry: int


@dataclass
class World:
    """The app, its people by role, and its projects: `own` (they are members), `foreign`, `archived`."""

    app: Flask
    people: dict[str, User] = field(default_factory=dict)
    projects: dict[str, Things] = field(default_factory=dict)
    uploads: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        settings: Settings = self.app.config["SETTINGS"]
        return settings.instance / "rushes.db"

    def visitor(self, role: str) -> Visitor:
        """Return a browser of the person in this role; `signed out` is nobody."""
        return Visitor(self.app, self.people.get(role))

    def save(self) -> None:
        """Remember the database as it is now."""
        self._forget_connections()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._forget_connections()
        shutil.copy(self.path, self.path.with_suffix(".saved"))

    def put_back(self) -> None:
        """Bring the database back to what was saved."""
        self._forget_connections()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.path.with_suffix(".saved"), self.path)

    def digest(self) -> str:
        """Return a hash of every row of every table of ours that looking must not change."""
        total = hashlib.sha256()
        with db.engine.connect() as connection:
            for table in db.metadata.sorted_tables:
                if table.name not in MAY_CHANGE:
                    rows = sorted(map(repr, connection.execute(sa.select(table))))
                    total.update(f"{table.name}{rows}".encode())
        return total.hexdigest()

    def _forget_connections(self) -> None:
        db.session.remove()
        db.engine.dispose()
        job_engine.close()


def build(app: Flask, recording: Path) -> World:
    """Make the people and their projects."""
    world = World(app)
    for role in ("outsider", "viewer", "editor", "owner", "disabled"):
        world.people[role] = make_user(role)
    world.people["admin"] = make_admin("admin")
    world.projects["own"] = _furnish(world, make_project(world.people["owner"], "Own"), recording)
    world.projects["archived"] = _furnish(world, make_project(world.people["owner"], "Archived"), recording)
    world.projects["foreign"] = _furnish(world, make_project(make_user("stranger"), "Foreign"), recording)
    with session_scope() as session:
        archived = project_service(session).projects.find_by_slug("archived")
        if archived is not None:
            project_service(session).archive(archived)
    return world


def disable(world: World) -> None:
    """Shut out the person whose browser is already signed in."""
    with session_scope() as session:
        session.merge(world.people["disabled"]).is_active = False


def _furnish(world: World, project: Project, recording: Path) -> Things:
    root = world.app.config["SETTINGS"].media_root
    owner = world.people["owner"]
    if project.name != "Foreign":
        for role in ("viewer", "editor", "disabled"):
            join(project, world.people[role], MemberRole.EDITOR if role != "viewer" else MemberRole.VIEWER)
    media = make_media_of(project, recording, root, duration_frames=FRAMES, uploaded_by=owner.id)
    gone = make_media_of(project, recording, root, duration_frames=FRAMES, sha256_live=None, deleted_at=now())
    clips = [make_clip(owner, media, 5, 15, title) for title in ("Keel", "Mast", "Gone")]
    _render_files(media, root)
    export = _export(media, clips[0].id, root)
    said = _said(owner, media)
    jobs = _jobs(media)
    for role, person in world.people.items():
        world.uploads[role, project.slug] = _upload(project, person, root)
    with session_scope() as session:
        session.merge(clips[2]).deleted_at = now()
    ids = [clip.public_id for clip in clips]
    about = (world.people["editor"].public_id, _entry(clips[0].id))
    found = (_topic(media), _song(owner, media))
    return Things(project.slug, media.public_id, *ids, gone.public_id, export, *said, *found, *jobs, *about)


def _render_files(media: Media, root: Path) -> None:
    """Put a picture in the place of each file made from a recording."""
    made = root / "made" / media.public_id.hex
    (made / "frames").mkdir(parents=True)
    for name in ("poster.png", "filmstrip.png", "frames/0.jpg"):
        Image.new("L", (64, 9)).save(made / name)
    facts: dict[str, Any] = {"tiles": [0, 10], "width": 32, "height": 9}
    with session_scope() as session:
        for kind in (RenditionKind.POSTER, RenditionKind.FILMSTRIP):
            key = f"made/{media.public_id.hex}/{kind.value}.png"
            session.add(Rendition(media_id=media.id, kind=kind, path=key, content_type="image/png", details=facts))


def _export(media: Media, clip_id: int, root: Path) -> UUID:
    key = f"made/{media.public_id.hex}/render/Keel.mp4"
    (root / key).parent.mkdir()
    (root / key).write_bytes(b"a rendered file")
    Image.new("L", (8, 8)).save((root / key).parent / "source_first.jpg")
    about = {"project_id": media.project_id, "media_id": media.id, "clip_id": clip_id, "clip_version": 1}
    file = {"format": "mp4", "filename": "Keel.mp4", "path": key, "file_size": 15, "sha256": sha256_of(root / key)}
    proof = {"verdict": "passed", "in_point": 5, "out_point": 15, "expected_frames": 10, "actual_frames": 10}
    with session_scope() as session:
        export = ClipExport(**about, **file, settings_hash="h", certificate_json=proof)
        session.add(export)
    return export.public_id


def _said(person: User, media: Media) -> tuple[UUID, UUID]:
    transcript = make_transcript(media, ["Said here", "Said there"])
    with session_scope() as session:
        speaker = speaker_service(session).named(session.get_one(Media, media.id), "Somebody")
    return transcript.lines[0].public_id, speaker.public_id


def _topic(media: Media) -> UUID:
    about = {"project_id": media.project_id, "media_id": media.id, "seq": 0, "start_ms": 0, "end_ms": 1000}
    with session_scope() as session:
        topic = ContentSegment(**about, topic="Keels", description="We laid the keel.", importance_score=0.5)
        session.add(topic)
    return topic.public_id


def _song(person: User, media: Media) -> UUID:
    fields = SongFields("Keel", "Marit", lyrics="We laid the keel", synced_lyrics="[00:00.20]We laid the keel")
    with session_scope() as session:
        project = session.get_one(Project, media.project_id)
        song = song_service(session).create_song(person, project, fields, session.get_one(Media, media.id))
    return song.public_id


def _jobs(media: Media) -> tuple[UUID, UUID]:
    with session_scope() as session:
        fresh = session.get_one(Media, media.id)
        failed = media_service(session).start(fresh, "ingest", None)
        failed.status, failed.error_message, failed.idempotency_key = JobStatus.FAILED, "Broken.", None
        session.flush()
        waiting: Job = media_service(session).start(fresh, "ingest", None)
        return waiting.public_id, failed.public_id


def _entry(clip_id: int) -> int:
    """Return the entry that tells of a clip's making."""
    with session_scope() as session:
        made = sa.select(AuditLog.id).where(AuditLog.entity_type == "clip", AuditLog.entity_id == clip_id)
        return session.scalars(made.order_by(AuditLog.id)).first() or 0


def _upload(project: Project, person: User, root: Path) -> UUID:
    with session_scope() as session:
        facts = {"filename": "a.mp4", "size_bytes": 1000, "expires_at": now().replace(year=now().year + 1)}
        upload = Upload(project_id=project.id, user_id=person.id, **facts)
        session.add(upload)
        session.flush()
        (root / "incoming" / upload.public_id.hex).touch()
        return upload.public_id
