"""Every repository of the house, declared once: sync, async and in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.analysis.async_repository import (
    AsyncLayoutRepository,
    AsyncSceneRepository,
    AsyncSilenceRepository,
    AsyncTopicRepository,
)
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
from app.auth.protocols import AsyncPeople, People
from app.auth.repository import UserRepository
from app.clips.async_repository import AsyncClipRepository, AsyncExportRepository
from app.clips.protocols import AsyncClips, AsyncRenderedFiles, Clips, RenderedFiles
from app.clips.repository import ClipRepository, ExportRepository
from app.jobs.async_rows import AsyncJobRows, AsyncLogRows
from app.jobs.log_repository import LogRepository
from app.jobs.protocols import AsyncJobs, AsyncLogs, Jobs, Logs
from app.jobs.repository import JobRepository
from app.media.async_repository import AsyncMediaRepository
from app.media.protocols import AsyncRecordings, Recordings
from app.media.repository import MediaRepository
from app.projects.async_repository import AsyncProjectRepository
from app.projects.protocols import AsyncProjects, Projects
from app.projects.repository import ProjectRepository
from app.songs.async_repository import AsyncSongRepository
from app.songs.protocols import AsyncSongs, Songs
from app.songs.repository import SongRepository
from app.transcripts.async_repository import AsyncLineRepository, AsyncSpeakerRepository, AsyncTranscriptRepository
from app.transcripts.protocols import AsyncLines, AsyncSpeakers, AsyncTranscripts, Lines, Speakers, Transcripts
from app.transcripts.repository import LineRepository, SpeakerRepository, TranscriptRepository
from tests.core import memories, memories_said, memories_sung
from tests.core.planted import (
    Ground,
    a_clip,
    a_job,
    a_layout,
    a_line,
    a_person,
    a_project,
    a_recording,
    a_said_line,
    a_scene,
    a_silence,
    a_song,
    a_speaker,
    a_topic,
    a_transcript,
    an_export,
)


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
