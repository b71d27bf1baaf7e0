"""A song on SQLite, PostgreSQL and MariaDB: written down, changed by two, brought lyrics, found, gone for good."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.db import unit_of_work
from app.core.errors import Conflict, Stale
from app.index.models import SearchDocument
from app.songs.models import Song
from app.songs.purge import purge_songs
from app.songs.service import SongFields, fields_of, marks_of, song_service
from tests.core.rooms import Ground, a_person, a_project, a_recording


def documents(session: Session, song: Song) -> int:
    mine = sa.select(sa.func.count()).where(SearchDocument.entity_type == "song", SearchDocument.entity_id == song.id)
    return session.scalar(mine) or 0


def test_the_whole_life_of_a_song(engine: sa.Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        service = song_service(session)
        with unit_of_work(session):
            person, project = a_person(), a_project()
            session.add_all([person, project])
            session.flush()
            media = a_recording(Ground(person.id, project.id, 0, 0, 0))
            session.add(media)
            session.flush()
            long = "We laid the keel\n" * 6000
            song = service.create_song(
                person, project, SongFields("Kjøl 🎵", lyrics=long, youtube_id="dQw4w9WgXcQ"), media
            )
        seen = marks_of(fields_of(song))
        with unit_of_work(session):
            service.update(song, replace(fields_of(song), artist="Åse", year=1987), seen, 1)
            service.bring_lyrics(song, "[00:01.00]Kjøl")
        with pytest.raises(Stale), unit_of_work(session):
            service.update(song, replace(fields_of(song), artist="Kari"), seen, 1)
        with pytest.raises(Conflict), unit_of_work(session):
            service.create_song(person, project, SongFields("Again", youtube_id="dQw4w9WgXcQ"))

        with unit_of_work(session):
            assert (song.artist, song.lyrics, documents(session, song)) == ("Åse", long.strip(), 1)
            assert [row.id for row in service.songs.search_by_title_or_artist("ase kj", [project.id])] == [song.id]
            service.delete(song)
        with unit_of_work(session):
            assert documents(session, song) == 0
            assert purge_songs(session, now()) >= 1
        assert session.scalar(sa.select(sa.func.count()).where(Song.project_id == project.id)) == 0
