"""What an address asks a project's list of clips for."""

from urllib.parse import urlencode
from uuid import UUID

from flask import request

from app.clips.filters import ClipFilter
from app.core.web.access import viewer

# Whom nothing was made by.
NOBODY = UUID(int=0)


def asked_filter() -> ClipFilter:
    """Read what the address asks the list for; what names nobody finds nothing."""
    q, tag, by = (request.args.get(name, "")[:200] for name in ("q", "tag", "by"))
    person = viewer().public_id if by == "me" else _person(by)
    return ClipFilter(q, tag, person if by else None, overlapping="overlap" in request.args)


def filter_query(wanted: ClipFilter) -> str:
    """Return the filter as an address says it."""
    values = {"q": wanted.q, "tag": wanted.tag, "by": wanted.by, "overlap": "1" if wanted.overlapping else ""}
    return urlencode({name: value for name, value in values.items() if value})


def _person(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return NOBODY
