"""A recording of 40 s with three silences, and an editor."""

import pytest

from app.analysis.results import keep_silence
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
