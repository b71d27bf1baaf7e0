"""The stage that fetches a recording from its address."""

import asyncio
import ssl
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.errors import Invalid, TooLarge
from app.core.malware import ScannerSilent
from app.core.storage import blob_key
from app.core.texts import say
from app.jobs.context import StageContext
from app.jobs.registry import stage
from app.media.models import Media
from app.media.names import clean_filename
from app.media.results import keep_fetched
from app.media.service import media_service
from app.media.tasks import store_of
from app.media.uploads import examine, put_in_place
from app.processing.errors import MediaRefused, ProcessingFailed
from app.processing.formats import recognise
from app.projects.models import Project

# What looking a name up and trusting a certificate need.
NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf")


@stage("fetch")
async def fetch(context: StageContext) -> None:
    """Fetch the file in a confined child and put it where an upload would lie."""
    if not context.settings.import_by_url:
        raise ProcessingFailed(say("Importing recordings by their address is switched off here."))
    media_id = context.job.media_id or 0
    async with context.db.areading() as session:
        url, room = await session.run_sync(_asked, media_id)
    limit = context.settings.import_max_bytes if room is None else min(context.settings.import_max_bytes, room)
    params = {
        "url": url,
        "folder": str(context.work_dir),
        "max_bytes": limit,
        "max_s": context.settings.import_max_minutes * 60,
    }
    made = await context.processing("fetch", params, reads=_network_files())
    await context.add_stage_note(engine=made["engine"], engine_version=made["engine_version"])
    path, storage = Path(made["path"]), store_of(context)
    try:
        storage.require_room(0)
        # On a thread: a worker whose loop is busy hashing gives no sign of life.
        examined = await asyncio.to_thread(examine, path, clean_filename(made["filename"]))
    except (Invalid, TooLarge) as refusal:
        raise MediaRefused(str(refusal)) from refusal
    except ScannerSilent as silent:
        raise ProcessingFailed(str(silent)) from silent
    received, _ = await asyncio.to_thread(put_in_place, storage, examined)
    facts = {
        "sha256": received.sha256,
        "size": received.size,
        "key": blob_key(received.sha256),
        "filename": received.filename,
        "content_type": recognise(received.path).video_type,
    }
    twin = await context.save(keep_fetched, media_id, facts)
    if twin is not None:
        raise ProcessingFailed(say("This is the same recording as “%(twin)s”, which is already here.", twin=twin))


def _asked(session: Session, media_id: int) -> tuple[str, int | None]:
    """Return the address, and how many bytes the project still has room for; None where it has no limit."""
    media = session.get(Media, media_id)
    project = session.get(Project, media.project_id) if media else None
    if media is None or project is None or media.deleted_at is not None or not media.source_url:
        raise ProcessingFailed(say("The recording was deleted."))
    if project.quota_bytes is None:
        return media.source_url, None
    return media.source_url, max(0, project.quota_bytes - media_service(session).media.bytes_used(project.id))


def _network_files() -> list[Path]:
    trusted = ssl.get_default_verify_paths()
    certificates = [Path(path) for path in (trusted.cafile, trusted.capath, "/usr/share/ca-certificates") if path]
    return [*map(Path, NETWORK_FILES), *certificates]
