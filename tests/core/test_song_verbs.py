"""What the repository of songs answers, the same on eight backings; two defects of the described code among it."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import now
from app.songs.filters import SongFilter
from app.songs.models import SongSource
from tests.core.backings import Stand
from tests.core.planted import Ground, a_job, a_recording
from tests.core.rooms import SONGS


@pytest.fixture
def ground(stand: Stand) -> Ground:
    """Return rows of this test's own to hang others on."""
    return stand.new_ground()


def ids(rows: Any) -> list[int]:
    return [row.id for row in rows]


def test_no_youtube_id_finds_no_song_and_many_songs_may_have_none(stand: Stand, ground: Ground) -> None:
    songs, project = stand.on(SONGS), ground.project
    for title in ("Keel", "Oak"):
        songs.add(project_id=project, youtube_id=None, title=title)
    known = songs.add(project_id=project, youtube_id="dQw4w9WgXcQ")

    assert songs.do(lambda rows: rows.get_by_youtube_id(project, None)) is None
    assert songs.do(lambda rows: rows.get_by_youtube_id(project, "")) is None
    assert songs.do(lambda rows: rows.get_by_youtube_id(project, "dQw4w9WgXcQ")).id == known.id
    assert songs.do(lambda rows: rows.get_by_youtube_id(stand.ground.project, "dQw4w9WgXcQ")) is None


def test_a_song_with_many_jobs_is_one_row_with_the_latest_of_them(stand: Stand, ground: Ground) -> None:
    songs, moment = stand.on(SONGS), now()
    with_sound = songs.add(project_id=ground.project, media_id=ground.media, date_added=moment)
    without = songs.add(project_id=ground.project, date_added=moment - timedelta(hours=1))
    jobs = [
        stand.plant(a_job(ground, created_at=moment - timedelta(minutes=age), clip_id=clip)).id
        for age, clip in ((5, None), (1, None), (9, None), (0, ground.clip))
    ]

    page = songs.do(lambda rows: rows.get_songs_with_jobs([ground.project]))

    assert [(row.song.id, row.job and row.job.id) for row in page.items] == [
        (with_sound.id, jobs[1]),
        (without.id, None),
    ]


def test_songs_come_newest_first_or_by_artist_whatever_the_capitals(stand: Stand, ground: Ground) -> None:
    songs, moment = stand.on(SONGS), now()
    names = [("zoë", "Steam"), ("Åse", "oak"), ("ase", "Keel"), ("Ase Band", "A"), ("zoe", "Oak")]
    made = [
        songs.add(project_id=ground.project, artist=artist, title=title, date_added=moment + timedelta(seconds=at))
        for at, (artist, title) in enumerate(names)
    ]

    newest = songs.do(lambda rows: rows.get_all_ordered_by_date([ground.project])).items
    by_artist = songs.do(lambda rows: rows.get_songs_with_jobs([ground.project], SongFilter(sort="artist"))).items

    assert ids(newest) == ids(made[::-1])
    assert [(row.song.artist, row.song.title) for row in by_artist] == [names[i] for i in (2, 1, 3, 4, 0)]


def test_words_are_found_in_title_or_artist_in_any_order_and_nothing_is_a_wildcard(
    stand: Stand, ground: Ground
) -> None:
    songs = stand.on(SONGS)
    keel = songs.add(project_id=ground.project, artist="Ålesund Choir", title="Keel & Steam", lyrics="We laid oak")
    percent = songs.add(project_id=ground.project, artist="50%_off", title="Don’t")

    def found(text: str) -> list[int]:
        return ids(songs.do(lambda rows: rows.search_by_title_or_artist(text, [ground.project])))

    assert found("steam alesund") == found("KEEL") == found('"choir') == found("lesun") == [keel.id]
    assert found("oak") == found("keel nobody") == found("%") == found("_") == []
    assert found("50%") == found("50") == [percent.id]
    assert found("") == [percent.id, keel.id]


def test_songs_are_found_by_where_they_came_from_and_by_their_recording(stand: Stand, ground: Ground) -> None:
    songs = stand.on(SONGS)
    brought = songs.add(project_id=ground.project, media_id=ground.media)
    elsewhere = songs.add(project_id=ground.project, source=SongSource.YOUTUBE)

    assert ids(songs.do(lambda rows: rows.get_by_source(SongSource.YOUTUBE, [ground.project]))) == [elsewhere.id]
    assert ids(songs.do(lambda rows: rows.get_by_source(SongSource.UPLOAD, [ground.project]))) == [brought.id]
    assert songs.do(lambda rows: rows.find_by_media(ground.media)).id == brought.id
    assert songs.do(lambda rows: rows.find_by_media(404_404)) is None


def test_what_is_in_the_trash_itself_or_with_its_recording_is_in_no_list(stand: Stand, ground: Ground) -> None:
    songs = stand.on(SONGS)
    gone = stand.plant(a_recording(ground, deleted_at=now(), sha256_live=None))
    songs.add(project_id=ground.project, media_id=gone.id)
    songs.add(project_id=ground.project, deleted_at=now())

    assert songs.do(lambda rows: rows.get_songs_with_jobs([ground.project])).items == []
    assert songs.do(lambda rows: rows.search_by_title_or_artist("keel", [ground.project])) == []


def test_a_song_nobody_named_an_artist_for_has_one(stand: Stand) -> None:
    made = stand.on(SONGS).add()

    assert made.artist == "Unknown Artist"
    assert made.name_key == "unknown artist  keel"
