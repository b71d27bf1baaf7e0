"""What stands in an address's places and in a form's fields, from one project's things."""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.house.world import Things

# An id nothing has.
NOBODYS = UUID(int=0)
NAMES: dict[str, Any] = {
    "filename": "css/tokens.css",
    "version": "now",
    "token": "nobody-has-this",
    "kind": "poster",
    "number": 0,
    "stage": "scenes",
    "name": "source_first",
    "form": "vtt",
    "ending": "otio",
    "person": NOBODYS,
    # The first thing that ever happened.
    "entry": 1,
}
GONE = {"media.restore": "gone_media", "trash.remove": "gone_media", "workbench_clips.restore": "gone_clip"}
FAILED_JOBS = frozenset({"jobs.retry", "jobs.dismiss"})


def names_for(endpoint: str, rule: str, things: Things, upload: UUID | None) -> dict[str, Any]:
    """Return what stands in an address's places, from this project."""
    owner = rule.split("/")[1]
    ids = {"m": things.media, "clips": things.clip, "jobs": things.job, "uploads": upload}
    ids |= {"lines": things.line, "speakers": things.speaker, "topics": things.topic, "songs": things.song}
    id = getattr(things, GONE[endpoint]) if endpoint in GONE else ids.get(owner)
    if endpoint in FAILED_JOBS:
        id = things.failed_job
    about = {"person": things.person} if endpoint.startswith("admin_users.") else {}
    if endpoint.startswith("earlier."):
        about = {"entry": things.entry}
    if endpoint == "admin_processing.first":
        id = things.job
    return {
        **NAMES,
        **about,
        "slug": things.slug,
        "id": id or NOBODYS,
        "other": things.other,
        "export": things.export,
        "topic": things.topic,
    }


def filled(data: Mapping[str, Any], things: Things) -> dict[str, Any]:
    """Return form fields with this project's names in them."""
    return {
        name: str(value).format(slug=things.slug, clip=things.clip, line=things.line) for name, value in data.items()
    }


def metadata(things: Things) -> str:
    """Return the tus header that names the project."""
    return f"project {base64.b64encode(things.slug.encode()).decode()}"
