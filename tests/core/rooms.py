"""Every repository of the house, declared once: sync, async and in memory, and the smallest row it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from app.analysis.async_repository import (
    AsyncLayoutRepository,
    AsyncSceneRepository,
    AsyncSilenceRepository,
    AsyncTopicRepository,
)
from app.analysis.models import ContentSegment, LayoutAnalysis, Scene, SceneKind, SilenceRegion, SilenceType
from app.analysis.protocols import (
    AsyncLayouts,
    AsyncScenes,
    AsyncSilences,
    AsyncTopics,
    Layouts,
    Scenes,
    Silences,
    Topics,
)
from app.analysis.repository import LayoutRepository, SceneRepository, SilenceRepository, TopicRepository
from app.audit.async_repository import AsyncAuditRepository
from app.audit.protocols import AsyncHistory, History
from app.audit.repository import AuditRepository
from app.auth.async_repository import AsyncUserRepository
from app.auth.models import User
from app.auth.protocols import AsyncPeople, People
from app.auth.repository import UserRepository
from app.clips.async_repository import AsyncClipRepository, AsyncExportRepository
from app.clips.models import Clip, ClipExport
from app.clips.protocols import AsyncClips, AsyncRenderedFiles, Clips, RenderedFiles
from app.clips.repository import ClipRepository, ExportRepository
from app.core.clock import now
from app.core.storage import path_hash
from app.jobs.async_rows import AsyncJobRows, AsyncLogRows
from app.jobs.log_repository import LogRepository
from app.jobs.models import Job, ProcessingLog
from app.jobs.protocols import AsyncJobs, AsyncLogs, Jobs, Logs
from app.jobs.repository import JobRepository
from app.media.async_repository import AsyncMediaRepository
from app.media.models import Media
from app.media.protocols import AsyncRecordings, Recordings
from app.media.repository import MediaRepository
from app.projects.async_repository import AsyncProjectRepository
from app.projects.models import Project
from app.projects.protocols import AsyncProjects, Projects
from app.projects.repository import ProjectRepository
from app.songs.async_repository import AsyncSongRepository
from app.songs.models import Song
from app.songs.protocols import AsyncSongs, Songs
from app.songs.repository import SongRepository
from app.transcripts.async_repository import AsyncLineRepository, AsyncSpeakerRepository, AsyncTranscriptRepository
from app.transcripts.models import Speaker, Transcript, TranscriptSegment, TranscriptSource
from app.transcripts.protocols import AsyncLines, AsyncSpeakers, AsyncTranscripts, Lines, Speakers, Transcripts
from app.transcripts.repository import LineRepository, SpeakerRepository, TranscriptRepository
from tests.core import memories, memories_said, memories_sung

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


@dataclass(frozen=True)
class Room:
    """One repository in its three shapes, and its protocols."""

    name: str
    sync: type[Any]
    asynchronous: type[Any]
    memory: type[Any]
    protocols: tuple[type[Any], type[Any]]
    make: Callable[[Ground], Any] | None = None
    change: tuple[str, Any] | None = None
    unique: tuple[str, ...] = ()
    # Each row stands on ground of its own: a recording has only one.
    alone: bool = False


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


PROJECTS = Room(
    "projects",
    ProjectRepository,
    AsyncProjectRepository,
    memories.MemoryProjects,
    (Projects, AsyncProjects),
    a_project,
    ("description", "Oak"),
    ("name",),
)
RECORDINGS = Room(
    "media",
    MediaRepository,
    AsyncMediaRepository,
    memories.MemoryRecordings,
    (Recordings, AsyncRecordings),
    a_recording,
    ("title", "Oak"),
    ("sha256_live",),
)
CLIPS = Room(
    "clips",
    ClipRepository,
    AsyncClipRepository,
    memories.MemoryClips,
    (Clips, AsyncClips),
    a_clip,
    ("notes", "Oak"),
)
EXPORTS = Room(
    "exports",
    ExportRepository,
    AsyncExportRepository,
    memories.MemoryExports,
    (RenderedFiles, AsyncRenderedFiles),
    an_export,
    unique=("clip_id", "clip_version", "format", "settings_hash"),
)
JOBS = Room(
    "jobs",
    JobRepository,
    AsyncJobRows,
    memories.MemoryJobs,
    (Jobs, AsyncJobs),
    a_job,
    ("name", "Oak"),
    ("idempotency_key",),
)
LOGS = Room("logs", LogRepository, AsyncLogRows, memories.MemoryLogs, (Logs, AsyncLogs), a_line)
PEOPLE = Room(
    "people",
    UserRepository,
    AsyncUserRepository,
    memories.MemoryPeople,
    (People, AsyncPeople),
    a_person,
    ("locale", "nb"),
    ("email_normalized",),
)
SILENCES = Room(
    "silence",
    SilenceRepository,
    AsyncSilenceRepository,
    memories.MemorySilences,
    (Silences, AsyncSilences),
    a_silence,
)
SCENES = Room(
    "scenes",
    SceneRepository,
    AsyncSceneRepository,
    memories.MemoryScenes,
    (Scenes, AsyncScenes),
    a_scene,
    ("label", "Oak"),
    ("media_id", "seq"),
)
TOPICS = Room(
    "topics",
    TopicRepository,
    AsyncTopicRepository,
    memories_said.MemoryTopics,
    (Topics, AsyncTopics),
    a_topic,
    ("description", "Oak"),
    ("media_id", "job_id", "seq"),
)
LAYOUTS = Room(
    "layouts",
    LayoutRepository,
    AsyncLayoutRepository,
    memories_said.MemoryLayouts,
    (Layouts, AsyncLayouts),
    a_layout,
    ("split_ratio", 0.5),
    ("media_id",),
    alone=True,
)
TRANSCRIPTS = Room(
    "transcripts",
    TranscriptRepository,
    AsyncTranscriptRepository,
    memories_said.MemoryTranscripts,
    (Transcripts, AsyncTranscripts),
    a_transcript,
    ("engine", "Oak"),
    ("media_id", "language", "source"),
)
LINES = Room(
    "lines",
    LineRepository,
    AsyncLineRepository,
    memories_said.MemoryLines,
    (Lines, AsyncLines),
    a_said_line,
    ("text", "Oak"),
    ("transcript_id", "seq"),
)
SPEAKERS = Room(
    "speakers",
    SpeakerRepository,
    AsyncSpeakerRepository,
    memories_said.MemorySpeakers,
    (Speakers, AsyncSpeakers),
    a_speaker,
    ("display_name", "Oak"),
    ("media_id", "label"),
)
SONGS = Room(
    "songs",
    SongRepository,
    AsyncSongRepository,
    memories_sung.MemorySongs,
    (Songs, AsyncSongs),
    a_song,
    ("album", "Oak"),
    ("project_id", "youtube_id"),
)
HISTORY = Room("history", AuditRepository, AsyncAuditRepository, memories.MemoryHistory, (History, AsyncHistory))

ROOMS = (
    PROJECTS,
    RECORDINGS,
    CLIPS,
    EXPORTS,
    JOBS,
    LOGS,
    PEOPLE,
    SILENCES,
    SCENES,
    TOPICS,
    LAYOUTS,
    TRANSCRIPTS,
    LINES,
    SPEAKERS,
    SONGS,
)
