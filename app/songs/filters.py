"""What a list of songs is asked for, and what one row of it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.jobs.lists import ListedJob
from app.jobs.models import Job
from app.songs.models import Song, SongSource

SORTS = ("", "artist")


@dataclass(frozen=True)
class SongFilter:
    """Words of title or artist, and the order: "" is newest first, "artist" is by artist and title."""

    q: str = ""
    sort: str = ""


class ListedSong(NamedTuple):
    """A song as lists show it: all of it but the lyrics."""

    id: int
    public_id: UUID
    project_id: int
    media_id: int | None
    title: str
    artist: str
    name_key: str
    album: str | None
    genre: str | None
    year: int | None
    language: str | None
    source: SongSource
    youtube_id: str | None
    date_added: datetime
    version: int
    has_times: bool


class SongRow(NamedTuple):
    """A song and the newest job on its recording, where there is one; whole ones will do as well."""

    song: ListedSong | Song
    job: ListedJob | Job | None
