"""Clips and their rendered files as programs read them."""

from typing import Any
from uuid import UUID

from app.clips.models import Clip, ClipExport
from app.core.words import iso


def clip_dict(clip: Clip, media_public_id: UUID) -> dict[str, Any]:
    """Return a clip; its points are ticks of the recording, the out point the first tick not kept."""
    return {
        "public_id": str(clip.public_id),
        "media": str(media_public_id),
        "title": clip.title,
        "topic": clip.topic,
        "notes": clip.notes,
        "in_point": clip.in_point,
        "out_point": clip.out_point,
        "origin": clip.origin.value,
        "state": clip.state.value,
        "clip_order": clip.clip_order,
        "version": clip.version,
        "created_at": iso(clip.created_at),
        "updated_at": iso(clip.updated_at),
    }


def export_dict(clip: Clip, export: ClipExport) -> dict[str, Any]:
    """Return a rendered file, and where its bytes and its certificate are."""
    place = f"/clips/{clip.public_id}"
    return {
        "public_id": str(export.public_id),
        "format": export.format,
        "filename": export.filename,
        "file_size": export.file_size,
        "sha256": export.sha256,
        "clip_version": export.clip_version,
        "verdict": export.certificate_json.get("verdict"),
        "url": f"{place}/export/{export.public_id}",
        "certificate_url": f"{place}/certificate.json?export={export.public_id}",
        "created_at": iso(export.created_at),
    }
