"""The verbs the domain names, with the same answers on eight backings."""

from datetime import timedelta
from typing import Any

import pytest

from app.clips.filters import ClipFilter
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.storage import path_hash
from tests.core.backings import Backing, Stand, held
from tests.core.planted import Ground, a_clip, a_recording, number
from tests.core.rooms import CLIPS, EXPORTS, PROJECTS, RECORDINGS


@pytest.fixture
def ground(stand: Stand) -> Ground:
    """Return rows of this test's own to hang others on."""
    return stand.new_ground()


def create(rows: Backing, make: Any, ground: Ground, **columns: Any) -> Any:
    made = make(ground, **columns)
    return rows.do(lambda each: each.create(made))


def ids(rows: Any) -> list[int]:
    return [row.id for row in rows]


def test_a_project_is_found_by_name_and_by_folder_exactly(stand: Stand) -> None:
    projects = stand.on(PROJECTS)
    made = projects.add()

    assert projects.do(lambda rows: rows.find_by_name(made.name)).id == made.id
    assert projects.do(lambda rows: rows.find_by_name(made.name.upper())) is None
    assert projects.do(lambda rows: rows.find_by_workspace(made.workspace_path)).id == made.id
    assert projects.do(lambda rows: rows.find_by_workspace(made.workspace_path + "/")) is None


def test_projects_are_listed_last_changed_first_with_their_counts(stand: Stand) -> None:
    projects = stand.on(PROJECTS)
    far = now() + timedelta(days=number())
    older, newer = (projects.add(updated_at=far + timedelta(seconds=each), media_count=each) for each in (1, 2))
    archived = projects.add(updated_at=far, archived_at=far)

    listed = projects.do(lambda rows: rows.list_with_stats(user_id=None)).items
    hidden = projects.do(lambda rows: rows.list_with_stats(user_id=None, archived=True)).items

    assert [(row.slug, row.media_count) for row in listed[:2]] == [(newer.slug, 2), (older.slug, 1)]
    assert hidden[0].slug == archived.slug
    assert archived.slug not in {row.slug for row in listed}


def test_a_recording_is_found_by_path_and_by_hash_until_it_is_in_the_trash(stand: Stand, ground: Ground) -> None:
    media = stand.on(RECORDINGS)
    made = create(media, a_recording, ground, path="/cards/a.mov", path_hash=path_hash("/cards/a.mov"))

    assert media.do(lambda rows: rows.get_by_path(ground.project, "/cards/a.mov")).id == made.id
    assert media.do(lambda rows: rows.get_by_path(ground.project, "/cards/A.mov")) is None
    assert media.do(lambda rows: rows.find_by_sha256(ground.project, made.sha256)).id == made.id

    gone = {"deleted_at": now(), "sha256_live": None, "path_hash": None}
    media.do(lambda rows: rows.update(held(rows, made), gone))

    assert media.do(lambda rows: rows.get_by_path(ground.project, "/cards/a.mov")) is None
    assert media.do(lambda rows: rows.find_by_sha256(ground.project, made.sha256)) is None


def test_restoring_brings_hash_and_path_back_or_clashes_with_the_twin_that_came_meanwhile(
    stand: Stand, ground: Ground
) -> None:
    media = stand.on(RECORDINGS)
    facts = {"path": "/a", "deleted_at": now(), "sha256_live": None}
    first, second = (create(media, a_recording, ground, sha256=f"{ground.project:064x}", **facts) for _ in range(2))

    media.do(lambda rows: rows.restore(held(rows, first)))

    assert media.do(lambda rows: rows.get_by_path(ground.project, "/a")).id == first.id
    with pytest.raises(Conflict):
        media.do(lambda rows: rows.restore(held(rows, second)))


def test_search_finds_words_in_any_order_beginnings_and_pieces_of_names(stand: Stand, ground: Ground) -> None:
    media = stand.on(RECORDINGS)
    made = create(media, a_recording, ground, title="Launching the Blåskjell", filename="A001_C012.mov")
    create(media, a_recording, ground, title="Blåskjell", deleted_at=now(), sha256_live=None)

    def found(text: str) -> list[int]:
        return ids(media.do(lambda rows: rows.search(ground.project, text)))

    for text in ("blaskjell", "BLÅSKJELL laun", "c012 a001", "skjell", "launch", "blask%"):
        assert found(text) == [made.id], text
    for text in ("blaskjell anchor", "%", "_", '"', "lau the"):
        assert found(text) == [], text


def test_clips_of_a_recording_come_in_the_order_they_begin_without_the_trash(stand: Stand, ground: Ground) -> None:
    clips = stand.on(CLIPS)
    late = create(clips, a_clip, ground, in_point=50, out_point=60)
    early = create(clips, a_clip, ground, in_point=5, out_point=8)
    create(clips, a_clip, ground, in_point=1, out_point=2, deleted_at=now())

    found = ids(clips.do(lambda rows: rows.find_by_media(ground.media)))

    assert [id for id in found if id != ground.clip] == [early.id, late.id]
    assert ids(clips.do(lambda rows: rows.find_by_video(ground.media))) == found


