"""`flask tags`: what a project's tags are, and making one of two."""

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.core.db import reading, session_scope
from app.core.errors import DomainError
from app.core.search_text import folded
from app.projects.models import Project
from app.projects.reads import project_by_slug
from app.tags.models import Tag
from app.tags.service import TagService, tag_service


@click.group()
def tags() -> None:
    """List and merge a project's tags."""


@tags.command("list")
@click.argument("project")
@with_appcontext
def show(project: str) -> None:
    """List the tags of PROJECT, by its address, with how many recordings and clips carry each."""
    with reading() as session:
        for row in tag_service(session).rows(_project(session, project)):
            click.echo(f"{row.name:<32} {row.counts.get('media', 0):>6} media {row.counts.get('clip', 0):>6} clips")


@tags.command("merge")
@click.argument("project")
@click.argument("name")
@click.argument("into")
@with_appcontext
def merge(project: str, name: str, into: str) -> None:
    """Let everything that carries NAME carry INTO; NAME is gone afterwards."""
    try:
        with session_scope() as session:
            found, service = _project(session, project), tag_service(session)
            service.merge(found, _tag(service, found, name).public_id, _tag(service, found, into).public_id)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"“{name}” is “{into}” now.")


def _project(session: Session, slug: str) -> Project:
    project = project_by_slug(session, slug)
    if project is None:
        raise click.ClickException(f"There is no project {slug}.")
    return project


def _tag(service: TagService, project: Project, name: str) -> Tag:
    tag = service.tags.find_by_names(project.id, [name]).get(folded(name))
    if tag is None:
        raise click.ClickException(f"There is no tag {name}.")
    return tag
