"""What of songs goes for good: with their recording, with their project, or when their own days are over."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.bulk import delete_many
from app.media.purge import goes_with_media, goes_with_project, purges
from app.songs.models import Song

AT_ONCE = 200

goes_with_media(Song)
# A song may have no recording.
goes_with_project(Song)


@purges
def purge_songs(session: Session, before: datetime) -> int:
    """Remove up to 200 songs deleted before a moment; their recordings stay."""
    late = sa.select(Song.id).where(Song.deleted_at < before).order_by(Song.id).limit(AT_ONCE)
    ids = list(session.scalars(late))
    return delete_many(session, Song, Song.id.in_(ids)) if ids else 0
