"""Deleting a whole project: a page that asks, the list of those in the trash, and bringing one back."""

import sqlalchemy as sa
from flask import Blueprint, flash, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.core.db import reading, transaction
from app.core.texts import later, say
from app.core.web.access import SIGNED_IN, access, actor, viewer
from app.core.web.forms import Form, trim
from app.core.web.htmx import go, render
from app.jobs.reads import open_jobs
from app.library.trash import goes_at
from app.media.purge import trash_days
from app.media.usage import bytes_by_project
from app.projects.models import Project, ProjectMember
from app.projects.service import project_service
from app.projects.trash import project_trash

bp = Blueprint("project_trash", __name__)


class DeleteProjectForm(Form):
    """The project's name, typed by hand: a slip of the mouse deletes nothing."""

    name = StringField(
        later("Type the project’s name"),
        [
            InputRequired(later("Type the name to delete the project.")),
            Length(max=200, message=later("Use at most 200 characters.")),
        ],
        filters=[trim],
    )


@bp.get("/projects/trash")
@access(SIGNED_IN)
def index() -> Response:
    """List the deleted projects the viewer may bring back."""
    with reading() as session:
        days = trash_days(session)
        rows = [(project, goes_at(project, days)) for project in project_trash(session).list_for(viewer())]
    return render("library/projects_trash.html", rows=rows, days=days)


@bp.route("/p/<slug>/delete", methods=["GET", "POST"])
@access("project:delete")
def delete(slug: str) -> Response:
    """Ask with everything that goes, then put the project in the trash."""
    form = DeleteProjectForm()
    with reading() as session:
        project = project_service(session).get_for(viewer(), slug, "project:delete").project
        facts, days = _facts(session, project), trash_days(session)
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            seat = project_service(session).get_for(viewer(), slug, "project:delete")
            project_trash(session).delete(seat.project, form.name.data or "")
        if not form.has_errors:
            undo = {"undo_url": url_for("project_trash.restore", slug=project.slug), "fields": {}}
            flash({"text": say("Deleted “%(name)s”.", name=project.name), **undo}, "toast")  # type: ignore[arg-type]
            return go(url_for("projects.index"))
    status = 422 if form.has_errors else 200
    return render("library/project_delete.html", code=status, project=project, form=form, facts=facts, days=days)


@bp.post("/p/<slug>/restore")
@access("project:delete")
def restore(slug: str) -> Response:
    """Bring a project back from the trash."""
    with transaction(actor()) as session:
        project = project_trash(session).restore(viewer(), slug)
    flash(say("Brought back “%(name)s”.", name=project.name))
    return go(url_for("library.show", slug=project.slug))


def _facts(session: Session, project: Project) -> dict[str, int]:
    """Return what the page counts: recordings, clips, bytes, members, and jobs that would stop."""
    members = sa.select(sa.func.count()).where(ProjectMember.project_id == project.id)
    return {
        "media": project.media_count,
        "clips": project.clip_count,
        "bytes": bytes_by_project(session, [project.id]).get(project.id, 0),
        "members": session.scalar(members) or 0,
        "jobs": len(open_jobs(session, project.id)[0]),
    }
