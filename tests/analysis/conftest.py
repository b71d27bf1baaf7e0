"""A recording of 40 s with silences and topics, and an editor."""

import pytest

from app.analysis.models import ContentSegment
from app.analysis.results import keep_silence, keep_topics
from app.analysis.topic_reads import topics_of
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


def make_silences(media: Media, *spans: tuple[int, int, str]) -> None:
    """Put silences in place of those that were found."""
    with transaction() as session:
        regions = [
            {"start_ms": start, "end_ms": end, "silence_type": kind, "amplitude_threshold": -40.0}
            for start, end, kind in spans
        ]
        keep_silence(session, media.id, None, regions)


@pytest.fixture
def silences(media: Media) -> None:
    """Return nothing; 2 to 3 s nothing is heard, to 5 s nothing seen either, 10 to 12 s black with sound."""
    make_silences(
        media,
        (2000, 3000, "audio_silence"),
        (3000, 5000, "both"),
        (10_000, 12_000, "blank_screen"),
        (20_000, 20_400, "audio_silence"),
    )


TOPICS = (("Keels", 0, 8000, 0.4), ("Oak, steam", 8000, 20_000, 1.0), ("Launch day", 20_000, 38_000, 0.7))


def make_topics(media: Media, *topics: tuple[str, int, int, float], job_id: int | None = None) -> list[ContentSegment]:
    """Put topics in place of those that were found, and return them as they are stored."""
    found = [
        {
            "topic": topic,
            "start_ms": start,
            "end_ms": end,
            "importance": weight,
            "description": f"We speak of {topic.lower()} here.",
            "keywords": topic.lower().split(", "),
            "concepts": [],
        }
        for topic, start, end, weight in topics
    ]
    with transaction() as session:
        keep_topics(session, media.id, job_id, found)
    return stored(media)


def stored(media: Media) -> list[ContentSegment]:
    """Return the recording's topics as the database has them."""
    with transaction() as session:
        session.expire_all()
        return topics_of(session, media.id)
