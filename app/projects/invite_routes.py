"""`/invite/<token>`: come in by a link somebody handed over, with a new account or the one you have."""

from flask import Blueprint, flash, g, url_for
from werkzeug.wrappers import Response

from app.auth.forms import SetupForm
from app.auth.models import Invitation
from app.auth.routes import browser, ending_lapsed, signed_in
from app.auth.service import auth_service
from app.core.db import Actor, reading, transaction
from app.core.texts import say
from app.core.web.access import PUBLIC, SIGNED_IN, access, actor, viewer
from app.core.web.htmx import go, render
from app.projects.members import member_service

bp = Blueprint("invitations", __name__)


@bp.route("/invite/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def accept(token: str) -> Response:
    """Make an account by an invitation, or ask somebody who is signed in to join with theirs."""
    with ending_lapsed(Invitation, token), reading() as session:
        service = member_service(session)
        link = service.invitation(token)
        project = service.project_of(link)
    form = SetupForm()
    if g.viewer is None and form.validate_on_submit():
        with form.blame(), transaction(Actor(name=form.display_name.data or "")) as session:
            user = member_service(session).accept(token, form.person())
            key = auth_service(session).open_session(user, browser())
        if not form.has_errors:
            return signed_in(key, _home(project.slug if project else None))
    if not form.is_submitted() and link.name:
        form.display_name.data = link.name
    return render(
        "auth/invite.html", code=422 if form.errors else 200, form=form, token=token, project=project, link=link
    )


@bp.post("/invite/<token>/accept")
@access(SIGNED_IN)
def join(token: str) -> Response:
    """Join with the account one has."""
    with ending_lapsed(Invitation, token), transaction(actor()) as session:
        project = member_service(session).accept_as(token, viewer())
    if project is not None:
        flash(say("You are a member of “%(name)s” now.", name=project.name))
    return go(_home(project.slug if project else None))


def _home(slug: str | None) -> str:
    return url_for("library.show", slug=slug) if slug else url_for("projects.index")
