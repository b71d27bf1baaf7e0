"""What a search found as programs read it."""

from typing import Any

from app.search.groups import Group, Hit


def group_dict(group: Group) -> dict[str, Any]:
    """Return a recording and what was found in it, in time order."""
    return {
        "media": group.public_id,
        "title": "".join(text for text, _ in group.title),
        "url": group.url,
        "hits": [hit_dict(hit) for hit in group.hits],
        "more": group.more,
    }


def hit_dict(hit: Hit) -> dict[str, Any]:
    """Return one match: what kind of thing it is in, its text, and where it begins in seconds."""
    return {
        "kind": hit.kind,
        "text": "".join(text for text, _ in hit.runs),
        "speaker": hit.speaker,
        "seconds": hit.seconds,
        "end_seconds": hit.end_seconds,
        "url": hit.url,
    }
