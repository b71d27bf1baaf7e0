"""Recordings, and the files made from them, as programs read them."""

from collections.abc import Iterable
from typing import Any

from app.core.words import iso
from app.media.files import rendition_url
from app.media.filters import MediaRow
from app.media.models import Media, Rendition


def row_dict(media: MediaRow) -> dict[str, Any]:
    """Return what a list tells of a recording; `duration_frames` are ticks at `rate_num / rate_den` a second."""
    return {
        "public_id": str(media.public_id),
        "title": media.title,
        "filename": media.filename,
        "kind": media.kind.value,
        "state": media.state.value,
        "file_size": media.file_size,
        "duration_frames": media.duration_frames,
        "rate_num": media.rate_num,
        "rate_den": media.rate_den,
        "variable_rate": media.variable_rate,
        "width": media.width,
        "height": media.height,
        "video_codec": media.video_codec,
        "audio_codec": media.audio_codec,
        "clip_count": media.clip_count,
        "created_at": iso(media.created_at),
    }


def media_dict(media: Media, project_slug: str) -> dict[str, Any]:
    """Return everything a program may know of a recording."""
    return {
        **row_dict(media),
        "project": project_slug,
        "content_type": media.content_type,
        "sha256": media.sha256,
        "start_timecode": media.start_timecode,
        "drop_frame": media.drop_frame,
        "audio_channels": media.audio_channels,
        "sample_rate": media.sample_rate,
        "source": media.source.value,
        "file_url": f"/m/{media.public_id}/file",
        "version": media.version,
        "updated_at": iso(media.updated_at),
    }


def rendition_dicts(media: Media, renditions: Iterable[Rendition]) -> list[dict[str, Any]]:
    """Return what was made of a recording, and where its bytes are."""
    return [
        {
            "kind": each.kind.value,
            "content_type": each.content_type,
            "file_size": each.file_size,
            "width": each.width,
            "height": each.height,
            "url": rendition_url(media, each),
            "created_at": iso(each.created_at),
        }
        for each in renditions
    ]
