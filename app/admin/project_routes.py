"""Admin › Projects: every project, whose it is and what it uses; put away and brought back."""

from flask import Blueprint, current_app, flash, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.projects import project_uses
from app.core.db import reading, transaction
from app.core.texts import say
from app.core.web.access import ADMIN, access, actor, viewer
from app.core.web.htmx import go, render
from app.projects.models import Project
from app.projects.service import project_service

bp = Blueprint("admin_projects", __name__, url_prefix="/admin/projects")


@bp.get("")
@access(ADMIN)
def index() -> Response:
    """List every project by name."""
    asked = {name: request.args.get(name, "").strip()[:200].replace("\0", "") for name in ("q", "state")}
    with reading() as session:
        page = project_uses(session, asked["q"], asked["state"], request.args.get("after"))
    return render("admin/projects.html", rows=page.items, next_after=page.next_after, asked=asked)


@bp.post("/<slug>/archive")
@access(ADMIN)
def archive(slug: str) -> Response:
    """Hide a project and make it read-only."""
    with transaction(actor()) as session:
        project = _project(session, slug)
        project_service(session).archive(project)
    undo = {"undo_url": url_for("admin_projects.unarchive", slug=slug), "fields": {}}
    flash({"text": say("Archived “%(name)s”.", name=project.name), **undo}, "toast")  # type: ignore[arg-type]
    return go(url_for("admin_projects.index"))


@bp.post("/<slug>/bring-back")
@access(ADMIN)
def unarchive(slug: str) -> Response:
    """Bring a project back."""
    with transaction(actor()) as session:
        project = _project(session, slug)
        project_service(session).unarchive(project)
    flash(say("Brought back “%(name)s”.", name=project.name))
    return go(url_for("admin_projects.index"))


def _project(session: Session, slug: str) -> Project:
    service = project_service(session, current_app.config["SETTINGS"].workspaces)
    return service.get_for(viewer(), slug, "project:edit").project
