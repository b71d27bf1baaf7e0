"""A recording to tag, and somebody who may."""

import pytest

from app.media.models import Media
from tests.factories import make_media
from tests.visitors import Company, Visitor


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Keel")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")
