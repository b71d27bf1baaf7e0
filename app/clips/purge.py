"""What goes for good with a recording, or when a clip's own days in the trash are over."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.models import Clip, ClipExport
from app.core.bulk import delete_many
from app.media.purge import goes_with_media, purges

AT_ONCE = 200

goes_with_media(ClipExport)
goes_with_media(Clip)


@purges
def purge_clips(session: Session, before: datetime) -> int:
    """Remove up to 200 clips deleted before a moment, with their rendered files' rows."""
    late = sa.select(Clip.id).where(Clip.deleted_at < before).order_by(Clip.id).limit(AT_ONCE)
    ids = list(session.scalars(late))
    if not ids:
        return 0
    delete_many(session, ClipExport, ClipExport.clip_id.in_(ids))
    return delete_many(session, Clip, Clip.id.in_(ids))
