"""The order of a project's clips: after splits, moves and a new order given by name."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from app.clips.models import Clip
from app.clips.service import clip_service
from app.core.db import transaction
from app.media.models import Media
from tests.factories import make_clip, make_media
from tests.visitors import Company

Make = Callable[[Company, Media], dict[str, Clip]]


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


def order(company: Company) -> list[str]:
    with transaction() as session:
        return [clip.title for clip in clip_service(session).clips.find_by_project(company.project.id).items]


def make_clips(company: Company, media: Media, titles: str) -> dict[str, Clip]:
    return {title: make_clip(company.editor, media, title=title) for title in titles}


def move(clip: Clip, *, later: bool) -> None:
    with transaction() as session:
        clip_service(session).move(session.get_one(Clip, clip.id), later=later)


def split_twice(company: Company, media: Media) -> dict[str, Clip]:
    """Return three clips that came of one, in the order of their frames."""
    first = make_clip(company.editor, media, 0, 300, "A")
    with transaction() as session:
        second = clip_service(session).split(company.editor, session.get_one(Clip, first.id), media, 100)
        third = clip_service(session).split(company.editor, second, media, 200)
        clip_service(session).clips.update(second, {"title": "B"})
        clip_service(session).clips.update(third, {"title": "C"})
    return {"A": first, "B": second, "C": third}


def in_one_place(company: Company, media: Media) -> dict[str, Clip]:
    """Return three clips of one place, as they come together from several projects."""
    clips = make_clips(company, media, "ABC")
    with transaction() as session:
        for clip in clips.values():
            clip_service(session).clips.update(session.get_one(Clip, clip.id), {"clip_order": 1})
    return clips


MADE = [split_twice, in_one_place]


def test_new_clips_come_last(company: Company, media: Media) -> None:
    make_clips(company, media, "ABC")

    assert order(company) == ["A", "B", "C"]


def test_a_clip_trades_places_with_its_neighbour(company: Company, media: Media) -> None:
    clips = make_clips(company, media, "ABC")

    move(clips["A"], later=True)
    assert order(company) == ["B", "A", "C"]
    move(clips["C"], later=False)
    assert order(company) == ["B", "C", "A"]


def test_at_an_end_nothing_moves(company: Company, media: Media) -> None:
    clips = make_clips(company, media, "AB")

    move(clips["A"], later=False)
    move(clips["B"], later=True)

    assert order(company) == ["A", "B"]


def test_the_half_of_a_split_comes_right_after_the_first(company: Company, media: Media) -> None:
    first = make_clip(company.editor, media, title="A")
    make_clip(company.editor, media, title="Z")

    with transaction() as session:
        clip_service(session).split(company.editor, session.get_one(Clip, first.id), media, 150)

    assert order(company) == ["A", "A (2)", "Z"]


@pytest.mark.parametrize(
    ("which", "later", "expected"),
    [("A", True, "BAC"), ("B", True, "ACB"), ("B", False, "BAC"), ("C", False, "ACB")],
)
@pytest.mark.parametrize("make", MADE)
def test_clips_move_one_place_at_a_time(
    company: Company, media: Media, make: Make, which: str, later: bool, expected: str
) -> None:
    clips = make(company, media)

    move(clips[which], later=later)

    assert order(company) == list(expected)


@pytest.mark.parametrize("wanted", ["CBA", "BCA", "ABC"])
def test_a_new_order_is_the_order_named(company: Company, media: Media, wanted: str) -> None:
    clips = make_clips(company, media, "ABC")

    with transaction() as session:
        clip_service(session).reorder(company.project.id, [clips[title].public_id for title in wanted])

    assert order(company) == list(wanted)


@pytest.mark.parametrize("make", MADE)
def test_a_new_order_holds_however_the_clips_came_together(company: Company, media: Media, make: Make) -> None:
    clips = make(company, media)
    make_clip(company.editor, media, title="Z")

    with transaction() as session:
        clip_service(session).reorder(company.project.id, [clips[title].public_id for title in "CBA"])

    assert order(company) == ["C", "B", "A", "Z"]


def test_halves_of_halves_stay_in_the_order_of_their_frames(company: Company, media: Media) -> None:
    clips = split_twice(company, media)

    with transaction() as session:
        clip_service(session).split(company.editor, session.get_one(Clip, clips["A"].id), media, 50)

    assert order(company) == ["A", "A (2)", "B", "C"]


def test_making_room_changes_nobodys_version(company: Company, media: Media) -> None:
    clips = make_clips(company, media, "AB")

    with transaction() as session:
        clip_service(session).split(company.editor, session.get_one(Clip, clips["A"].id), media, 150)

    with transaction() as session:
        assert session.get_one(Clip, clips["B"].id, populate_existing=True).version == 1


def test_a_new_order_leaves_out_what_is_not_of_the_project_or_named_twice(company: Company, media: Media) -> None:
    clips = make_clips(company, media, "AB")
    named = [clips["B"].public_id, uuid4(), clips["A"].public_id, clips["B"].public_id]

    with transaction() as session:
        clip_service(session).reorder(company.project.id, named)

    assert order(company) == ["B", "A"]
