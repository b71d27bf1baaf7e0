"""`/p/<slug>/trash`: bring back what was deleted, or let it go for good."""

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.core.db import reading, transaction
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import go, render
from app.library import trash
from app.library.routes import counts
from app.media.forms import ConfirmForm
from app.media.purge import trash_days
from app.projects.service import project_service

bp = Blueprint("trash", __name__)


@bp.get("/p/<slug>/trash")
@access("media:delete")
def index(slug: str) -> Response:
    """List what was deleted in a project."""
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "media:delete")
        page = trash.recordings(session, seat.project, request.args.get("after"))
        clips = trash.clips(session, seat.project) if "after" not in request.args else []
        songs = trash.songs(session, seat.project) if "after" not in request.args else []
        days = trash_days(session)
    return render(
        "library/trash.html",
        project=seat.project,
        counts=counts(seat.project),
        can_manage=seat.may("project:edit"),
        media=page.items,
        next_after=page.next_after,
        clips=clips,
        songs=songs,
        days=days,
    )


@bp.route("/p/<slug>/trash/<uuid:id>/remove", methods=["GET", "POST"])
@access("project:edit")
def remove(slug: str, id: UUID) -> Response:
    """Ask, then remove a recording for good."""
    form = ConfirmForm()
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "project:edit")
        gone = trash.find(session, seat.project, id)
    if form.validate_on_submit():
        with transaction(actor()) as session:
            project = project_service(session).get_for(viewer(), slug, "project:edit").project
            title = trash.remove(session, project, id)
        flash(say("“%(title)s” is gone for good.", title=title))
        return go(url_for("trash.index", slug=slug))
    return render("library/remove.html", project=seat.project, gone=gone, form=form)
