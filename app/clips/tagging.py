"""The tags on clips."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.models import Clip
from app.media.models import Media
from app.media.moves import follows_moves
from app.tags.links import carries_tags
from app.tags.models import link_table
from app.tags.service import Carrier, retag

CLIP_TAGS = link_table("clip_tags", "clips")
carries_tags("clip", CLIP_TAGS, "clip_id")


@follows_moves
def take_tags_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let the clips of a recording carry tags of the same names in its new project."""
    ids = list(session.scalars(sa.select(Clip.id).where(Clip.media_id == media.id)))
    retag(session, "clip", ids, media.project_id)


def carrier_of(clip: Clip) -> Carrier:
    """Return a clip as tags know it."""
    return Carrier("clip", clip.id, clip.public_id, clip.title, clip.project_id, clip.media_id)
