"""What people do with songs: write them down, change them, bring their lyrics, have their stems made."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.pagination import Page
from app.core.texts import later, say
from app.jobs.models import Job
from app.media.models import Media, MediaSource
from app.media.moves import follows_moves
from app.media.service import MediaService, media_service
from app.projects.models import Project
from app.projects.service import Seat
from app.songs import lrc
from app.songs.filters import SongFilter, SongRow
from app.songs.models import UNKNOWN_ARTIST, Song, SongSource
from app.songs.repository import SongRepository

LONGEST = {"title": 255, "artist": 255, "album": 255, "genre": 80, "language": 16}
YOUTUBE = re.compile(r"(?:^|[?&]v=|youtu\.be/|/(?:embed|shorts|live)/)([\w-]{11})(?:$|[?&#/])", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
# Other sources of a recording are folders on the server.
SOURCES = {MediaSource.UPLOAD: SongSource.UPLOAD, MediaSource.YOUTUBE: SongSource.YOUTUBE}
# By field: what somebody saw of a song, see `marks_of`.
Marks = Mapping[str, str]
IN_TRASH = later("Its song is in the trash. Bring it back there.")


@dataclass(frozen=True)
class SongFields:
    """What a person writes about a song."""

    title: str
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None
    language: str | None = None
    youtube_id: str | None = None
    lyrics: str | None = None
    synced_lyrics: str | None = None


class SongService:
    """The rules of songs."""

    def __init__(self, session: Session, songs: SongRepository, media: MediaService) -> None:
        self.session = session
        self.songs = songs
        self.media = media

    def get_songs(
        self, project_ids: Sequence[int], wanted: SongFilter | None = None, after: str | None = None
    ) -> Page[SongRow]:
        """Return 50 songs of these projects, each with the latest job on its recording."""
        return self.songs.get_songs_with_jobs(project_ids, wanted or SongFilter(), after=after)

    def get_song(self, viewer: User, public_id: UUID, permission: str) -> tuple[Song, Media | None, Seat]:
        """Return the song, its recording and the viewer's seat; raises `NotFound` or `Forbidden`."""
        song = self.songs.get_by_public_id(public_id)
        if song is None or song.deleted_at is not None:
            raise NotFound()
        media = self.media.media.get(song.media_id) if song.media_id is not None else None
        if media is not None and media.deleted_at is not None:
            raise NotFound()
        return song, media, self.media.projects.seat_of(viewer, song.project_id, permission)

    def create_song(self, editor: User, project: Project, fields: SongFields, media: Media | None = None) -> Song:
        """Write a song down, of a recording or before its sound is here.

        Raises `Invalid` with the field, and `Conflict` where the recording or the YouTube id has a song already.
        """
        wanted = _checked(fields)
        self._refuse_duplicate(project.id, wanted.youtube_id, media)
        source = SOURCES.get(media.source, SongSource.LOCAL) if media is not None else SongSource.LOCAL
        if wanted.youtube_id and media is None:
            source = SongSource.YOUTUBE
        facts = {"project_id": project.id, "media_id": media.id if media else None, "source": source}
        return self.songs.create(Song(**facts, **asdict(wanted), created_by=editor.id))

    def create_song_with_job(
        self, editor: User, project: Project, fields: SongFields, media: Media
    ) -> tuple[Song, Job]:
        """Write down the song of a recording and ask for its stems: both or neither."""
        song = self.create_song(editor, project, fields, media)
        return song, self.make_stems(editor, song, media)

    def make_stems(self, person: User, song: Song, media: Media) -> Job:
        """Ask for voice and instruments to be parted; asking while that is at work returns the same job."""
        return self.media.jobs.enqueue(
            "stems",
            project_id=song.project_id,
            media_id=media.id,
            name=song.title,
            created_by=person.id,
            idempotency_key=f"stems:{media.public_id}",
        )

    def update(self, song: Song, fields: SongFields, seen: Marks, version: int) -> Song:
        """Save what a person changed since they saw, at `version`, what `seen` marks.

        Fields only the other side changed stay theirs. Raises `Stale`, with both values, where both changed
        the same field, `Invalid` with the field, and `Conflict` for a YouTube id the project has.
        """
        mine = asdict(_checked(fields))
        wanted = {name: value for name, value in mine.items() if mark_of(value) != seen.get(name)}
        if version != song.version:
            _refuse_clash(song, wanted, seen)
        if wanted.get("youtube_id"):
            self._refuse_duplicate(song.project_id, wanted["youtube_id"], None, song)
        return self.songs.update(song, wanted)

    def bring_lyrics(self, song: Song, text: str) -> Song:
        """Take timed lyrics over from LRC; where there are no plain ones yet, they become those too."""
        read = _read_lrc(text, "file")
        changes: dict[str, Any] = {"synced_lyrics": lrc.write(read.lines)}
        if not song.lyrics:
            changes["lyrics"] = "\n".join(line.text for line in read.lines)
        return self.songs.update(song, changes)

    def delete(self, song: Song) -> None:
        """Put a song in the trash; its recording stays, and so do the stems."""
        self.songs.update(song, {"deleted_at": now()})

    def restore(self, viewer: User, public_id: UUID) -> Song:
        """Take a song out of the trash; bringing back one that is there changes nothing."""
        song = self.songs.get_by_public_id(public_id)
        media = self.media.media.get(song.media_id) if song is not None and song.media_id is not None else None
        if song is None or (media is not None and media.deleted_at is not None):
            raise NotFound()
        self.media.projects.seat_of(viewer, song.project_id, "media:edit")
        return self.songs.update(song, {"deleted_at": None}) if song.deleted_at is not None else song

    def _refuse_duplicate(
        self, project_id: int, youtube_id: str | None, media: Media | None, song: Song | None = None
    ) -> None:
        known = self.songs.find_by_media(media.id) if media is not None else None
        if known is not None:
            raise Conflict(
                IN_TRASH if known.deleted_at else say("This recording is the song “%(title)s”.", title=known.title),
                "media",
            )
        known = self.songs.get_by_youtube_id(project_id, youtube_id)
        if known is not None and known is not song:
            words = (
                IN_TRASH if known.deleted_at else say("The song “%(title)s” has this id already.", title=known.title)
            )
            raise Conflict(words, "youtube_id")


