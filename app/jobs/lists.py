"""Jobs as the lists of other rooms show them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.jobs.models import Job, JobStatus


class ListedJob(NamedTuple):
    """A job as lists show it: how it stands, without what only its own page tells."""

    id: int
    public_id: UUID
    kind: str
    status: JobStatus
    progress: int
    current_stage: str | None
    error_message: str | None
    heartbeat_at: datetime | None
    started_at: datetime | None
    dismissed_at: datetime | None


# What a list reads, in the order of the fields.
LISTED = tuple(Job.metadata.tables["jobs"].c[name] for name in ListedJob._fields)
