"""`/p/<slug>/tags`: a project's tags, what carries them, and making one of two."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.db import reading, transaction
from app.core.pagination import Page
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.forms import options
from app.core.web.htmx import as_list, go, render, wants_json
from app.projects.models import Project
from app.projects.service import project_service
from app.tags.dicts import tag_dict
from app.tags.forms import MergeForm, TagForm
from app.tags.models import Tag
from app.tags.service import tag_service

bp = Blueprint("tags", __name__)


@bp.get("/p/<slug>/tags")
@bp.get("/p/<slug>/tags.json", endpoint="index_json")
@access("project:view")
def index(slug: str) -> Response:
    """List a project's tags."""
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "project:view")
        rows = tag_service(session).rows(seat.project)
    if wants_json():
        return as_list(Page(rows), [tag_dict(row) for row in rows])
    return render(
        "tags/index.html",
        project=seat.project,
        counts={"media": seat.project.media_count, "clips": seat.project.clip_count},
        can_manage=seat.may("project:edit"),
        can_edit=seat.may("media:edit"),
        tags=rows,
    )


@bp.route("/p/<slug>/tags/<uuid:id>/edit", methods=["GET", "POST"])
@access("media:edit")
def edit(slug: str, id: UUID) -> Response:
    """Rename or recolour a tag."""
    form = TagForm()
    with reading() as session:
        project, tag = _tag(session, slug, id)
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            project, _ = _tag(session, slug, id)
            tag_service(session).edit(project, id, form.name.data or "", int(form.color.data))
        if not form.has_errors:
            return go(url_for("tags.index", slug=slug))
    elif not form.is_submitted():
        form.name.data, form.color.data = tag.name, str(tag.color)
    return _page(project, tag, form, MergeForm(formdata=None))


@bp.post("/p/<slug>/tags/<uuid:id>/merge")
@access("media:edit")
def merge(slug: str, id: UUID) -> Response:
    """Let everything that carries this tag carry another, and remove it."""
    form = MergeForm()
    with reading() as session:
        project, tag = _tag(session, slug, id)
        form.into.choices = _others(session, project, tag)
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            project, _ = _tag(session, slug, id)
            kept = tag_service(session).merge(project, id, UUID(form.into.data))
        if not form.has_errors:
            flash(say("“%(name)s” is “%(kept)s” now.", name=tag.name, kept=kept.name))
            return go(url_for("tags.index", slug=slug))
    filled = TagForm(formdata=None, data={"name": tag.name, "color": str(tag.color)})
    return _page(project, tag, filled, form)


@bp.post("/p/<slug>/tags/<uuid:id>/delete")
@access("media:edit")
def delete(slug: str, id: UUID) -> Response:
    """Remove a tag from everything."""
    with transaction(actor()) as session:
        project, tag = _tag(session, slug, id)
        tag_service(session).delete(project, id)
    flash(say("Removed the tag “%(name)s”.", name=tag.name))
    return go(url_for("tags.index", slug=slug))


def _tag(session: Session, slug: str, id: UUID) -> tuple[Project, Tag]:
    project = project_service(session).get_for(viewer(), slug, "media:edit").project
    return project, tag_service(session).require(project, id)


def _others(session: Session, project: Project, tag: Tag) -> list[Any]:
    rows = tag_service(session).rows(project)
    return options([(str(row.public_id), row.name) for row in rows if row.public_id != tag.public_id])


def _page(project: Project, tag: Tag, form: TagForm, merging: MergeForm) -> Response:
    with reading() as session:
        others = _others(session, project, tag)
    merging.into.choices = others
    return render(
        "tags/edit.html",
        code=422 if form.has_errors or merging.has_errors else 200,
        project=project,
        tag=tag,
        form=form,
        merging=merging,
        has_others=bool(others),
    )
