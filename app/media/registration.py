"""A file that becomes a recording: what is known of it before anybody has measured it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.storage import path_hash
from app.media.models import MediaKind, MediaSource, MediaState
from app.media.names import LONGEST_TITLE, title_of


@dataclass(frozen=True)
class NewMedia:
    """A file that is safely in its place and wants to become a recording."""

    filename: str
    file_size: int
    sha256: str | None
    content_type: str
    kind: MediaKind
    source: MediaSource
    storage_key: str | None = None
    path: str | None = None
    source_url: str | None = None
    # What the job that makes it has to know.
    job_params: dict[str, Any] | None = None


def row_of(project_id: int, new: NewMedia, person_id: int | None) -> dict[str, Any]:
    """Return the columns of a recording that is still to be examined."""
    return {
        "project_id": project_id,
        "kind": new.kind,
        "title": title_of(new.filename),
        "filename": new.filename[:LONGEST_TITLE],
        "path": new.path,
        "path_hash": path_hash(new.path) if new.path else None,
        "storage_key": new.storage_key,
        "content_type": new.content_type,
        "file_size": new.file_size,
        "sha256": new.sha256,
        "sha256_live": new.sha256,
        "source": new.source,
        "source_url": new.source_url,
        "state": MediaState.PROCESSING,
        "uploaded_by": person_id,
    }


def work_key(kind: str, public_id: UUID, content: str | None) -> str:
    """Return the key under which the same work on the same bytes is asked for once."""
    return f"{kind}:{public_id}:{content}"
