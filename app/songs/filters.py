"""What a list of songs is asked for, and what one row of it is."""

from dataclasses import dataclass

from app.jobs.models import Job
from app.songs.models import Song

SORTS = ("", "artist")


@dataclass(frozen=True)
class SongFilter:
    """Words of title or artist, and the order: "" is newest first, "artist" is by artist and title."""

    q: str = ""
    sort: str = ""


@dataclass(frozen=True)
class SongRow:
    """A song and the newest job on its recording, where there is one."""

    song: Song
    job: Job | None
