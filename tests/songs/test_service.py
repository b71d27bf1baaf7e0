"""The rules of songs: who is refused what, what is told, and what goes with what."""

import pytest
import sqlalchemy as sa

from app.audit.models import AuditLog
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, Stale
from app.index.models import SearchDocument
from app.jobs.models import Job
from app.media.models import Media, MediaSource
from app.media.purge import empty, purge_media
from app.media.service import media_service
from app.projects.models import Project
from app.songs.models import Song, SongSource
from app.songs.purge import purge_songs
from app.songs.service import SongFields, fields_of, marks_of, song_service
from tests.factories import make_media, make_project
from tests.songs.conftest import LRC, make_song, make_stems, stored
from tests.visitors import Company


def count(*conditions: sa.ColumnElement[bool], of: type = Song) -> int:
    with transaction() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(of).where(*conditions)) or 0


def test_a_song_and_its_job_are_made_together_or_not_at_all(company: Company, media: Media) -> None:
    with transaction() as session:
        project, fresh = session.get_one(Project, company.project.id), session.get_one(Media, media.id)
        song, job = song_service(session).create_song_with_job(company.editor, project, SongFields("Keel"), fresh)
    with pytest.raises(RuntimeError), transaction() as session:
        other = media_service(session).media.create(Media(project_id=project.id, title="B", filename="b.mp3"))
        song_service(session).create_song_with_job(company.editor, project, SongFields("Oak"), other)
        raise RuntimeError("killed between the two and the commit")

    assert (song.artist, song.source, song.media_id) == ("Unknown Artist", SongSource.UPLOAD, media.id)
    assert (job.kind, job.media_id) == ("stems", media.id)
    assert (count(), count(of=Job)) == (1, 1)


def test_two_songs_without_a_youtube_id_are_no_duplicates(company: Company) -> None:
    for title in ("Keel", "Oak"):
        make_song(company, title=title)

    assert count() == 2


