"""What is stored about a recording's clips, and a file that was rendered of one."""

from typing import Any

from flask import Flask

from app.clips.models import Clip, ClipExport
from app.core.db import transaction
from app.core.storage import sha256_of
from app.media.models import Media
from app.projects.models import Project


def counts(media: Media) -> tuple[int, int, int]:
    """Return the recording's clip count and longest clip, and the project's clip count, as stored."""
    with transaction() as session:
        session.expire_all()
        fresh = session.get_one(Media, media.id)
        project = session.get_one(Project, fresh.project_id)
        return fresh.clip_count, fresh.longest_clip, project.clip_count


def make_export(app: Flask, clip: Clip, media: Media, **columns: Any) -> ClipExport:
    """Return a rendered file of the clip as it is now, with its certificate."""
    key = f"exports/{clip.public_id.hex}/clip.mp4"
    path = app.config["SETTINGS"].media_root / key
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a rendered file")
    proof = {"verdict": "passed", "in_point": clip.in_point, "out_point": clip.out_point}
    facts: dict[str, Any] = {
        "project_id": media.project_id,
        "media_id": media.id,
        "clip_id": clip.id,
        "clip_version": clip.version,
        "format": "mp4",
        "filename": f"{clip.title}.mp4",
        "path": key,
        "file_size": path.stat().st_size,
        "sha256": sha256_of(path),
        "settings_hash": "settings",
        "certificate_json": {**proof, "expected_frames": clip.length, "actual_frames": clip.length},
    }
    with transaction() as session:
        export = ClipExport(**{**facts, **columns})
        session.add(export)
    return export
