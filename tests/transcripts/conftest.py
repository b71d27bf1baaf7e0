"""A recording of 40 s with a transcript of three lines."""

import pytest

from app.core.db import transaction
from app.media.models import Media
from app.transcripts.models import TranscriptSegment
from app.transcripts.repository import LineRepository
from tests.factories import Told, make_media, make_transcript
from tests.visitors import Company, Visitor

TEXTS = ("We laid the keel in winter", "Old Anders drew the boat", "After that the oak decides")


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Harbour")


@pytest.fixture
def told(media: Media) -> Told:
    return make_transcript(media, TEXTS)


@pytest.fixture
def line(told: Told) -> TranscriptSegment:
    return told.lines[0]


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def texts(told: Told) -> list[str]:
    """Return the transcript's lines as stored."""
    return [each.text for each in stored(told)]


def stored(told: Told) -> list[TranscriptSegment]:
    """Return the transcript's lines as the database has them."""
    with transaction() as session:
        session.expire_all()
        return LineRepository(session).find_all(told.transcript.id)
