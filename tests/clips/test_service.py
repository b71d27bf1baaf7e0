"""The rules of clips: bounds, overlaps, splitting, the trash, and the counts that follow."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.db import transaction
from app.core.errors import Forbidden, Invalid, NotFound
from app.media.models import Media, MediaState
from app.media.service import media_service
from tests.clips.conftest import counts
from tests.factories import make_clip, make_media
from tests.visitors import Company

LENGTH = 1000


@pytest.mark.parametrize("bounds", [(0, 1), (0, LENGTH), (LENGTH - 1, LENGTH), (400, 401)])
def test_a_clip_may_lie_anywhere_inside_its_recording(company: Company, bounds: tuple[int, int]) -> None:
    clip = make_clip(company.editor, make_media(company.project), *bounds)

    assert (clip.in_point, clip.out_point, clip.length) == (*bounds, bounds[1] - bounds[0])


@pytest.mark.parametrize(
    ("in_point", "out_point", "field"),
    [
        (-1, 10, "in_timecode"),
        (LENGTH, LENGTH + 1, "in_timecode"),
        (10, LENGTH + 1, "out_timecode"),
        (10, 10, "out_timecode"),
        (10, 9, "out_timecode"),
        (10, -5, "out_timecode"),
    ],
)
def test_a_clip_outside_its_recording_is_refused_at_the_field(
    company: Company, in_point: int, out_point: int, field: str
) -> None:
    media = make_media(company.project)

    with pytest.raises(Invalid) as refused:
        make_clip(company.editor, media, in_point, out_point)

    assert refused.value.field == field
    assert counts(media) == (0, 0, 0)


def test_no_clip_before_the_recording_is_measured(company: Company) -> None:
    media = make_media(company.project, duration_frames=0, state=MediaState.PROCESSING)

    with pytest.raises(Invalid, match="still being measured"):
        make_clip(company.editor, media, 0, 1)


def test_clips_that_touch_do_not_overlap(company: Company) -> None:
    media = make_media(company.project)
    make_clip(company.editor, media, 100, 200)

    with transaction() as session:
        service = clip_service(session)

        assert service.find_overlapping(media, 200, 300) == []
        assert service.find_overlapping(media, 0, 100) == []


@pytest.mark.parametrize("bounds", [(199, 300), (0, 101), (120, 130), (100, 200), (0, LENGTH)])
def test_clips_that_share_one_tick_overlap(company: Company, bounds: tuple[int, int]) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media, 100, 200)

    with transaction() as session:
        assert clip_service(session).find_overlapping(media, *bounds) == [clip]


def test_a_clip_does_not_overlap_itself_nor_one_in_the_trash(company: Company) -> None:
    media = make_media(company.project)
    one, other = make_clip(company.editor, media, 100, 200), make_clip(company.editor, media, 150, 250)
    with transaction() as session:
        clip_service(session).delete(other, media)

    with transaction() as session:
        assert clip_service(session).find_overlapping(media, 100, 250, one.id) == []


def test_a_clip_of_another_recording_does_not_overlap(company: Company) -> None:
    make_clip(company.editor, make_media(company.project), 100, 200)
    other = make_media(company.project)

    with transaction() as session:
        assert clip_service(session).find_overlapping(other, 0, LENGTH) == []


spans = st.tuples(st.integers(0, 60), st.integers(1, 40)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clips=st.lists(spans, max_size=8), asked=spans)
def test_what_the_index_finds_is_what_shares_a_tick(
    company: Company, clips: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    media = make_media(company.project)
    for bounds in clips:
        make_clip(company.editor, media, *bounds)

    with transaction() as session:
        fresh = session.get_one(Media, media.id)
        found = [(clip.in_point, clip.out_point) for clip in clip_service(session).find_overlapping(fresh, *asked)]

    assert sorted(found) == sorted(clip for clip in clips if set(range(*clip)) & set(range(*asked)))


def test_a_long_clip_is_found_far_behind_its_start(company: Company) -> None:
    media = make_media(company.project)
    long = make_clip(company.editor, media, 0, 900)
    make_clip(company.editor, media, 10, 20)

    with transaction() as session:
        assert clip_service(session).find_overlapping(media, 899, 900) == [long]


def test_a_clip_made_longer_is_found_where_it_now_reaches(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media, 0, 10)
    with transaction() as session:
        clip_service(session).set_bounds(clip, media, 0, 800, clip.version)

    with transaction() as session:
        fresh = session.get_one(Media, media.id)
        session.refresh(fresh)
        assert clip_service(session).find_overlapping(fresh, 700, 701) == [clip]


def test_the_counts_follow_the_trash(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media)
    make_clip(company.editor, media, 300, 310)

    with transaction() as session:
        clip_service(session).delete(clip, session.get_one(Media, media.id))
    assert counts(media) == (1, 100, 1)

    with transaction() as session:
        clip_service(session).restore(company.editor, clip.public_id)
    assert counts(media) == (2, 100, 2)


def test_bringing_back_a_clip_that_is_there_changes_nothing(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media)

    with transaction() as session:
        clip_service(session).restore(company.editor, clip.public_id)

    assert counts(media) == (1, 100, 1)


def test_a_clip_in_the_trash_is_not_found(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media)
    with transaction() as session:
        clip_service(session).delete(clip, media)

    with pytest.raises(NotFound), transaction() as session:
        clip_service(session).get_for(company.editor, clip.public_id, "clip:view")


def test_a_clip_of_a_deleted_recording_is_neither_found_nor_brought_back(company: Company) -> None:
    media = make_media(company.project)
    clip, gone = make_clip(company.editor, media), make_clip(company.editor, media)
    with transaction() as session:
        clip_service(session).delete(gone, media)
        media_service(session).delete(media)

    with pytest.raises(NotFound), transaction() as session:
        clip_service(session).get_for(company.editor, clip.public_id, "clip:view")
    with pytest.raises(NotFound), transaction() as session:
        clip_service(session).restore(company.editor, gone.public_id)


def test_the_counts_follow_a_recording_through_the_trash(company: Company) -> None:
    media = make_media(company.project)
    make_clip(company.editor, media)
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, media.id))
    assert counts(media) == (1, 100, 0)

    with transaction() as session:
        media_service(session).restore(company.editor, media.public_id)

    assert counts(media) == (1, 100, 1)


@pytest.mark.parametrize(
    ("role", "error"), [("viewer", Forbidden), ("outsider", NotFound), ("editor", None), ("admin", None)]
)
def test_who_may_bring_a_clip_back(company: Company, role: str, error: type[Exception] | None) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media)
    with transaction() as session:
        clip_service(session).delete(clip, media)

    if error:
        with pytest.raises(error), transaction() as session:
            clip_service(session).restore(getattr(company, role), clip.public_id)
        return
    with transaction() as session:
        restored, _ = clip_service(session).restore(getattr(company, role), clip.public_id)
    assert restored.deleted_at is None


def test_a_clip_without_a_name_is_called_untitled(company: Company) -> None:
    assert make_clip(company.editor, make_media(company.project), title="  ").title == "Untitled clip"


def test_a_name_that_is_too_long_is_refused(company: Company) -> None:
    with pytest.raises(Invalid) as refused:
        make_clip(company.editor, make_media(company.project), title="x" * 256)

    assert refused.value.field == "title"


def test_an_overlap_somebody_keeps_is_remembered_once(company: Company) -> None:
    media = make_media(company.project)
    one, other = make_clip(company.editor, media, 0, 100), make_clip(company.editor, media, 50, 150)

    for first, second in ((other, one), (one, other)):
        with transaction() as session:
            clip_service(session).keep_overlap(company.editor, first, second)

    with transaction() as session:
        assert clip_service(session).clips.decided([one.id, other.id]) == {(one.id, other.id)}


def test_clips_of_two_recordings_have_no_overlap_to_keep(company: Company) -> None:
    one = make_clip(company.editor, make_media(company.project))
    other = make_clip(company.editor, make_media(company.project))

    with pytest.raises(NotFound), transaction() as session:
        clip_service(session).keep_overlap(company.editor, one, other)


def test_an_empty_title_in_an_edit_keeps_the_old_one(company: Company) -> None:
    media = make_media(company.project)
    clip = make_clip(company.editor, media, title="Keel")
    base = ClipFields("Keel", 100, 200)

    with transaction() as session:
        fresh = session.get_one(Clip, clip.id)
        clip_service(session).update(fresh, media, replace(base, title=" "), base, fresh.version)

    assert clip.title == "Keel"
