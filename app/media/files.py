"""Where a recording's files lie, and which of them a browser plays."""

from dataclasses import dataclass
from pathlib import Path

from app.core.errors import NotFound
from app.core.storage import LocalStorage
from app.core.texts import say
from app.media.filters import MediaRow
from app.media.models import Media, MediaKind, Rendition, RenditionKind

# What Chromium and Firefox play as it is; everything else waits for its proxy.
PLAYED_TYPES = {"video/quicktime": "video/mp4"}


@dataclass(frozen=True)
class Playable:
    """What the player loads: a URL, its type, and where the recording's first tick lies in it."""

    url: str
    content_type: str
    offset_s: float = 0.0


def original(storage: LocalStorage, media: Media) -> Path:
    """Return the original's file; raises `NotFound` where it is gone."""
    path = Path(media.path) if media.path else storage.path_of(media.storage_key or "blobs/none")
    if not path.is_file():
        raise NotFound(say("The file of this recording is not where it was."))
    return path


def playable(media: Media, renditions: dict[RenditionKind, Rendition]) -> Playable | None:
    """Return what a browser can play: the proxy where there is one, else an original it understands."""
    proxy = renditions.get(RenditionKind.PROXY)
    if proxy is not None:
        return Playable(rendition_url(media, proxy), proxy.content_type)
    probe = media.probe_json or {}
    if not probe.get("plays_in_browser"):
        return None
    served = PLAYED_TYPES.get(media.content_type, media.content_type)
    time_base = probe.get("time_base_num", 0) / (probe.get("time_base_den") or 1)
    offset = media.first_pts * time_base if media.kind is MediaKind.VIDEO else 0.0
    return Playable(f"/m/{media.public_id}/file?play=1", served, offset)


def rendition_url(media: MediaRow, rendition: Rendition) -> str:
    """Return an address that changes with the file's content, so that it may be kept for ever."""
    return f"/m/{media.public_id}/renditions/{rendition.kind.value}?v={rendition.path.rsplit('-', 1)[-1][:16]}"