def test_clips_of_a_project_come_in_its_order_and_by_their_words(stand: Stand, ground: Ground) -> None:
    clips = stand.on(CLIPS)
    second = create(clips, a_clip, ground, clip_order=20_000_000, title="Stem")
    first = create(clips, a_clip, ground, clip_order=10_000_000, title="Stern", notes="rudder post")

    def found(**wanted: Any) -> list[int]:
        page = clips.do(lambda rows: rows.find_by_project(ground.project, ClipFilter(**wanted)))
        return [id for id in ids(page.items) if id != ground.clip]

    assert found() == [first.id, second.id]
    assert found(q="rudder") == [first.id]
    assert found(q="st") == [first.id, second.id]
    assert found(q="%") == []


def test_clips_that_share_ticks_are_listed_apart(stand: Stand, ground: Ground) -> None:
    clips, media = stand.on(CLIPS), stand.plant(a_recording(ground, longest_clip=900)).id
    spans = {"one": (500, 600), "touches it": (600, 610), "shares its last": (599, 600)}
    made = {
        name: create(clips, a_clip, ground, media_id=media, in_point=start, out_point=end)
        for name, (start, end) in spans.items()
    }

    create(clips, a_clip, ground, media_id=media, in_point=0, out_point=900, deleted_at=now())

    page = clips.do(lambda rows: rows.find_by_project(ground.project, ClipFilter(overlapping=True)))

    assert {clip.id for clip in page.items if clip.media_id == media} == {made["one"].id, made["shares its last"].id}


@pytest.mark.parametrize(
    ("in_point", "out_point", "shared"),
    [(0, 100, 0), (0, 101, 1), (199, 300, 1), (200, 300, 0), (120, 130, 1), (0, 900, 1), (99, 100, 0)],
)
def test_touching_clips_share_nothing_and_one_tick_is_enough(
    stand: Stand, ground: Ground, in_point: int, out_point: int, shared: int
) -> None:
    clips = stand.on(CLIPS)
    made = create(clips, a_clip, ground, in_point=100, out_point=200)

    found = clips.do(lambda rows: rows.find_overlapping(ground.media, in_point, out_point, longest=100))

    assert [id for id in ids(found) if id != ground.clip] == [made.id] * shared
    alone = clips.do(lambda rows: rows.find_overlapping(ground.media, 100, 200, longest=100, except_id=made.id))
    assert ids(alone) == []


@pytest.mark.parametrize(
    ("in_point", "out_point", "field"),
    [(-1, 5, "in_timecode"), (1000, 1001, "in_timecode"), (5, 1001, "out_timecode"), (5, 5, "out_timecode")],
)
def test_bounds_outside_the_recording_are_refused_at_their_field(
    stand: Stand, ground: Ground, in_point: int, out_point: int, field: str
) -> None:
    clips = stand.on(CLIPS)

    with pytest.raises(Invalid) as refused:
        clips.do(lambda rows: rows.validate_bounds(ground.media, in_point, out_point))

    assert refused.value.field == field
    assert clips.do(lambda rows: rows.validate_bounds(ground.media, 0, 1000)) is None
    with pytest.raises(NotFound):
        clips.do(lambda rows: rows.validate_bounds(404_404, 0, 1))


def test_reordering_deals_the_same_places_out_anew(stand: Stand, ground: Ground) -> None:
    clips = stand.on(CLIPS)
    made = [create(clips, a_clip, ground) for _ in range(3)]
    before = [clip.clip_order for clip in made]

    wanted = [made[2].public_id, made[0].public_id, made[1].public_id]
    clips.do(lambda rows: rows.reorder(ground.project, wanted))

    page = clips.do(lambda rows: rows.find_by_project(ground.project))
    listed = [(clip.id, clip.clip_order) for clip in page.items if clip.id != ground.clip]
    assert listed == list(zip([made[2].id, made[0].id, made[1].id], before, strict=True))


def test_splitting_leaves_every_tick_in_one_of_two_neighbours(stand: Stand, ground: Ground) -> None:
    clips = stand.on(CLIPS)
    made = create(clips, a_clip, ground, in_point=100, out_point=200, notes="oak")
    after = create(clips, a_clip, ground)

    second = clips.do(lambda rows: rows.split(held(rows, made), 150, title="Second", created_by=None))

    page = clips.do(lambda rows: rows.find_by_project(ground.project))
    listed = [(clip.id, clip.in_point, clip.out_point) for clip in page.items if clip.id != ground.clip]
    assert listed == [(made.id, 100, 150), (second.id, 150, 200), (after.id, 10, 20)]
    assert second.notes == "oak"


def test_rendered_files_are_found_by_clip_newest_first_and_by_their_settings(stand: Stand) -> None:
    exports, clip = stand.on(EXPORTS), stand.plant(a_clip(stand.ground)).id
    older = exports.add(clip_id=clip, created_at=now() - timedelta(minutes=1))
    newer = exports.add(clip_id=clip)

    found = exports.do(lambda rows: rows.find_by_clips([clip, 404_404]))
    same = exports.do(lambda rows: rows.find_same(clip, 1, "mp4", older.settings_hash))

    assert {id: ids(files) for id, files in found.items()} == {clip: [newer.id, older.id], 404_404: []}
    assert same.id == older.id
    assert exports.do(lambda rows: rows.find_same(clip, 2, "mp4", older.settings_hash)) is None
