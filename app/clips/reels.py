"""A reel: a recording's clips rendered one after another, as a recording of its own with its captions."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.models import User
from app.clips.captions import within
from app.clips.repository import ClipRepository
from app.core.errors import Conflict
from app.core.texts import later
from app.media.models import Media, MediaKind, MediaSource
from app.media.registration import NewMedia
from app.media.service import MediaService, media_service
from app.projects.models import Project
from app.transcripts.answers import clock_for
from app.transcripts.captions import Cue, write
from app.transcripts.reads import cues_of
from app.transcripts.service import transcript_service

MOST_CLIPS = 200
NO_CLIPS = later("This recording has no clips yet. A reel is made of them.")
SOUND_ONLY = later("A reel is made of pictures, and this recording has sound only.")


class ReelService:
    """The rules of reels."""

    def __init__(self, session: Session, media: MediaService) -> None:
        self.session = session
        self.media = media
        self.clips = ClipRepository(session)

    def request(self, person: User, project: Project, media: Media) -> Media:
        """Make the recording the reel will be, and the job that renders it; clips changed later change nothing.

        The clips come in the order of the project’s list. Raises `Conflict` where there is nothing to make it of.
        """
        if media.kind is not MediaKind.VIDEO:
            raise Conflict(SOUND_ONLY)
        clips = sorted(self.clips.find_by_media(media.id), key=lambda clip: (clip.clip_order, clip.id))[:MOST_CLIPS]
        if not clips:
            raise Conflict(NO_CLIPS)
        self.media.require_quota(project, 0)
        new = NewMedia(
            filename=f"{media.title[:200]}, reel.mp4",
            file_size=0,
            sha256=None,
            content_type="video/mp4",
            kind=MediaKind.VIDEO,
            source=MediaSource.LOCAL,
            job_params={
                "of": str(media.public_id),
                "ranges": [[clip.in_point, clip.out_point] for clip in clips],
                "titles": [clip.title for clip in clips],
            },
        )
        return self.media.register(project, new, person.id, kind="reel")


def captions_of_reel(session: Session, media_id: int, ranges: list[list[int]]) -> tuple[str, str] | None:
    """Return the language and the WebVTT of what is said in these stretches, one after another; None for nothing."""
    service = transcript_service(session)
    media = session.get_one(Media, media_id)
    transcript = service.choose(media)
    if transcript is None:
        return None
    clock, cues, told, at_ms = clock_for(service, media), cues_of(session, transcript), list[Cue](), 0.0
    for start, stop in ranges:
        first, last = 1000 * clock.seconds(start), 1000 * clock.seconds(stop)
        shift = round(at_ms)
        said = within(cues, round(first), round(last))
        told += [replace(each, start_ms=each.start_ms + shift, end_ms=each.end_ms + shift) for each in said]
        at_ms += last - first
    return (transcript.language, write("vtt", told)) if told else None


def source_id_of(session: Session, public_id: str) -> int | None:
    """Return the recording a reel is made of, by the id its job was given."""
    media = media_service(session).media.get_by_public_id(UUID(public_id))
    return media.id if media is not None and media.deleted_at is None else None


def reel_service(session: Session) -> ReelService:
    """Build the service on this session."""
    return ReelService(session, media_service(session))