@pytest.mark.parametrize(
    "written", ["dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ?t=3", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&x=1"]
)
def test_the_same_video_is_one_song_of_a_project(company: Company, written: str) -> None:
    made = make_song(company, youtube_id=written)

    with pytest.raises(Conflict, match="The song “Keel” has this id already") as refused:
        make_song(company, title="Again", youtube_id="dQw4w9WgXcQ")

    assert (made.youtube_id, made.source, refused.value.field) == ("dQw4w9WgXcQ", SongSource.YOUTUBE, "youtube_id")


def test_a_recording_is_one_song_even_while_that_is_in_the_trash(company: Company, media: Media) -> None:
    song = make_song(company, media)
    with pytest.raises(Conflict, match="This recording is the song “Keel”"):
        make_song(company, media)
    with transaction() as session:
        song_service(session).delete(session.get_one(Song, song.id))

    with pytest.raises(Conflict, match="in the trash"):
        make_song(company, media)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"year": 87}, "year"),
        ({"language": "en onclick=x"}, "language"),
        ({"youtube_id": "not one"}, "youtube_id"),
        ({"synced_lyrics": "[00:01.00]Keel\nOak"}, "synced_lyrics"),
        ({"synced_lyrics": "[ti:Keel]"}, "synced_lyrics"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(company: Company, fields: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_song(company, **fields)

    assert refused.value.field == field


def test_where_a_song_came_from_follows_its_recording(company: Company) -> None:
    found = make_media(company.project, source=MediaSource.SCAN)

    assert make_song(company, found).source is SongSource.LOCAL


def test_edits_of_other_fields_are_merged_and_of_the_same_are_a_clash(company: Company) -> None:
    song = make_song(company, artist="Marit", lyrics="We laid the keel")
    seen, base = marks_of(fields_of(song)), fields_of(song)
    with transaction() as session:
        service = song_service(session)
        row = session.get_one(Song, song.id)
        service.update(row, SongFields(**{**vars(base), "artist": "Jonas"}), seen, 1)
        service.update(row, SongFields(**{**vars(base), "album": "Boats"}), seen, 1)

    with pytest.raises(Stale) as clash, transaction() as session:
        fields = SongFields(**{**vars(base), "artist": "Kari"})
        song_service(session).update(session.get_one(Song, song.id), fields, seen, 1)

    assert (stored(song).artist, stored(song).album, stored(song).version) == ("Jonas", "Boats", 3)
    assert (clash.value.mine, clash.value.theirs) == ({"artist": "Kari"}, {"artist": "Jonas"})


def test_brought_lyrics_become_the_plain_ones_only_where_there_are_none(company: Company) -> None:
    without, having = make_song(company), make_song(company, title="Oak", lyrics="Mine")
    with transaction() as session:
        for song in (without, having):
            song_service(session).bring_lyrics(session.get_one(Song, song.id), f"[offset:500]\n{LRC}")

    assert stored(without).synced_lyrics == "[00:00.50]We laid the keel\n[00:04.00]in winter\n"
    assert (stored(without).lyrics, stored(having).lyrics) == ("We laid the keel\nin winter", "Mine")


def test_every_change_is_told_and_what_is_sung_can_be_found(company: Company, media: Media) -> None:
    song = make_song(company, media, artist="Marit", synced_lyrics=LRC)
    with transaction() as session:
        song_service(session).delete(session.get_one(Song, song.id))

    assert count(AuditLog.entity_type == "song", AuditLog.entity_id == song.id, of=AuditLog) == 2
    assert count(SearchDocument.entity_type == "song", of=SearchDocument) == 0
    with transaction() as session:
        song_service(session).restore(company.editor, song.public_id)
        document = session.scalar(sa.select(SearchDocument).where(SearchDocument.entity_type == "song"))
    assert document is not None
    assert (document.title, document.body) == ("keel marit", "we laid the keel in winter")


def test_a_song_goes_for_good_with_its_recording_or_when_its_own_days_are_over(company: Company, media: Media) -> None:
    with_sound, alone = make_song(company, media), make_song(company, title="Oak")
    with transaction() as session:
        purge_media(session, [media.id])
        song_service(session).delete(session.get_one(Song, alone.id))
    assert count(Song.id == with_sound.id) == 0

    with transaction() as session:
        assert purge_songs(session, now()) == 1

    assert count() == 0
    assert count(AuditLog.entity_type == "song", AuditLog.action == "DELETE", of=AuditLog) == 2


def test_a_project_takes_its_songs_along_when_it_goes(company: Company) -> None:
    make_song(company)
    with transaction() as session:
        session.get_one(Project, company.project.id).deleted_at = now()
    with transaction() as session:
        empty(session, now().replace(year=now().year + 1))

    assert count() == 0


def test_a_song_follows_its_recording_to_another_project_unless_it_is_there(company: Company, media: Media) -> None:
    song = make_song(company, media, youtube_id="dQw4w9WgXcQ")
    other = make_project(company.editor, "Other")
    with transaction() as session:
        row = session.get_one(Media, media.id)
        media_service(session).edit(company.editor, row, row.title, other.slug, row.version)
    assert stored(song).project_id == other.id

    make_song(company, title="Twin", youtube_id="dQw4w9WgXcQ")
    with pytest.raises(Conflict, match="same YouTube id"), transaction() as session:
        row = session.get_one(Media, media.id)
        media_service(session).edit(company.editor, row, row.title, company.project.slug, row.version)


def test_paths_are_read_over_the_recording_and_its_files(company: Company, media: Media) -> None:
    song = make_song(company, media)
    make_stems(media)

    with transaction() as session:
        session.expire_all()
        row = session.get_one(Song, song.id)
        paths = (row.file_path, row.vocals_path, row.instrumental_path)

    assert paths[0] == media.storage_key
    assert [str(path).split("/")[-1].split("-")[0] for path in paths[1:]] == ["vocals", "instrumental"]
