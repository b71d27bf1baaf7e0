"""The tags on recordings."""

from sqlalchemy.orm import Session

from app.media.models import Media
from app.media.moves import follows_moves
from app.tags.links import carries_tags
from app.tags.models import link_table
from app.tags.service import Carrier, retag

MEDIA_TAGS = link_table("media_tags", "media")
carries_tags("media", MEDIA_TAGS, "media_id")


@follows_moves
def take_tags_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let a recording carry tags of the same names in its new project."""
    retag(session, "media", [media.id], media.project_id)


def carrier_of(media: Media) -> Carrier:
    """Return a recording as tags know it."""
    return Carrier("media", media.id, media.public_id, media.title, media.project_id, media.id)
