"""Splitting a clip: two clips that hold every frame once."""

import pytest

from app.clips.service import LONGEST_TITLE, ClipFields, clip_service
from app.core.db import transaction
from app.core.errors import Invalid
from app.media.models import Media
from tests.clips.conftest import counts
from tests.factories import make_clip, make_media
from tests.visitors import Company


@pytest.mark.parametrize("at", [101, 150, 199])
def test_a_split_loses_no_frame_and_doubles_none(company: Company, at: int) -> None:
    media = make_media(company.project)
    first = make_clip(company.editor, media, 100, 200)

    with transaction() as session:
        second = clip_service(session).split(company.editor, first, media, at)

    kept = [*range(first.in_point, first.out_point), *range(second.in_point, second.out_point)]
    assert kept == list(range(100, 200))
    assert counts(media) == (2, 100, 2)


@pytest.mark.parametrize("at", [99, 100, 200, 201, -1])
def test_a_split_leaves_two_clips_or_is_refused(company: Company, at: int) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media, 100, 200)

    with pytest.raises(Invalid) as refused, transaction() as session:
        clip_service(session).split(company.editor, clip, media, at)

    assert refused.value.field == "at_timecode"
    assert counts(media) == (1, 100, 1)


def test_a_split_keeps_the_notes_and_numbers_the_title(company: Company) -> None:
    media = make_media(company.project)
    with transaction() as session:
        fields = ClipFields("K" * LONGEST_TITLE, 0, 10, "the good take")
        first = clip_service(session).create(company.editor, session.get_one(Media, media.id), fields)

    with transaction() as session:
        second = clip_service(session).split(company.editor, first, media, 5)

    assert len(second.title) == LONGEST_TITLE
    assert second.notes == "the good take"
