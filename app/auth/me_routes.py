"""`/me`: one's own profile, password, browsers and keys."""

from uuid import UUID

from flask import Blueprint, current_app, flash, g, request, url_for
from werkzeug.wrappers import Response

from app.auth.cookies import read_token, set_token
from app.auth.models import User
from app.auth.own import own_service
from app.auth.own_forms import KeysForm, OwnPasswordForm, ProfileForm
from app.auth.routes import browser
from app.auth.service import auth_service
from app.core.clock import zone_names
from app.core.db import reading, transaction
from app.core.errors import Stale
from app.core.texts import plural, say
from app.core.web.access import IN_PERSON, access, actor, viewer
from app.core.web.forms import options, show_theirs
from app.core.web.htmx import go, render

bp = Blueprint("me", __name__, url_prefix="/me")


@bp.route("", methods=["GET", "POST"])
@access(IN_PERSON)
def index() -> Response:
    """Show and save one's profile; a stale version answers 409 with both values shown."""
    form, status = ProfileForm(), 422
    form.time_zone.choices = options([(name, name.replace("_", " ")) for name in zone_names()])
    if not form.is_submitted():
        _fill(form, viewer())
        status = 200
    elif form.validate():
        try:
            with form.blame(), transaction(actor()) as session:
                version = int(form.version.data or 0)
                own_service(session).edit(viewer(), form.profile(), form.password.data or "", version)
            if not form.has_errors:
                flash(say("Saved."))
                return go(url_for("me.index"))
        except Stale as stale:
            status = 409
            show_theirs(form, stale)
    return render("auth/me.html", code=status, form=form, person=viewer())


@bp.post("/theme")
@access(IN_PERSON)
def theme() -> Response:
    """Keep the look the button in the bar switched to."""
    with transaction(actor()) as session:
        own_service(session).set_theme(viewer(), request.form.get("theme", ""))
    return go(url_for("me.index"))


@bp.route("/password", methods=["GET", "POST"])
@access(IN_PERSON)
def password() -> Response:
    """Change one's password, go on with a new session, and by choice end every other."""
    form = OwnPasswordForm()
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            service = own_service(session)
            service.change_password(viewer(), form.current.data or "", form.password.data or "")
            ended = service.end_others(viewer(), read_token(current_app)) if form.end_others.data else 0
            # A token somebody copied while the old password counted is worth nothing now.
            key = auth_service(session).open_session(viewer(), browser())
        if not form.has_errors:
            flash(say("The password is changed.%(ended)s", ended=_ended(ended)))
            return set_token(current_app, go(url_for("me.password")), key)
    return render("auth/me_password.html", code=422 if form.has_errors else 200, form=form)


@bp.get("/sessions")
@access(IN_PERSON)
def sessions() -> Response:
    """List where one is signed in."""
    with reading() as session:
        rows = own_service(session).signed_in(viewer(), read_token(current_app))
    return render("auth/me_sessions.html", sessions=rows)


@bp.post("/sessions/<uuid:id>/end")
@access(IN_PERSON)
def end_session(id: UUID) -> Response:
    """Sign one browser out."""
    with transaction(actor()) as session:
        own_service(session).end_session(viewer(), id)
    flash(say("That browser is signed out."))
    return go(url_for("me.sessions"))


@bp.post("/sessions/end-others")
@access(IN_PERSON)
def end_others() -> Response:
    """Sign out everywhere but here."""
    with transaction(actor()) as session:
        ended = own_service(session).end_others(viewer(), read_token(current_app))
    flash(_ended(ended).strip() or say("You are signed in nowhere else."))
    return go(url_for("me.sessions"))


@bp.route("/keyboard", methods=["GET", "POST"])
@access(IN_PERSON)
def keyboard() -> Response:
    """Say whether single keys act, act with Alt alone, or do not."""
    form = KeysForm()
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            own_service(session).set_keys(viewer(), form.keys.data)
        if not form.has_errors:
            flash(say("Saved."))
            return go(url_for("me.keyboard"))
    if not form.is_submitted():
        form.keys.data = g.preferences.keys if "preferences" in g else "on"
    return render("auth/me_keyboard.html", code=422 if form.has_errors else 200, form=form)


def _fill(form: ProfileForm, person: User) -> None:
    form.display_name.data, form.email.data, form.theme.data = person.display_name, person.email, person.theme
    form.time_zone.data = g.preferences.time_zone if "preferences" in g else "UTC"
    form.version.data = str(person.version)


def _ended(count: int) -> str:
    return say(" %(browsers)s signed out.", browsers=plural(count, "other browser", "other browsers")) if count else ""
