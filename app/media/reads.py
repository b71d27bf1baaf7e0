"""What other rooms ask about recordings and the files made from them."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.media.models import Media, Rendition, RenditionKind
from app.media.repository import MediaRepository

Renditions = dict[RenditionKind, Rendition]


def renditions_of(session: Session, media_ids: Iterable[int]) -> dict[int, Renditions]:
    """Return what was made of each recording, by kind; one query."""
    return MediaRepository(session).renditions_of(media_ids)


def media_by_ids(session: Session, ids: Iterable[int | None]) -> dict[int, Media]:
    """Return recordings by id; one query, none for no ids."""
    wanted = {id for id in ids if id is not None}
    return MediaRepository(session).by_ids(wanted) if wanted else {}


def place_of(session: Session, person_id: int, media_id: int) -> int:
    """Return where a person stopped watching, in ticks."""
    return MediaRepository(session).playhead(person_id, media_id)
