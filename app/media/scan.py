"""Register the recordings in a project's folder on the server, in place and without copying."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import Conflict, Invalid
from app.media.models import MediaKind, MediaSource
from app.media.service import MediaService, NewMedia, clean_filename, media_service
from app.processing.errors import MediaRefused
from app.processing.formats import recognise
from app.projects.models import Project

MOST_FILES = 5000
# Never recordings, and often there by the thousand.
PASSED_OVER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


@dataclass
class ScanResult:
    """What was found: how many files, which became recordings, which did not and why."""

    found: int = 0
    registered: list[tuple[str, UUID]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def scan(session: Session, project: Project, workspaces: Path | None, person_id: int | None) -> ScanResult:
    """Walk the project's folder and register what is new; raises `Invalid` where there is no folder to walk.

    Links are resolved, and what they lead to counts only where it lies in the same folder.
    """
    folder = folder_of(project, workspaces)
    service = media_service(session)
    result = ScanResult()
    for path in files_below(folder):
        result.found += 1
        _take(service, project, folder, path, person_id, result)
    return result


def folder_of(project: Project, workspaces: Path | None) -> Path:
    """Return the project's folder; raises `Invalid` where it is not set, not allowed or gone."""
    if not project.workspace_path or workspaces is None:
        raise Invalid("This project has no folder on the server.")
    folder = Path(project.workspace_path).resolve()
    if not folder.is_relative_to(workspaces) or not folder.is_dir():
        raise Invalid("The project’s folder is not there any more.")
    return folder


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it in the order of their names, at most 5,000."""
    count = 0
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or path.name.lower() in PASSED_OVER or not path.is_file():
            continue
        count += 1
        if count > MOST_FILES:
            raise Invalid(f"There are more than {MOST_FILES:,} files here. Choose a smaller folder.")
        yield path


def _take(
    service: MediaService, project: Project, folder: Path, path: Path, person_id: int | None, result: ScanResult
) -> None:
    name = os.fsencode(path.relative_to(folder)).decode(errors="replace")
    try:
        real = path.resolve()
        if not _is_text(str(real)):
            raise Invalid("Its name is not readable as text. Rename it first.")
        if not real.is_relative_to(folder):
            raise Invalid("It is a link that leads out of the folder.")
        if service.media.get_by_path(project.id, str(real)) is not None:
            raise Conflict("It is here already.")
        known = recognise(real)
        media = service.register(
            project,
            NewMedia(
                filename=clean_filename(path.name),
                file_size=real.stat().st_size,
                sha256=None,
                content_type=known.video_type,
                kind=MediaKind.VIDEO,
                source=MediaSource.SCAN,
                path=str(real),
            ),
            person_id,
        )
        result.registered.append((name, media.public_id))
    except MediaRefused as refusal:
        result.skipped.append((name, refusal.reason))
    except (Invalid, Conflict) as error:
        result.skipped.append((name, str(error)))


def _is_text(name: str) -> bool:
    """Say whether a name from the disk is UTF-8; what is not comes with surrogates that nothing can store."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
