"""A recording, an editor, and what is stored of its clips."""

import pytest

from app.clips.models import Clip
from app.core.db import transaction
from app.media.models import Media
from tests.factories import make_media
from tests.visitors import Company, Visitor


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Harbour")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def clips_of(media: Media) -> list[tuple[str, int, int]]:
    """Return title and bounds of the recording's clips as the database has them."""
    with transaction() as session:
        rows = session.query(Clip).filter(Clip.media_id == media.id, Clip.deleted_at.is_(None)).order_by(Clip.id)
        return [(clip.title, clip.in_point, clip.out_point) for clip in rows]


def draft(**changes: str) -> dict[str, str]:
    """Return the form of a new clip, four seconds long."""
    return {"title": "Keel", "in_timecode": "00:00:04:00", "out_timecode": "00:00:07:24", **changes}
