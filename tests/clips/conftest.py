"""What is stored about a recording's clips."""

from app.core.db import transaction
from app.media.models import Media
from app.projects.models import Project


def counts(media: Media) -> tuple[int, int, int]:
    """Return the recording's clip count and longest clip, and the project's clip count, as stored."""
    with transaction() as session:
        session.expire_all()
        fresh = session.get_one(Media, media.id)
        project = session.get_one(Project, fresh.project_id)
        return fresh.clip_count, fresh.longest_clip, project.clip_count
