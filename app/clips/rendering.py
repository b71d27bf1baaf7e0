"""Ask for a clip's file, keep it with its certificate, and hand several out as one archive."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import User
from app.clips.models import Clip, ClipExport
from app.clips.repository import ExportRepository
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import say
from app.jobs.models import Job
from app.jobs.service import JobService, job_service
from app.media.models import Media, MediaKind, MediaState
from app.media.sweeper import names_folders

MODES = ("exact", "smart")
# Raise it when the same settings make other bytes: then what was rendered before no longer counts as the same.
RECIPE = 1


@dataclass(frozen=True)
class Rendered:
    """A finished, proven file that is safely in its place."""

    key: str
    sha256: str
    size: int
    certificate: dict[str, Any]


class RenderService:
    """The rules of rendering."""

    def __init__(self, session: Session, exports: ExportRepository, jobs: JobService) -> None:
        self.session = session
        self.exports = exports
        self.jobs = jobs

    def request(self, person: User, clip: Clip, media: Media, mode: str) -> Job:
        """Ask for a file of the clip as it is now.

        Raises `Conflict` where this version was rendered so before, `Invalid` for a mode we do not know or a
        recording that is not measured.
        """
        if mode not in MODES:
            raise Invalid(say("Choose exact or smart."), "mode")
        if media.state is MediaState.MISSING or media.duration_frames == 0:
            raise Invalid(say("This recording is not measured, so nothing can be cut from it."), "mode")
        settings = settings_of(media, mode)
        if self.exports.find_same(clip.id, clip.version, format_of(media), hash_of(settings)):
            raise Conflict(say("This version of the clip has been rendered so already."), "mode")
        return self.jobs.enqueue(
            "render",
            project_id=clip.project_id,
            media_id=media.id,
            clip_id=clip.id,
            name=clip.title,
            params={
                **settings,
                "format": format_of(media),
                "clip_version": clip.version,
                "in_point": clip.in_point,
                "out_point": clip.out_point,
            },
            created_by=person.id,
            idempotency_key=f"render:{clip.public_id}:{clip.version}:{hash_of(settings)}",
            priority=50,
        )

    def get_export(self, clip: Clip, public_id: UUID | None) -> ClipExport:
        """Return the named file of this clip, or its newest; raises `NotFound` where there is none."""
        found = self.exports.find_by_clips([clip.id])[clip.id]
        for export in found:
            if public_id is None or export.public_id == public_id:
                return export
        raise NotFound(say("This clip has no such file."))


def format_of(media: Media) -> str:
    """Return the ending of the files clips of this recording become."""
    return "mp4" if media.kind is MediaKind.VIDEO else "wav"


def smart_note(media: Media) -> str | None:
    """Return why smart is no better than exact here, or None where it may be."""
    if media.kind is MediaKind.AUDIO:
        return say("For sound there is nothing to copy: both make the same file.")
    if media.video_codec != "h264":
        return say("This recording’s codec cannot be copied in parts, so smart does what exact does.")
    return None


def settings_of(media: Media, mode: str) -> dict[str, Any]:
    """Return everything that decides the bytes of a rendered file."""
    return {"mode": mode, "recipe": RECIPE, "source": media.sha256 or media.path_hash}


def hash_of(settings: dict[str, Any]) -> str:
    """Return one short name for a set of settings."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def keep_export(session: Session, job: Job, rendered: Rendered) -> ClipExport | None:
    """Add the row of a proven file; rendering the same version again keeps the first. None where the clip is gone."""
    clip = session.get(Clip, job.clip_id)
    media = session.get(Media, clip.media_id) if clip else None
    if clip is None or media is None:
        return None
    params = job.params_json
    settings = {name: params[name] for name in ("mode", "recipe", "source")}
    exports = ExportRepository(session)
    known = exports.find_same(clip.id, params["clip_version"], params["format"], hash_of(settings))
    if known is not None:
        return known
    return exports.create(
        ClipExport(
            project_id=clip.project_id,
            media_id=clip.media_id,
            clip_id=clip.id,
            job_id=job.id,
            format=params["format"],
            filename=f"{file_stem(clip.title)}.{params['format']}",
            path=rendered.key,
            file_size=rendered.size,
            sha256=rendered.sha256,
            settings_json=settings,
            settings_hash=hash_of(settings),
            certificate_json=rendered.certificate,
            clip_version=params["clip_version"],
            created_by=job.created_by,
        )
    )


def file_stem(title: str) -> str:
    """Return a title as a file name every system takes: no separators, no control or reserved characters."""
    kept = "".join("-" if letter in '/\\:*?"<>|' or not letter.isprintable() else letter for letter in title)
    return kept.strip(" .")[:120] or "clip"


def archive_names(exports: list[ClipExport]) -> list[tuple[str, ClipExport]]:
    """Return (name in the archive, file's row) with doubled names numbered."""
    seen: dict[str, int] = {}
    named: list[tuple[str, ClipExport]] = []
    for export in exports:
        stem, ending = Path(export.filename).stem, Path(export.filename).suffix
        count = seen[export.filename] = seen.get(export.filename, 0) + 1
        named.append((export.filename if count == 1 else f"{stem} ({count}){ending}", export))
    return named


def render_service(session: Session) -> RenderService:
    """Build the service on this session."""
    return RenderService(session, ExportRepository(session), job_service(session))


@names_folders("exports")
def export_folders(session: Session) -> set[str]:
    """Return the folders of rendered files that have a row."""
    return {path.rsplit("/", 1)[0] for path in session.scalars(sa.select(ClipExport.path))}
