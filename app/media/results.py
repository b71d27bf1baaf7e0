"""What the jobs write about a recording: its facts, the files made from it, and its state when they end."""

from typing import Any

from sqlalchemy.orm import Session

from app.core.timecode import TimecodeError, parse_timecode
from app.jobs.hooks import on_finished
from app.jobs.models import Job, JobStatus
from app.media.models import Media, MediaKind, MediaState, Rendition, RenditionKind
from app.media.names import title_of
from app.media.repository import MediaRepository

# What of the probe's facts are columns; the rest is kept as it came.
COLUMNS = (
    "content_type",
    "duration_frames",
    "rate_num",
    "rate_den",
    "drop_frame",
    "variable_rate",
    "first_pts",
    "width",
    "height",
    "video_codec",
    "audio_codec",
    "audio_channels",
    "sample_rate",
)
KEPT = (
    "container",
    "rotation",
    "time_base_num",
    "time_base_den",
    "pixel_format",
    "longest_gop",
    "plays_in_browser",
    "bit_rate",
    "streams",
    "tags",
)
INGESTS = ("ingest", "demo", "song", "fetch", "reel")


def keep_probe(session: Session, media_id: int, facts: dict[str, Any]) -> None:
    """Write what the probe found; probing again writes the same."""
    media = session.get(Media, media_id)
    if media is None:
        return
    changes = {name: facts.get(name) for name in COLUMNS if facts.get(name) is not None}
    changes["kind"] = MediaKind(facts["kind"])
    changes["start_timecode"] = _readable_timecode(facts)
    changes["probe_json"] = {name: facts.get(name) for name in KEPT}
    MediaRepository(session).update(media, changes)


def keep_rendition(session: Session, rendition: Rendition) -> str | None:
    """Put a file's row in place of the one of its kind; return the key nobody names any more."""
    if session.get(Media, rendition.media_id) is None:
        return rendition.path
    return MediaRepository(session).put_rendition(rendition)


def keep_file(session: Session, media_id: int, sha256: str, size: int, key: str) -> None:
    """Write where a file made here lies, as an upload would have."""
    media = session.get(Media, media_id)
    if media is not None:
        live = sha256 if media.deleted_at is None else None
        changes = {"sha256": sha256, "sha256_live": live, "file_size": size, "storage_key": key}
        MediaRepository(session).update(media, changes)


def keep_fetched(session: Session, media_id: int, facts: dict[str, Any]) -> str | None:
    """Write what was fetched; return instead the title of the recording that has the same bytes.

    `facts`: `sha256`, `size`, `key`, `filename`, `content_type`. A title somebody gave meanwhile stays.
    """
    media = session.get(Media, media_id)
    if media is None or media.deleted_at is not None:
        return None
    twin = MediaRepository(session).find_by_sha256(media.project_id, facts["sha256"])
    if twin is not None and twin.id != media.id:
        return twin.title
    title = title_of(facts["filename"]) if media.title == title_of(media.filename) else media.title
    changes = {"title": title, "filename": facts["filename"], "content_type": facts["content_type"]}
    MediaRepository(session).update(media, changes)
    keep_file(session, media_id, facts["sha256"], facts["size"], facts["key"])
    return None


def keep_hash(session: Session, media_id: int, sha256: str) -> str | None:
    """Write what a file's bytes hash to; return instead the title of the recording that has the same bytes."""
    media = session.get(Media, media_id)
    if media is None or media.deleted_at is not None:
        return None
    twin = MediaRepository(session).find_by_sha256(media.project_id, sha256)
    if twin is not None and twin.id != media.id:
        return twin.title
    MediaRepository(session).update(media, {"sha256": sha256, "sha256_live": sha256})
    return None


@on_finished(*INGESTS)
def settle_state(session: Session, job: Job) -> None:
    """Let the recording's state follow its job, in the transaction that ends the job."""
    if job.media_id is None:
        return
    media = session.get(Media, job.media_id)
    if media is None:
        return
    usable = media.duration_frames > 0
    state = MediaState.READY if job.status is JobStatus.COMPLETED else MediaState.FAILED
    # A cancelled or broken later stage takes nothing from a recording that can be played and cut.
    if job.status is JobStatus.CANCELLED and usable:
        state = MediaState.READY
    MediaRepository(session).set_state(media.id, state)


def rendition_of(media_id: int, kind: RenditionKind, key: str, facts: dict[str, Any]) -> Rendition:
    """Return the row of a file at `key`; `facts` are its columns and details."""
    return Rendition(media_id=media_id, kind=kind, path=key, **facts)


def _readable_timecode(facts: dict[str, Any]) -> str | None:
    """Return the file's start timecode where it names a frame at the file's rate; cameras write nonsense too."""
    label = facts.get("start_timecode")
    if not label or facts["kind"] != "video":
        return None
    try:
        parse_timecode(label, facts["rate_num"], facts["rate_den"], bool(facts.get("drop_frame")))
    except TimecodeError:
        return None
    return str(label)
