"""What must follow a recording when it changes its project or leaves: rooms above register it here."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.media.models import Media

# Called in the same unit of work, after the recording itself was moved.
Follow = Callable[[Session, Media, int], None]
followers: list[Follow] = []


def follows_moves(follow: Follow) -> Follow:
    """Register `follow(session, media, old_project_id)`."""
    if follow not in followers:
        followers.append(follow)
    return follow
