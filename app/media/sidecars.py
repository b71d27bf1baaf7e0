"""Captions that come with a recording: lying beside its file, or sent under the same name."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.malware import require_clean
from app.core.storage import LocalStorage, sha256_of
from app.core.texts import later, say
from app.jobs.models import Job
from app.media.models import Media, MediaSource, RenditionKind
from app.media.reads import renditions_of
from app.media.results import keep_rendition, rendition_of
from app.media.service import MediaService
from app.projects.models import Project

ENDINGS = (".vtt", ".srt")
LARGEST_BYTES = 5_000_000
MOST = 20
# "harbour.en.srt", "harbour.nb-NO.vtt": the language stands between the name and the ending.
LANGUAGE = re.compile(r"^(?P<stem>.+)\.(?P<language>[A-Za-z]{2})(?:-[A-Za-z]{2,4})?$")
NO_RECORDING = later(
    "There is no recording called “{stem}” here. Send the recording first, or bring the "
    "captions on its transcript’s page."
)


@dataclass(frozen=True)
class Sidecar:
    """A file of captions; ``language``: two letters where its name says so."""

    path: Path
    filename: str
    language: str | None


@dataclass(frozen=True)
class Sent:
    """Captions somebody sent, in their place in the store."""

    key: str
    filename: str
    size_bytes: int


def is_captions(filename: str) -> bool:
    """Say whether a file is captions by its name."""
    return filename.lower().endswith(ENDINGS)


def parted(filename: str) -> tuple[str, str | None]:
    """Return the name of the recording that captions belong to, without its ending, and their language."""
    stem = filename.rsplit(".", 1)[0]
    match = LANGUAGE.match(stem)
    return (match["stem"], match["language"].lower()) if match else (stem, None)


def sidecars_of(session: Session, storage: LocalStorage, media_id: int) -> list[Sidecar]:
    """Return the captions that came with a recording: those beside its file in a folder, and the one sent."""
    media = session.get(Media, media_id)
    if media is None:
        return []
    sent = renditions_of(session, [media.id])[media.id].get(RenditionKind.CAPTIONS)
    found = _beside(Path(media.path)) if media.source is MediaSource.SCAN and media.path else []
    if sent is not None:
        filename = str((sent.details or {}).get("filename", sent.path))
        found.append(Sidecar(storage.path_of(sent.path), filename, parted(filename)[1]))
    return found


def recording_for(media: MediaService, project: Project, filename: str) -> Media:
    """Return the newest recording captions of this name belong to; raises `Invalid` where there is none."""
    stem = parted(filename)[0]
    for name in dict.fromkeys((stem, filename.rsplit(".", 1)[0])):
        found = media.media.find_by_stem(project.id, name)
        if found is not None:
            return found
    raise Invalid(NO_RECORDING.format(stem=stem), "files")


def put_captions_in_place(storage: LocalStorage, media: Media, path: Path, filename: str) -> Sent:
    """Move a file of captions to its place; raises `Invalid` for one that is too large or infected."""
    size_bytes = path.stat().st_size
    if size_bytes > LARGEST_BYTES:
        raise Invalid(say("Captions may have at most %(value)s MB.", value=LARGEST_BYTES // 1_000_000), "files")
    require_clean(path, filename)
    key = f"made/{media.public_id.hex}/captions-{sha256_of(path)[:16]}"
    storage.adopt(path, key)
    return Sent(key, filename, size_bytes)


def keep_captions(media: MediaService, recording: Media, sent: Sent, person_id: int) -> str | None:
    """Write that captions were sent, and have them taken in; return the key of those they replace.

    While the recording is not measured yet, the job that measures it takes them in.
    """
    facts = {"content_type": "text/plain", "file_size": sent.size_bytes, "details": {"filename": sent.filename}}
    replaced = keep_rendition(media.session, rendition_of(recording.id, RenditionKind.CAPTIONS, sent.key, facts))
    if recording.duration_frames > 0:
        take_in(media, recording, person_id)
    return replaced


def take_in(media: MediaService, recording: Media, person_id: int) -> Job:
    """Ask for the captions that came with a recording to be taken in."""
    return media.start(recording, "captions", person_id)


def _beside(path: Path) -> list[Sidecar]:
    """Return captions in the same folder under the recording's name; links that lead elsewhere do not count."""
    if not path.parent.is_dir():
        return []
    folder, wanted = path.parent.resolve(), path.stem.casefold()
    found = []
    for each in sorted(path.parent.iterdir()):
        if not is_captions(each.name) or not each.is_file() or each.resolve().parent != folder:
            continue
        stem, language = parted(each.name)
        if each.stem.casefold() == wanted:
            found.append(Sidecar(each, each.name, None))
        elif language and stem.casefold() == wanted:
            found.append(Sidecar(each, each.name, language))
    return found[:MOST]
