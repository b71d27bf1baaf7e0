"""Bringing a recording by its address on the internet."""

from flask import Blueprint, current_app, flash, url_for
from werkzeug.wrappers import Response

from app.core.db import reading, transaction
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import go, render
from app.media.fetching import bring, hint_for, require_allowed
from app.media.forms import AddressForm
from app.projects.service import project_service

bp = Blueprint("fetching", __name__)


@bp.route("/p/<slug>/import", methods=["GET", "POST"])
@access("media:upload")
def by_address(slug: str) -> Response:
    """Ask for an address, and have the recording there fetched by a job."""
    settings = current_app.config["SETTINGS"]
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "media:upload")
    require_allowed(settings)
    form = AddressForm()
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            seat = project_service(session).get_for(viewer(), slug, "media:upload")
            media = bring(session, viewer(), seat.project, form.url.data or "")
        if not form.has_errors:
            flash(say("“%(title)s” is being fetched.", title=media.title))
            return go(url_for("library.show", slug=seat.project.slug))
    return render(
        "media/import.html",
        code=422 if form.has_errors else 200,
        form=form,
        project=seat.project,
        hint=hint_for(viewer(), settings),
    )
