"""Two people on one clip: what merges by itself, and what is shown to the second."""

import pytest

from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.db import transaction
from app.core.errors import Invalid, Stale
from app.media.models import Media
from tests.factories import make_clip, make_media
from tests.visitors import Company

SEEN = ClipFields("Keel", 100, 200, None)


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


@pytest.fixture
def clip(company: Company, media: Media) -> Clip:
    return make_clip(company.editor, media, 100, 200, "Keel")


def save(clip: Clip, media: Media, fields: ClipFields, version: int) -> Clip:
    with transaction() as session:
        fresh = session.get_one(Clip, clip.id)
        return clip_service(session).update(fresh, media, fields, SEEN, version)


def test_changes_to_different_fields_both_stay(clip: Clip, media: Media) -> None:
    save(clip, media, ClipFields("Hull", 100, 200, None), 1)

    after = save(clip, media, ClipFields("Keel", 100, 150, None), 1)

    assert (after.title, after.in_point, after.out_point) == ("Hull", 100, 150)


def test_the_same_change_twice_is_no_clash(clip: Clip, media: Media) -> None:
    save(clip, media, ClipFields("Hull", 100, 200, None), 1)

    assert save(clip, media, ClipFields("Hull", 100, 200, "both said so"), 1).notes == "both said so"


def test_a_clash_carries_both_values_and_only_of_the_clashing_field(clip: Clip, media: Media) -> None:
    save(clip, media, ClipFields("Hull", 100, 200, None), 1)

    with pytest.raises(Stale) as stale:
        save(clip, media, ClipFields("Mast", 120, 200, None), 1)

    assert stale.value.mine == {"title": "Mast"}
    assert stale.value.theirs == {"title": "Hull"}
    assert stale.value.version == 2


def test_a_clash_leaves_nothing_behind(clip: Clip, media: Media) -> None:
    save(clip, media, ClipFields("Hull", 100, 200, None), 1)

    with pytest.raises(Stale):
        save(clip, media, ClipFields("Mast", 120, 200, None), 1)

    with transaction() as session:
        session.refresh(clip)
    assert (clip.title, clip.in_point, clip.version) == ("Hull", 100, 2)


def test_a_merge_that_leaves_no_clip_is_refused(clip: Clip, media: Media) -> None:
    save(clip, media, ClipFields("Keel", 180, 200, None), 1)

    with pytest.raises(Invalid, match="Out is before in"):
        save(clip, media, ClipFields("Keel", 100, 150, None), 1)


def test_an_edit_that_changes_nothing_leaves_the_version(clip: Clip, media: Media) -> None:
    assert save(clip, media, SEEN, 1).version == 1


def test_a_move_of_a_clip_that_moved_meanwhile_is_refused_with_both_places(clip: Clip, media: Media) -> None:
    with transaction() as session:
        clip_service(session).set_bounds(clip, media, 300, 400, 1)

    with pytest.raises(Stale) as stale, transaction() as session:
        clip_service(session).set_bounds(clip, media, 10, 20, 1)

    assert stale.value.theirs == {"in_point": 300, "out_point": 400}
    assert stale.value.mine == {"in_point": 10, "out_point": 20}


def test_a_move_to_where_the_clip_already_is_passes(clip: Clip, media: Media) -> None:
    with transaction() as session:
        clip_service(session).set_bounds(clip, media, 300, 400, 1)

    with transaction() as session:
        assert clip_service(session).set_bounds(clip, media, 300, 400, 1).version == 2
