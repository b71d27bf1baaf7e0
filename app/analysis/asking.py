"""Asking for an analysis anew: what a recording must have for it, and one job of each kind at a time."""

from typing import Any

from app.auth.models import User
from app.core.errors import Conflict
from app.core.texts import say
from app.jobs.models import Job
from app.jobs.service import JobService
from app.media.models import Media, MediaKind


def ask(jobs: JobService, kind: str, person: User, media: Media, params: dict[str, Any], *, of_picture: bool) -> Job:
    """Enqueue an analysis of one kind with its settings, or return the one that waits or runs.

    Raises `Conflict` where the recording is not measured, or has no picture and the analysis is `of_picture`.
    """
    if of_picture and media.kind is not MediaKind.VIDEO:
        raise Conflict(say("There is no picture in this recording."))
    if media.duration_frames <= 0:
        raise Conflict(say("This recording is still being measured."))
    return jobs.enqueue(
        kind,
        project_id=media.project_id,
        media_id=media.id,
        name=media.title,
        params=params,
        created_by=person.id,
        idempotency_key=f"{kind}:{media.public_id}",
    )
