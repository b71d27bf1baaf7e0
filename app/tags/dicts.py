"""Tags as programs read them."""

from typing import Any

from app.tags.repository import TagRow


def tag_dict(tag: TagRow) -> dict[str, Any]:
    """Return a tag, and how many of each kind of thing carry it."""
    return {"public_id": str(tag.public_id), "name": tag.name, "color": tag.color, "counts": tag.counts}
