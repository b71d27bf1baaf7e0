"""The list of projects, and the forms that make, change and archive one."""

from flask import Blueprint, current_app, flash, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.audit.sentences import recent
from app.auth.once import claim
from app.core.db import reading, transaction
from app.core.errors import Stale
from app.core.texts import say
from app.core.web.access import SIGNED_IN, access, actor, viewer
from app.core.web.forms import sent_mark, show_theirs
from app.core.web.htmx import as_list, go, render, wants_json
from app.projects.dicts import row_dict
from app.projects.forms import AdminNewProjectForm, AdminProjectForm, NewProjectForm, ProjectForm, fill
from app.projects.models import Project
from app.projects.service import ProjectService, Seat, project_service

bp = Blueprint("projects", __name__)


def projects_in(session: Session) -> ProjectService:
    """Build the service with the operator's workspace folder."""
    return project_service(session, current_app.config["SETTINGS"].workspaces)


@bp.get("/")
@access(SIGNED_IN)
def home() -> Response:
    """Go where everything starts."""
    return go(url_for("projects.index"))


@bp.get("/projects")
@bp.get("/projects.json", endpoint="index_json")
@access(SIGNED_IN)
def index() -> Response:
    """List the viewer's projects, last changed first."""
    archived = request.args.get("archived") == "1"
    with reading() as session:
        page = projects_in(session).list_for(viewer(), archived=archived, after=request.args.get("after"))
    if wants_json():
        return as_list(page, [row_dict(row) for row in page.items])
    return render(
        "projects/index.html",
        projects=page.items,
        next_after=page.next_after,
        archived=archived,
        can_create=True,
        demo_available=True,
    )


@bp.route("/projects/new", methods=["GET", "POST"])
@access(SIGNED_IN)
def new() -> Response:
    """Make a project."""
    form = AdminNewProjectForm() if viewer().is_admin else NewProjectForm()
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            mark = claim(session, viewer().id, sent_mark())
            project = projects_in(session).create(viewer(), form.fields())
            mark.leads_to(url_for("library.show", slug=project.slug))
        if not form.has_errors:
            return go(url_for("library.show", slug=project.slug))
    return render("projects/new.html", code=422 if form.has_errors else 200, form=form)


@bp.route("/p/<slug>/settings", methods=["GET", "POST"])
@access("project:edit")
def edit(slug: str) -> Response:
    """Change a project's fields; a stale version answers 409 with both values shown."""
    with reading() as session:
        seat = projects_in(session).get_for(viewer(), slug, "project:edit")
    form = AdminProjectForm() if viewer().is_admin else ProjectForm()
    if form.is_submitted():
        return _save(form, seat.project)
    fill(form, seat.project)
    return _settings_page(form, seat, 200)


@bp.post("/p/<slug>/archive")
@access("project:edit")
def archive(slug: str) -> Response:
    """Hide a project and make it read-only."""
    with transaction(actor()) as session:
        service = projects_in(session)
        project = service.get_for(viewer(), slug, "project:edit").project
        service.archive(project)
    flash(say("Archived “%(name)s”.", name=project.name))
    return go(url_for("projects.index"))


@bp.post("/p/<slug>/unarchive")
@access("project:edit")
def unarchive(slug: str) -> Response:
    """Bring a project back."""
    with transaction(actor()) as session:
        service = projects_in(session)
        project = service.get_for(viewer(), slug, "project:edit").project
        service.unarchive(project)
    flash(say("Brought back “%(name)s”.", name=project.name))
    return go(url_for("library.show", slug=project.slug))


def _save(form: ProjectForm, project: Project) -> Response:
    status = 422
    if form.validate():
        try:
            with form.blame(), transaction(actor()) as session:
                service = projects_in(session)
                seat = service.get_for(viewer(), project.slug, "project:edit")
                service.edit(viewer(), seat.project, form.fields(), int(form.version.data or 0))
            if not form.has_errors:
                flash(say("Saved."))
                return go(url_for("library.show", slug=project.slug))
        except Stale as stale:
            status = 409
            show_theirs(form, stale)
    with reading() as session:
        return _settings_page(form, projects_in(session).get_for(viewer(), project.slug, "project:edit"), status)


def _settings_page(form: ProjectForm, seat: Seat, code: int) -> Response:
    project = seat.project
    with reading() as session:
        history = recent(session, "project", project.id)
    return render(
        "projects/edit.html",
        code=code,
        form=form,
        project=project,
        version=project.version,
        history=history,
        counts={"media": project.media_count, "clips": project.clip_count},
        can_manage=True,
        can_archive=True,
        saved_text=None,
        used_text=None,
    )
