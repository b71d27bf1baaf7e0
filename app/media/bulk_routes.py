"""What the list of recordings does to many at once: tag them, take tags off, delete them."""

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.db import transaction
from app.core.errors import Invalid
from app.core.texts import later, plural, say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import go
from app.media.models import Media
from app.media.purge import trash_days
from app.media.service import media_service
from app.media.tagging import carrier_of
from app.projects.service import project_service
from app.tags.service import split_names, tag_service

bp = Blueprint("bulk", __name__)

MOST = 200
NOBODY = later("Tick at least one recording first.")


@bp.post("/p/<slug>/media/tags")
@access("media:edit")
def tags(slug: str) -> Response:
    """Add tags to every ticked recording, or take them off."""
    names = split_names(request.form.get("tags", "")[:2000])
    if not names:
        raise Invalid(say("Write at least one tag."), "tags")
    with transaction(actor()) as session:
        carriers = [carrier_of(media) for media in _ticked(session, slug, "media:edit")]
        service = tag_service(session)
        if request.form.get("act") == "remove":
            service.remove(carriers, names)
        else:
            service.add(carriers, names, viewer().id)
    flash(
        say("%(recordings)s changed.", recordings=plural(len(carriers), "recording", "recordings"))
        if carriers
        else NOBODY
    )
    return go(url_for("library.show", slug=slug, view="list"))


@bp.post("/p/<slug>/media/delete")
@access("media:delete")
def delete(slug: str) -> Response:
    """Put every ticked recording in the trash; history brings each back."""
    with transaction(actor()) as session:
        media = _ticked(session, slug, "media:delete")
        for each in media:
            media_service(session).delete(each)
        days = trash_days(session)
    deleted = say(
        "Deleted %(recordings)s. The trash holds them for %(days)s.",
        recordings=plural(len(media), "recording", "recordings"),
        days=plural(days, "day", "days"),
    )
    flash(deleted if media else NOBODY)
    return go(url_for("library.show", slug=slug, view="list"))


def _ticked(session: Session, slug: str, permission: str) -> list[Media]:
    """Return the chosen recordings of this project, at most 200; any other id names nothing."""
    project = project_service(session).get_for(viewer(), slug, permission).project
    return media_service(session).media.by_public_ids(project.id, _ids(request.form.getlist("media")[:MOST]))


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError as error:
            raise Invalid(say("This page was damaged. Reload it and try again.")) from error
    return found
