"""Recordings brought by an address on the internet, where the operator allows it."""

from urllib.parse import unquote

from sqlalchemy.orm import Session

from app.auth.models import User
from app.config import Settings
from app.core.errors import Invalid, NotFound
from app.core.texts import later
from app.media.models import Media, MediaKind, MediaSource
from app.media.names import clean_filename
from app.media.registration import NewMedia
from app.media.service import media_service
from app.processing.addresses import read_url
from app.processing.errors import MediaRefused
from app.processing.fetching import knows_pages
from app.projects.models import Project

SWITCHED_OFF = later("Importing recordings by their address is switched off here.")
HOW_TO_SWITCH_ON = later(
    "Recordings can also be imported by their address: set RUSHES_IMPORT_BY_URL=yes and start again."
)
HOW_TO_READ_PAGES = later(
    "Addresses of files can be fetched. For those of pages, yt-dlp has to be installed beside Rushes."
)


def require_allowed(settings: Settings) -> None:
    """Raise `NotFound` where the operator did not switch it on."""
    if not settings.import_by_url:
        raise NotFound(SWITCHED_OFF)


def hint_for(viewer: User, settings: Settings) -> str | None:
    """Return what an admin could do about addresses; nothing for others, who could do nothing."""
    if not viewer.is_admin:
        return None
    if not settings.import_by_url:
        return HOW_TO_SWITCH_ON
    return None if knows_pages() else HOW_TO_READ_PAGES


def bring(session: Session, person: User, project: Project, url: str) -> Media:
    """Make the recording and the job that fetches it; raises `Invalid`, in words, for an address that is refused.

    Where the name leads is looked up by the job: nothing is asked of the network here.
    """
    try:
        parts = read_url(url)
    except MediaRefused as refused:
        raise Invalid(refused.reason, "url") from refused
    service = media_service(session)
    service.require_quota(project, 0)
    name = unquote(parts.path).rsplit("/", 1)[-1] or parts.hostname or "recording"
    new = NewMedia(
        filename=clean_filename(name),
        file_size=0,
        sha256=None,
        content_type="application/octet-stream",
        kind=MediaKind.VIDEO,
        source=MediaSource.UPLOAD,
        source_url=url,
    )
    return service.register(project, new, person.id, kind="fetch")
