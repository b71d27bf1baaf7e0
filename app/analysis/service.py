"""What people ask of the machines that look through a recording: listen or look again, with other numbers."""

from sqlalchemy.orm import Session

from app.analysis.asking import ask
from app.auth.models import User
from app.jobs.models import Job
from app.media.models import Media
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
        params = {"threshold_db": threshold_db, "min_ms": min_ms}
        return ask(self.media.jobs, "silence", person, media, params, of_picture=False)

    def look_for_scenes(self, person: User, media: Media, least_change: float) -> Job:
        """Ask for shots and slides to be looked for again; what was found before is replaced.

        `least_change`: how much of 255 the picture must change at a cut, on average. Raises `Conflict` where there
        is no picture, or none that is measured.
        """
        return ask(self.media.jobs, "scenes", person, media, {"least_change": least_change}, of_picture=True)


def analysis_service(session: Session) -> AnalysisService:
    """Build the service on this session."""
    return AnalysisService(session, media_service(session))
