"""Songs as pages and programs read them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.texts import later
from app.core.words import iso, lasts
from app.jobs.lists import ListedJob
from app.jobs.models import Job, JobStatus
from app.jobs.words import eta, stage_words
from app.media.files import Playable, playable, rendition_url
from app.media.models import Media, Rendition, RenditionKind
from app.media.reads import media_by_ids, renditions_of
from app.projects.models import Project
from app.songs import lrc
from app.songs.engine import WORDS
from app.songs.filters import SongRow
from app.songs.models import Song
from app.songs.service import fields_of

STEMS = (RenditionKind.VOCALS, RenditionKind.INSTRUMENTAL)
STEM_WORDS = {RenditionKind.VOCALS: later("Vocals"), RenditionKind.INSTRUMENTAL: later("Instrumental")}
# The work a song is about: any other job on its recording says nothing of its stems.
CANCELLED = later("It was cancelled before it was done.")


@dataclass(frozen=True)
class JobWords:
    """The newest job on a song's recording; `finished`: it ended well."""

    public_id: UUID
    status: str
    percent: int
    text: str
    eta: str | None
    reason: str | None


@dataclass(frozen=True)
class SongLine:
    """One song of a list."""

    public_id: UUID
    title: str
    artist: str
    album: str | None
    project_slug: str
    project_name: str
    duration_text: str | None
    date_added: datetime
    has_stems: bool
    has_times: bool
    job: JobWords | None


@dataclass(frozen=True)
class Stem:
    """One stem: where its bytes are, what made it, and whether the recording has changed since."""

    kind: str
    name: str
    url: str
    filename: str
    file_size: int
    made_by: str
    stale: bool


@dataclass(frozen=True)
class SungLine:
    """One line of the lyrics; `ms` is when it begins, None without times."""

    text: str
    ms: int | None = None
    at_text: str | None = None


@dataclass(frozen=True)
class Heard:
    """What the song's page plays and sings."""

    source: Playable | None
    stems: list[Stem]
    lines: list[SungLine]
    duration_s: float
    job: JobWords | None


def job_words(job: Job | ListedJob | None) -> JobWords | None:
    """Return how the newest job stands; None for none, and for one somebody put away."""
    if job is None or job.dismissed_at is not None:
        return None
    reason = CANCELLED if job.status is JobStatus.CANCELLED else job.error_message
    return JobWords(job.public_id, job.status.value, job.progress, stage_words(job), eta(job), reason)


def song_lines(session: Session, rows: Sequence[SongRow], projects: dict[int, Project]) -> list[SongLine]:
    """Return the rows of a list; two queries however many there are."""
    ids = [row.song.media_id for row in rows if row.song.media_id is not None]
    media, made = media_by_ids(session, ids), renditions_of(session, ids)
    return [
        _line(row, projects[row.song.project_id], media.get(row.song.media_id or 0), made.get(row.song.media_id or 0))
        for row in rows
    ]


def heard(session: Session, song: Song, media: Media | None, job: Job | None) -> Heard:
    """Return what the page of a song plays; one query."""
    made = renditions_of(session, [media.id])[media.id] if media is not None else {}
    return Heard(
        source=playable(media, made) if media is not None else None,
        stems=[_stem(song, media, made[kind]) for kind in STEMS if kind in made] if media is not None else [],
        lines=sung(song),
        duration_s=media.duration if media is not None else 0.0,
        job=job_words(job),
    )


def sung(song: Song) -> list[SungLine]:
    """Return the lines of the lyrics, timed where there are times."""
    timed = lrc.read(song.synced_lyrics or "").lines
    if timed:
        return [SungLine(line.text, line.ms, lasts(line.ms // 1000)) for line in timed]
    return [SungLine(text) for text in (song.lyrics or "").splitlines()]


def lrc_of(song: Song) -> str | None:
    """Return the timed lyrics as a file with the song's names; None without."""
    timed = lrc.read(song.synced_lyrics or "").lines
    return lrc.write(timed, {"title": song.title, "artist": song.artist, "album": song.album}) if timed else None


def filename_of(song: Song, ending: str) -> str:
    """Return what a file of this song is called."""
    return f"{song.artist} - {song.title}{ending}".replace("/", "-")


def row_dict(row: SongRow, media: Media | None, project: Project) -> dict[str, Any]:
    """Return what a list tells of a song."""
    song = row.song
    return {
        "public_id": str(song.public_id),
        "project": project.slug,
        "media": str(media.public_id) if media is not None else None,
        "title": song.title,
        "artist": song.artist,
        "album": song.album,
        "year": song.year,
        "genre": song.genre,
        "language": song.language,
        "source": song.source.value,
        "youtube": song.youtube_id,
        "date_added": iso(song.date_added),
        "job": {"public_id": str(row.job.public_id), "kind": row.job.kind, "status": row.job.status.value}
        if row.job
        else None,
        "version": song.version,
    }


def song_dict(song: Song, listed: dict[str, Any], played: Heard) -> dict[str, Any]:
    """Add to what lists tell of a song all else a program may know; times are milliseconds from the first tick."""
    stems = [
        {"kind": stem.kind, "url": stem.url, "file_size": stem.file_size, "made_by": stem.made_by, "stale": stem.stale}
        for stem in played.stems
    ]
    timed = [{"ms": line.ms, "text": line.text} for line in played.lines if line.ms is not None]
    return {
        **listed,
        "lyrics": song.lyrics,
        "synced_lyrics": timed,
        "stems": stems,
        "updated_at": iso(song.updated_at),
    }


def shown_fields(song: Song) -> dict[str, Any]:
    """Return what a person may change, by field."""
    return asdict(fields_of(song))


def _line(row: SongRow, project: Project, media: Media | None, made: dict[RenditionKind, Rendition] | None) -> SongLine:
    song = row.song
    return SongLine(
        public_id=song.public_id,
        title=song.title,
        artist=song.artist,
        album=song.album,
        project_slug=project.slug,
        project_name=project.name,
        duration_text=lasts(media.duration) if media is not None and media.duration_frames else None,
        date_added=song.date_added,
        has_stems=all(kind in (made or {}) for kind in STEMS),
        has_times=song.has_times,
        job=job_words(row.job),
    )


def _stem(song: Song, media: Media, made: Rendition) -> Stem:
    engine = str((made.details or {}).get("engine", ""))
    name = STEM_WORDS[made.kind]
    return Stem(
        kind=made.kind.value,
        name=name,
        url=rendition_url(media, made),
        filename=filename_of(song, f" ({name.lower()}).m4a"),
        file_size=made.file_size,
        made_by=WORDS.get(engine, engine),
        stale=made.source_sha256 != media.sha256,
    )
