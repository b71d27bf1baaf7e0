"""What the project page may ask of its list of recordings, and what a line of the answer holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.media.models import MediaKind, MediaState


class MediaRow(Protocol):
    """One recording as lists show it; a recording itself will do as well."""

    id: int
    public_id: UUID
    project_id: int
    kind: MediaKind
    title: str
    filename: str
    state: MediaState
    file_size: int
    duration_frames: int
    rate_num: int
    rate_den: int
    variable_rate: bool
    width: int | None
    height: int | None
    video_codec: str | None
    audio_codec: str | None
    clip_count: int
    uploaded_by: int | None
    created_at: datetime


@dataclass(frozen=True)
class MediaFilter:
    """What the project page asks for; empty text means "all"."""

    q: str = ""
    type: str = ""
    status: str = ""
    sort: str = ""
    tag: str = ""

    @property
    def is_plain_search(self) -> bool:
        """Say whether words alone are asked for, in the usual order."""
        return bool(self.q) and not (self.type or self.status or self.sort or self.tag)

    @property
    def is_set(self) -> bool:
        return bool(self.q or self.type or self.status or self.tag)
