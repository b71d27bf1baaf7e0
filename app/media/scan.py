"""Register the recordings in a project's folder on the server, in place and without copying."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import Conflict, Invalid
from app.core.malware import require_clean
from app.core.texts import say
from app.media.models import MediaKind, MediaSource
from app.media.names import clean_filename
from app.media.registration import NewMedia
from app.media.service import media_service
from app.media.sidecars import is_captions
from app.processing.errors import MediaRefused
from app.processing.formats import recognise
from app.projects.models import Project

MOST_FILES = 10_000
# Never recordings, and often there by the thousand.
PASSED_OVER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


@dataclass
class Survey:
    """What lies in a folder: how many files, which may become recordings, which may not and why."""

    found: int = 0
    taken: list[tuple[str, NewMedia]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ScanResult:
    """What came of a survey: how many files were found, which are recordings now, which are not and why."""

    found: int
    registered: list[tuple[str, UUID]]
    skipped: list[tuple[str, str]]


def survey(session: Session, project: Project, workspaces: Path | None) -> Survey:
    """Walk the project's folder and look into every new file; raises `Invalid` where there is no folder to walk.

    Links are resolved, and what they lead to counts only where it lies in the same folder. Only reads:
    thousands of files are opened, which nobody's writing should wait for.
    """
    folder = folder_of(project, workspaces)
    known, result = media_service(session).media.paths(project.id), Survey()
    for path in files_below(folder):
        result.found += 1
        name = os.fsencode(path.relative_to(folder)).decode(errors="replace")
        try:
            new = _examined(folder, path, known)
        except MediaRefused as refusal:
            result.skipped.append((name, refusal.reason))
        except (Invalid, Conflict) as error:
            result.skipped.append((name, str(error)))
        else:
            known.add(str(new.path))
            result.taken.append((name, new))
    return result


def register(session: Session, project: Project, found: Survey, person_id: int | None) -> ScanResult:
    """Make recordings of what a survey found, all in the running unit."""
    ids = media_service(session).register_many(project, [new for _, new in found.taken], person_id)
    registered = [(name, id) for (name, _), id in zip(found.taken, ids, strict=True)]
    return ScanResult(found.found, registered, found.skipped)


def folder_of(project: Project, workspaces: Path | None) -> Path:
    """Return the project's folder; raises `Invalid` where it is not set, not allowed or gone."""
    if not project.workspace_path or workspaces is None:
        raise Invalid(say("This project has no folder on the server."))
    folder = Path(project.workspace_path).resolve()
    if not folder.is_relative_to(workspaces) or not folder.is_dir():
        raise Invalid(say("The project’s folder is not there any more."))
    return folder


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it in the order of their names, at most 10,000."""
    count = 0
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or path.name.lower() in PASSED_OVER or not path.is_file():
            continue
        count += 1
        if count > MOST_FILES:
            raise Invalid(
                say(
                    "There are more than %(most_files)s files here. Choose a smaller folder.",
                    most_files=f"{MOST_FILES:,}",
                )
            )
        yield path


def _examined(folder: Path, path: Path, known: set[str]) -> NewMedia:
    """Return what is to be registered; raises `MediaRefused`, `Invalid` or `Conflict` with the reason not to."""
    if is_captions(path.name):
        raise Invalid(say("Captions are taken in with the recording of the same name beside them."))
    real = path.resolve()
    if not _is_text(str(real)):
        raise Invalid(say("Its name is not readable as text. Rename it first."))
    if not real.is_relative_to(folder):
        raise Invalid(say("It is a link that leads out of the folder."))
    if str(real) in known:
        raise Conflict(say("It is here already."))
    require_clean(real, path.name)
    return NewMedia(
        filename=clean_filename(path.name),
        file_size=real.stat().st_size,
        sha256=None,
        content_type=recognise(real).video_type,
        kind=MediaKind.VIDEO,
        source=MediaSource.SCAN,
        path=str(real),
    )


def _is_text(name: str) -> bool:
    """Say whether a name from the disk is UTF-8; what is not comes with surrogates that nothing can store."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
