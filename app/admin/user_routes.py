"""Admin › Users: who has an account, and everything an admin does with one."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.admin.user_forms import LinkForm, NewPersonForm, PersonForm, fill
from app.audit.sentences import recent
from app.auth.links import Invited, link_service
from app.auth.models import Role
from app.auth.once import claim
from app.auth.people import people_filter, people_service
from app.auth.second_factor import second_factor_service
from app.auth.service import auth_service
from app.core.db import reading, transaction
from app.core.errors import Conflict, Stale
from app.core.texts import say
from app.core.web.access import ADMIN, access, actor, viewer
from app.core.web.forms import sent_mark, show_theirs
from app.core.web.htmx import go, render

bp = Blueprint("admin_users", __name__, url_prefix="/admin/users")


@bp.get("")
@access(ADMIN)
def index() -> Response:
    """List everybody with an account, by user name."""
    asked = {name: request.args.get(name, "").strip() for name in ("q", "role", "state")}
    wanted = people_filter(asked["q"], asked["role"], asked["state"])
    with reading() as session:
        page = people_service(session).find(wanted, request.args.get("after"))
        pending = link_service(session).pending()
    return render("admin/users.html", people=page.items, next_after=page.next_after, asked=asked, pending=pending)


@bp.route("/new", methods=["GET", "POST"])
@access(ADMIN)
def new() -> Response:
    """Make an account with its first password; the page also makes links to join."""
    form = NewPersonForm()
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            user = auth_service(session).create_user(form.person(), Role(form.role.data))
        if not form.has_errors:
            flash(say("Made the account of %(display_name)s.", display_name=user.display_name))
            return go(url_for("admin_users.index"))
    return _new_page(form=form)


@bp.post("/invitations")
@access(ADMIN)
def invite() -> Response:
    """Make a one-time link to join and show it once: only its hash is stored."""
    form = LinkForm()
    if not form.validate():
        return _new_page(invitation=form)
    with transaction(actor()) as session:
        claim(session, viewer().id, sent_mark()).leads_to(url_for("admin_users.index"))
        invited = Invited(form.invited.data or "", Role(form.grants.data))
        token = link_service(session).invite(viewer(), invited)
    return _new_page(link={"url": url_for("invitations.accept", token=token, _external=True), "name": invited.name})


@bp.post("/invitations/<uuid:id>/take-back")
@access(ADMIN)
def take_back(id: UUID) -> Response:
    """Make a link that was handed out worthless."""
    with transaction(actor()) as session:
        link = link_service(session).take_back(id)
    flash(say("The link for %(name)s opens nothing any more.", name=link.name))
    return go(url_for("admin_users.index"))


@bp.route("/<uuid:person>/edit", methods=["GET", "POST"])
@access(ADMIN)
def edit(person: UUID) -> Response:
    """Change an account; a stale version answers 409 with both values shown."""
    form, status = PersonForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with form.blame(), transaction(actor()) as session:
                    user = people_service(session).edit(person, form.fields(), int(form.version.data or 0))
                if not form.has_errors:
                    flash(say("Saved the account of %(display_name)s.", display_name=user.display_name))
                    return go(url_for("admin_users.edit", person=person))
            except Stale as stale:
                status = 409
                show_theirs(form, stale)
    return _person_page(person, status, form=form)


@bp.post("/<uuid:person>/disable")
@access(ADMIN)
def disable(person: UUID) -> Response:
    """Shut a person out at once."""
    try:
        with transaction(actor()) as session:
            user = people_service(session).disable(viewer(), person)
    except Conflict as conflict:
        return _person_page(person, 409, trouble=str(conflict))
    flash(say("%(display_name)s cannot sign in any more, and was signed out.", display_name=user.display_name))
    return go(url_for("admin_users.edit", person=person))


@bp.post("/<uuid:person>/enable")
@access(ADMIN)
def enable(person: UUID) -> Response:
    """Let a person in again."""
    with transaction(actor()) as session:
        user = people_service(session).enable(person)
    flash(say("%(display_name)s can sign in again.", display_name=user.display_name))
    return go(url_for("admin_users.edit", person=person))


@bp.post("/<uuid:person>/sign-out")
@access(ADMIN)
def end_sessions(person: UUID) -> Response:
    """End every session of a person."""
    with transaction(actor()) as session:
        service = people_service(session)
        user = service.require(person)
        service.sign_out(user)
    flash(say("%(display_name)s was signed out everywhere.", display_name=user.display_name))
    return go(url_for("admin_users.edit", person=person))


@bp.post("/<uuid:person>/reset")
@access(ADMIN)
def reset(person: UUID) -> Response:
    """Make a link to choose a new password and show it once; earlier ones stop working."""
    with transaction(actor()) as session:
        user = people_service(session).require(person)
        token = link_service(session).reset(viewer(), user)
    url = url_for("auth.reset", token=token, _external=True)
    return _person_page(person, 200, link={"url": url, "name": user.display_name})


@bp.post("/<uuid:person>/one-step")
@access(ADMIN)
def one_step(person: UUID) -> Response:
    """Take away the second step of somebody who lost theirs: the password alone lets them in."""
    with transaction(actor()) as session:
        user = people_service(session).require(person)
        second_factor_service(session).remove(user)
    flash(say("%(display_name)s signs in with the password alone now.", display_name=user.display_name))
    return go(url_for("admin_users.edit", person=person))


def _new_page(
    *, form: NewPersonForm | None = None, invitation: LinkForm | None = None, link: dict[str, Any] | None = None
) -> Response:
    refused = any(each is not None and each.has_errors for each in (form, invitation))
    return render(
        "admin/user_new.html",
        code=422 if refused else 200,
        form=form if form is not None else NewPersonForm(formdata=None),
        invitation=invitation if invitation is not None else LinkForm(formdata=None),
        link=link,
    )


def _person_page(
    person: UUID,
    code: int,
    *,
    form: PersonForm | None = None,
    link: dict[str, Any] | None = None,
    trouble: str | None = None,
) -> Response:
    with reading() as session:
        service = people_service(session)
        user = service.require(person)
        sessions = service.live_sessions(user)
        history = recent(session, "user", user.id)
        two_steps = second_factor_service(session).is_on(user)
    shown = form or PersonForm(formdata=None)
    if form is None or not form.is_submitted():
        fill(shown, user)
    return render(
        "admin/user_edit.html",
        code=code,
        form=shown,
        person=user,
        sessions=sessions,
        two_steps=two_steps,
        history=history,
        link=link,
        trouble=trouble,
    )
