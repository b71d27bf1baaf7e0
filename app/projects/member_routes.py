"""The members of a project: who is here, in which role, and links for those who are not yet."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.auth.models import Invitation
from app.auth.once import claim
from app.core.db import reading, transaction
from app.core.errors import Conflict
from app.core.pagination import Page
from app.core.texts import say
from app.core.web.access import SIGNED_IN, access, actor, viewer
from app.core.web.forms import sent_mark
from app.core.web.htmx import as_list, go, render, wants_json
from app.core.words import ago, day
from app.projects.dicts import member_dict
from app.projects.forms import InvitationForm, MemberForm, RoleForm
from app.projects.members import member_service
from app.projects.models import MemberRole
from app.projects.service import Seat, project_service

bp = Blueprint("members", __name__)


@bp.get("/p/<slug>/members")
@bp.get("/p/<slug>/members.json", endpoint="index_json")
@access("project:view")
def index(slug: str) -> Response:
    """List a project's members; an owner may change them."""
    if wants_json():
        with reading() as session:
            seat = project_service(session).get_for(viewer(), slug, "project:view")
            rows = member_service(session).rows(seat.project, viewer())
        return as_list(Page(rows), [member_dict(row) for row in rows])
    return _page(slug)


@bp.post("/p/<slug>/members")
@access("member:manage")
def add(slug: str) -> Response:
    """Give somebody with an account a role."""
    form = MemberForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            seat = _managed(session, slug)
            person = member_service(session).add(seat.project, form.username.data or "", MemberRole(form.role.data))
        if not form.has_errors:
            flash(say("%(display_name)s is a member now.", display_name=person.display_name))
            return go(url_for("members.index", slug=slug))
    return _page(slug, form=form)


@bp.post("/p/<slug>/members/<uuid:person>/role")
@access("member:manage")
def change(slug: str, person: UUID) -> Response:
    """Give a member another role."""
    form = RoleForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            project = _managed(session, slug).project
            changed = member_service(session).change(project, person, MemberRole(form.role.data))
        if not form.has_errors:
            flash(say("%(name)s is %(role)s now.", name=changed.display_name, role=_article(form.role.data)))
            return go(url_for("members.index", slug=slug))
    return _page(slug, trouble=" ".join(message for messages in form.errors.values() for message in messages))


@bp.post("/p/<slug>/members/<uuid:person>/remove")
@access("member:manage")
def remove(slug: str, person: UUID) -> Response:
    """Take somebody out; Undo gives the same role back."""
    try:
        with transaction(actor()) as session:
            project, service = _managed(session, slug).project, member_service(session)
            role = service.role_of(project, person)
            removed = service.remove(project, person)
    except Conflict as conflict:
        return _page(slug, trouble=str(conflict))
    undo = {"undo_url": url_for("members.add", slug=slug), "fields": {"username": removed.username, "role": role.value}}
    flash({"text": say("Took out %(display_name)s.", display_name=removed.display_name), **undo}, "toast")  # type: ignore[arg-type]
    return go(url_for("members.index", slug=slug))


@bp.post("/projects/leave")
@access(SIGNED_IN)
def leave() -> Response:
    """Leave the project the form names; its last owner cannot."""
    slug = request.form.get("slug", "")[:80]
    try:
        with transaction(actor()) as session:
            project = project_service(session).get_for(viewer(), slug, "project:view").project
            member_service(session).remove(project, viewer().public_id)
    except Conflict as conflict:
        return _page(slug, trouble=str(conflict))
    flash(say("You left “%(name)s”.", name=project.name))
    return go(url_for("projects.index"))


@bp.post("/p/<slug>/invitations")
@access("member:manage")
def invite(slug: str) -> Response:
    """Make a one-time link and show it once: only its hash is stored."""
    form = InvitationForm()
    if not form.validate():
        return _page(slug, invitation=form)
    with transaction(actor()) as session:
        seat = _managed(session, slug)
        claim(session, viewer().id, sent_mark()).leads_to(url_for("members.index", slug=slug))
        role = MemberRole(form.grants.data)
        token = member_service(session).invite(viewer(), seat.project, form.invited.data or "", role)
    link = {"url": url_for("invitations.accept", token=token, _external=True), "name": form.invited.data}
    return _page(slug, link=link)


@bp.post("/p/<slug>/invitations/<uuid:id>/take-back")
@access("member:manage")
def take_back(slug: str, id: UUID) -> Response:
    """Make a link that was handed out worthless."""
    with transaction(actor()) as session:
        project = _managed(session, slug).project
        link = member_service(session).links.take_back(id, project.id)
    flash(say("The link for %(name)s opens nothing any more.", name=link.name))
    return go(url_for("members.index", slug=slug))


def _managed(session: Session, slug: str) -> Seat:
    return project_service(session).get_for(viewer(), slug, "member:manage")


def _page(
    slug: str,
    *,
    form: MemberForm | None = None,
    invitation: InvitationForm | None = None,
    link: dict[str, Any] | None = None,
    trouble: str | None = None,
) -> Response:
    refused = trouble is not None or any(each is not None and each.has_errors for each in (form, invitation))
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "project:view")
        service = member_service(session)
        rows = service.rows(seat.project, viewer())
        manages = seat.may("member:manage")
        pending = service.links.pending(seat.project.id) if manages else []
    return render(
        "projects/members.html",
        code=422 if refused else 200,
        project=seat.project,
        counts={"media": seat.project.media_count, "clips": seat.project.clip_count},
        can_manage=seat.may("project:edit"),
        manages=manages,
        members=rows,
        is_member=any(row.is_me for row in rows),
        pending=[
            {"link": each, "until_text": day(each.expires_at), "made_text": ago(each.created_at)} for each in pending
        ],
        form=form or MemberForm(formdata=None),
        invitation=invitation if invitation is not None and invitation.has_errors else InvitationForm(formdata=None),
        roles=RoleForm(formdata=None).role.choices,
        link=link,
        trouble=trouble,
    )


def _pending(link: Invitation) -> dict[str, Any]:
    return {"link": link, "until_text": day(link.expires_at), "made_text": ago(link.created_at)}


def _article(role: str) -> str:
    return {"viewer": say("a viewer"), "editor": say("an editor"), "owner": say("an owner")}[role]
