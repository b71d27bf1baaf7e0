"""The smallest row each repository takes, and the rows that others point at."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from app.analysis.models import ContentSegment, LayoutAnalysis, Scene, SceneKind, SilenceRegion, SilenceType
from app.auth.models import User
from app.clips.models import Clip, ClipExport
from app.core.clock import now
from app.core.storage import path_hash
from app.jobs.models import Job, ProcessingLog
from app.media.models import Media
from app.projects.models import Project
from app.songs.models import Song
from app.transcripts.models import Speaker, Transcript, TranscriptSegment, TranscriptSource

# Unlike in any other row, so that tests may share a database.
number = count(1).__next__


@dataclass(frozen=True)
class Ground:
    """What the rows under test point at."""

    user: int
    project: int
    media: int
    job: int
    clip: int
    transcript: int = 0


def a_project(ground: Ground | None = None, **columns: Any) -> Project:
    name = f"Project {number()}"
    facts = {"name": name, "slug": name.lower().replace(" ", "-"), "workspace_path": f"/{name}"}
    return Project(**{**facts, "workspace_hash": path_hash(f"/{name}"), **columns})


def a_recording(ground: Ground, **columns: Any) -> Media:
    digest = f"{number():064x}"
    facts = {"project_id": ground.project, "title": "Keel", "filename": "keel.mov", "duration_frames": 1000}
    return Media(**{**facts, "sha256": digest, "sha256_live": digest, **columns})


def a_clip(ground: Ground, **columns: Any) -> Clip:
    facts = {"project_id": ground.project, "media_id": ground.media, "title": "Launch"}
    return Clip(**{**facts, "in_point": 10, "out_point": 20, "clip_order": number(), **columns})


def an_export(ground: Ground, **columns: Any) -> ClipExport:
    facts = {"project_id": ground.project, "media_id": ground.media, "clip_id": ground.clip, "format": "mp4"}
    file = {"filename": "launch.mp4", "path": "exports/1", "file_size": 1, "sha256": "0" * 64}
    rest = {"settings_hash": f"{number():064x}", "certificate_json": {}, "clip_version": 1}
    return ClipExport(**{**facts, **file, **rest, **columns})


def a_job(ground: Ground, **columns: Any) -> Job:
    facts = {"project_id": ground.project, "media_id": ground.media, "kind": "ingest", "name": "Keel"}
    return Job(**{**facts, "idempotency_key": f"key {number()}", **columns})


def a_line(ground: Ground, **columns: Any) -> ProcessingLog:
    return ProcessingLog(**{"job_id": ground.job, "status": "done", "message": "Done.", "timestamp": now(), **columns})


def a_person(ground: Ground | None = None, **columns: Any) -> User:
    name = f"person{number()}"
    facts = {"username": name, "username_normalized": name, "display_name": name, "email": f"{name}@example.org"}
    return User(**{**facts, "email_normalized": f"{name}@example.org", **columns})


def a_silence(ground: Ground, **columns: Any) -> SilenceRegion:
    facts = {"media_id": ground.media, "start_ms": 0, "end_ms": 500, "silence_type": SilenceType.AUDIO}
    return SilenceRegion(**{**facts, **columns})


def a_scene(ground: Ground, **columns: Any) -> Scene:
    facts = {"media_id": ground.media, "seq": number(), "in_point": 0, "out_point": 25, "kind": SceneKind.SHOT}
    return Scene(**{**facts, **columns})


def a_topic(ground: Ground, **columns: Any) -> ContentSegment:
    facts = {"project_id": ground.project, "media_id": ground.media, "job_id": ground.job, "seq": number()}
    return ContentSegment(**{**facts, "start_ms": 0, "end_ms": 900, "topic": "Keels", **columns})


def a_layout(ground: Ground, **columns: Any) -> LayoutAnalysis:
    return LayoutAnalysis(**{"project_id": ground.project, "media_id": ground.media, **columns})


def a_transcript(ground: Ground, **columns: Any) -> Transcript:
    facts = {"project_id": ground.project, "media_id": ground.media, "source": TranscriptSource.SPEECH}
    return Transcript(**{**facts, "language": f"l{number()}", **columns})


def a_said_line(ground: Ground, **columns: Any) -> TranscriptSegment:
    facts = {"project_id": ground.project, "media_id": ground.media, "transcript_id": ground.transcript}
    return TranscriptSegment(**{**facts, "seq": number(), "start_ms": 0, "end_ms": 900, "text": "Keel", **columns})


def a_speaker(ground: Ground, **columns: Any) -> Speaker:
    facts = {"project_id": ground.project, "media_id": ground.media, "display_name": "Marit"}
    return Speaker(**{**facts, "label": f"S{number()}", **columns})


def a_song(ground: Ground, **columns: Any) -> Song:
    return Song(**{"project_id": ground.project, "title": "Keel", "youtube_id": f"id{number()}", **columns})
