"""What people ask of the machines that look through a recording: listen or look again, with other numbers."""

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.errors import Conflict
from app.core.texts import say
from app.jobs.models import Job
from app.media.models import Media, MediaKind
from app.media.service import MediaService, media_service


class AnalysisService:
    """The rules of what is found in recordings."""

    def __init__(self, session: Session, media: MediaService) -> None:
        self.session = session
        self.media = media

    def listen(self, person: User, media: Media, *, threshold_db: float | None, min_ms: int) -> Job:
        """Ask for silence to be looked for again; what was found before is replaced, clips stay as they are.

        `threshold_db` None lets the sound itself decide. Raises `Conflict` while the recording is not measured.
        """
        if media.duration_frames <= 0:
            raise Conflict(say("This recording is still being measured."))
        return self.media.jobs.enqueue(
            "silence",
            project_id=media.project_id,
            media_id=media.id,
            name=media.title,
            params={"threshold_db": threshold_db, "min_ms": min_ms},
            created_by=person.id,
            idempotency_key=f"silence:{media.public_id}",
        )

    def look_for_scenes(self, person: User, media: Media, least_change: float) -> Job:
        """Ask for shots and slides to be looked for again; what was found before is replaced.

        `least_change`: how much of 255 the picture must change at a cut, on average. Raises `Conflict` where there
        is no picture, or none that is measured.
        """
        if media.kind is not MediaKind.VIDEO:
            raise Conflict(say("There is no picture in this recording."))
        if media.duration_frames <= 0:
            raise Conflict(say("This recording is still being measured."))
        return self.media.jobs.enqueue(
            "scenes",
            project_id=media.project_id,
            media_id=media.id,
            name=media.title,
            params={"least_change": least_change},
            created_by=person.id,
            idempotency_key=f"scenes:{media.public_id}",
        )


def analysis_service(session: Session) -> AnalysisService:
    """Build the service on this session."""
    return AnalysisService(session, media_service(session))