@follows_moves
def take_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let a recording's song follow it to its new project; raises `Conflict` where that has one with its id."""
    songs = SongRepository(session)
    song = songs.find_by_media(media.id)
    if song is None:
        return
    twin = songs.get_by_youtube_id(media.project_id, song.youtube_id)
    if twin is not None:
        raise Conflict(say("The song “%(title)s” there has the same YouTube id.", title=twin.title), "project")
    songs.update(song, {"project_id": media.project_id})


def fields_of(song: Song) -> SongFields:
    """Return what a person may change of a song, as it is now."""
    return SongFields(**{name: getattr(song, name) for name in SongFields.__dataclass_fields__})


def marks_of(fields: SongFields) -> dict[str, str]:
    """Return a mark for each field by which its value is known again; lyrics are too long to be sent twice."""
    return {name: mark_of(value) for name, value in asdict(fields).items()}


def mark_of(value: str | int | None) -> str:
    """Return the mark of one value."""
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def song_service(session: Session) -> SongService:
    """Build the service on this session."""
    return SongService(session, SongRepository(session), media_service(session))


def _checked(fields: SongFields) -> SongFields:
    """Return the fields made fit to be stored; raises `Invalid` with the field."""
    texts = {name: (getattr(fields, name) or "").strip() or None for name in LONGEST}
    if texts["title"] is None:
        raise Invalid(say("Give the song a title."), "title")
    for name, most in LONGEST.items():
        if len(texts[name] or "") > most:
            raise Invalid(say("Use at most %(most)s characters.", most=most), name)
    if fields.year is not None and not 1000 <= fields.year <= 9999:
        raise Invalid(say("Write a year of four digits, such as 1987."), "year")
    if texts["language"] and not LANGUAGE.fullmatch(texts["language"]):
        raise Invalid(say("Write a code of two or three letters, such as en or nb."), "language")
    timed = _read_lrc(fields.synced_lyrics, "synced_lyrics").lines if fields.synced_lyrics else []
    return replace(
        fields,
        **{**texts, "artist": texts["artist"] or UNKNOWN_ARTIST},  # type: ignore[arg-type]
        youtube_id=_youtube_id(fields.youtube_id),
        lyrics=(fields.lyrics or "").strip() or None,
        synced_lyrics=lrc.write(timed) or None,
    )


def _youtube_id(text: str | None) -> str | None:
    """Return the id in an id or an address; raises `Invalid` for anything else."""
    if not text or not text.strip():
        return None
    found = YOUTUBE.search(text.strip())
    if found is None:
        raise Invalid(say("Write the eleven characters of the video’s id, or its whole address."), "youtube_id")
    return found[1]


def _read_lrc(text: str, field: str) -> lrc.Lyrics:
    read = lrc.read(text)
    if read.problems:
        more = len(read.problems) - 5
        raise Invalid(" ".join(read.problems[:5]) + (say(" And %(more)s more.", more=more) if more > 0 else ""), field)
    if text.strip() and not read.lines:
        raise Invalid(say("There is no line with a time in it. Lines begin like [03:07.25]."), field)
    return read


def _refuse_clash(song: Song, wanted: dict[str, Any], seen: Marks) -> None:
    """Raise `Stale` where the other side changed one of the wanted fields to something else."""
    saved = asdict(fields_of(song))
    clashing = {
        name for name, value in wanted.items() if mark_of(saved[name]) != seen.get(name) and saved[name] != value
    }
    if clashing:
        raise Stale(
            say("Somebody saved this song while you were editing."),
            {name: wanted[name] for name in clashing},
            {name: saved[name] for name in clashing},
            song.version,
        )
