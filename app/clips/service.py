"""What people do with clips: mark, edit, split, order, delete and restore; overlaps are told, not refused."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.models import User
from app.clips.bounds import refuse_outside
from app.clips.models import Clip, ClipOrigin
from app.clips.naming import said_in
from app.clips.repository import ClipRepository
from app.core.clock import now
from app.core.errors import Invalid, NotFound, Stale
from app.core.texts import say
from app.media.models import Media
from app.media.moves import follows_moves
from app.media.service import MediaService, media_service
from app.projects.service import Seat

LONGEST_TITLE = 255


@dataclass(frozen=True)
class ClipFields:
    """What a person set: a title and [in_point, out_point) in ticks of the recording."""

    title: str
    in_point: int
    out_point: int
    notes: str | None = None


class ClipService:
    """The rules of clips."""

    def __init__(self, session: Session, clips: ClipRepository, media: MediaService) -> None:
        self.session = session
        self.clips = clips
        self.media = media

    def get_for(self, viewer: User, public_id: UUID, permission: str) -> tuple[Clip, Media, Seat]:
        """Return the clip, its recording and the viewer's seat; raises `NotFound` or `Forbidden`."""
        clip = self.clips.get_by_public_id(public_id)
        if clip is None or clip.deleted_at is not None:
            raise NotFound()
        media = self.media.media.get(clip.media_id)
        if media is None or media.deleted_at is not None:
            raise NotFound()
        return clip, media, self.media.projects.seat_of(viewer, clip.project_id, permission)

    def validate_bounds(self, media: Media, in_point: int, out_point: int) -> None:
        """Raise `Invalid` unless 0 <= in_point < out_point <= the recording's length in ticks."""
        refuse_outside(media.duration_frames, in_point, out_point)

    def find_overlapping(self, media: Media, in_point: int, out_point: int, except_id: int | None = None) -> list[Clip]:
        """Return the recording's clips that share a tick with [in_point, out_point), in order."""
        return self.clips.find_overlapping(
            media.id, in_point, out_point, longest=media.longest_clip, except_id=except_id
        )

    def create(self, editor: User, media: Media, fields: ClipFields, origin: ClipOrigin = ClipOrigin.MANUAL) -> Clip:
        """Mark a clip, called by the words said in it where nobody named it.

        Raises `Invalid` with the field. Writes the row, the counts and the history.
        """
        self.validate_bounds(media, fields.in_point, fields.out_point)
        named = fields.title.strip() or said_in(self.session, media, fields.in_point, fields.out_point)
        clip = Clip(
            project_id=media.project_id,
            media_id=media.id,
            title=_title(named, say("Untitled clip")),
            notes=fields.notes,
            in_point=fields.in_point,
            out_point=fields.out_point,
            origin=origin,
            created_by=editor.id,
        )
        return self.add(media, clip)

    def add(self, media: Media, clip: Clip) -> Clip:
        """Put a new clip last in its project's order, and count it; raises `Invalid` with the field."""
        self.validate_bounds(media, clip.in_point, clip.out_point)
        clip.clip_order = self.clips.last_order(media.project_id) + 1
        self.clips.create(clip)
        self._count(media, 1, clip.length)
        return clip

    def update(self, clip: Clip, media: Media, fields: ClipFields, base: ClipFields, version: int) -> Clip:
        """Save what a person changed since they saw `base` at `version`.

        Fields only the other side changed are kept as theirs. Raises `Stale`, with both values, where
        both changed the same field, and `Invalid` with the field.
        """
        wanted = {name: value for name, value in _values(fields).items() if value != _values(base)[name]}
        if version != clip.version:
            _refuse_clash(clip, wanted, base)
        merged = replace(_fields(clip), **wanted)
        self.validate_bounds(media, merged.in_point, merged.out_point)
        if "title" in wanted:
            wanted["title"] = _title(fields.title, clip.title)
        self.clips.update(clip, wanted)
        self.clips.note_counts(media.id, clips=0, length=clip.length)
        return clip

    def set_bounds(
        self,
        clip: Clip,
        media: Media,
        in_point: int,
        out_point: int,
        version: int,
        seen: tuple[int, int] | None = None,
    ) -> Clip:
        """Trim or move a clip in one act; raises `Stale` where its ends changed since `version`.

        Where they still stand as they were `seen` (first frame, frame after the last), what changed is something
        else, and both changes hold.
        """
        if version != clip.version and seen != (clip.in_point, clip.out_point):
            theirs = {"in_point": clip.in_point, "out_point": clip.out_point}
            mine = {"in_point": in_point, "out_point": out_point}
            if theirs != mine:
                raise Stale(say("Somebody moved this clip a moment ago."), mine, theirs, clip.version)
        self.validate_bounds(media, in_point, out_point)
        self.clips.update(clip, {"in_point": in_point, "out_point": out_point})
        self.clips.note_counts(media.id, clips=0, length=clip.length)
        return clip

    def split(self, editor: User, clip: Clip, media: Media, at: int) -> Clip:
        """Cut a clip in two at tick `at`, which becomes the first of the second; returns the second."""
        if not clip.in_point < at < clip.out_point:
            raise Invalid(say("Split at a frame after the clip’s first and not after its last."), "at_timecode")
        second = self.clips.split(clip, at, title=f"{clip.title} (2)"[:LONGEST_TITLE], created_by=editor.id)
        self._count(media, 1, second.length)
        return second

    def move(self, clip: Clip, *, later: bool) -> None:
        """Trade places with the clip before or after it in the project's order; at an end nothing happens."""
        other = self.clips.neighbour(clip, later=later)
        if other is None:
            return
        self.clips.part(*((clip, other) if later else (other, clip)))
        here, there = clip.clip_order, other.clip_order
        self.clips.update(clip, {"clip_order": there})
        self.clips.update(other, {"clip_order": here})

    def reorder(self, project_id: int, public_ids: list[UUID]) -> None:
        """Give the named clips of a project the order in which they are named; the places stay theirs."""
        self.clips.reorder(project_id, public_ids)

    def delete(self, clip: Clip, media: Media) -> None:
        """Put a clip in the trash; it can be brought back."""
        self.clips.update(clip, {"deleted_at": now()})
        self._count(media, -1)

    def restore(self, viewer: User, public_id: UUID) -> tuple[Clip, Media]:
        """Take a clip out of the trash; bringing back one that is there changes nothing."""
        clip = self.clips.get_by_public_id(public_id)
        media = self.media.media.get(clip.media_id) if clip else None
        if clip is None or media is None or media.deleted_at is not None:
            raise NotFound()
        self.media.projects.seat_of(viewer, clip.project_id, "clip:edit")
        if clip.deleted_at is not None:
            self.clips.update(clip, {"deleted_at": None})
            self._count(media, 1, clip.length)
        return clip, media

    def keep_overlap(self, person: User, clip: Clip, other: Clip) -> None:
        """Remember that these two may overlap, so that the page stops saying so."""
        if clip.media_id != other.media_id:
            raise NotFound()
        self.clips.decide(clip.id, other.id, person.id)

    def _count(self, media: Media, clips: int, length: int = 0) -> None:
        self.clips.note_counts(media.id, clips=clips, length=length)
        self.media.projects.projects.add_counts(media.project_id, clips=clips)
        # The kept counts moved by Core: what was loaded is behind them.
        self.session.refresh(media, ["clip_count", "longest_clip"])


@follows_moves
def take_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let a recording's clips follow it to its new project."""
    ClipRepository(session).move_media(media.id, media.project_id)


def _fields(clip: Clip) -> ClipFields:
    return ClipFields(clip.title, clip.in_point, clip.out_point, clip.notes)


def _values(fields: ClipFields) -> dict[str, Any]:
    return {
        "title": fields.title,
        "in_point": fields.in_point,
        "out_point": fields.out_point,
        "notes": fields.notes,
    }


def _refuse_clash(clip: Clip, wanted: dict[str, Any], base: ClipFields) -> None:
    """Raise `Stale` where the other side changed one of the wanted fields to something else."""
    saved, seen = _values(_fields(clip)), _values(base)
    clashing = {name for name, value in wanted.items() if saved[name] not in (seen[name], value)}
    if clashing:
        raise Stale(
            say("Somebody saved this clip while you were editing."),
            {name: wanted[name] for name in clashing},
            {name: saved[name] for name in clashing},
            clip.version,
        )


def _title(text: str, otherwise: str) -> str:
    title = text.strip() or otherwise
    if len(title) > LONGEST_TITLE:
        raise Invalid(say("Use at most 255 characters."), "title")
    return title


def clip_service(session: Session) -> ClipService:
    """Build the service on this session."""
    return ClipService(session, ClipRepository(session), media_service(session))
