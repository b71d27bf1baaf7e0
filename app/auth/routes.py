"""Set-up, sign-in and sign-out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from flask import Blueprint, current_app, flash, g, request, session, url_for
from werkzeug.wrappers import Response

from app.auth.cookies import drop_token, read_token, set_token
from app.auth.forms import CodeForm, PasswordForm, SetupForm, SignInForm
from app.auth.lapsing import Lapsing, end_lapsed, has_lapsed
from app.auth.links import link_service
from app.auth.models import ApiToken, Invitation, LinkPurpose, PendingSignIn, SetupLink, User
from app.auth.second_factor import WRONG_CODE, second_factor_service
from app.auth.service import SEEN_EVERY, WRONG, Browser, Entered, auth_service
from app.auth.tokens import Bearer, token_service
from app.core.choices import choices
from app.core.clock import now, show_in
from app.core.db import Actor, db, reading, transaction
from app.core.errors import NotFound
from app.core.texts import later, say
from app.core.web.access import IN_PERSON, PUBLIC, access, actor, before_second_step
from app.core.web.htmx import go, local_path, render
from app.core.web.typed import kept

bp = Blueprint("auth", __name__)

NOBODY_YET = later("Nobody has an account yet. Open the set-up link that was printed when Rushes started.")

# What the browser holds between the two steps of a sign-in.
PENDING, NEXT = "second-step", "next"


@bp.route("/setup/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def setup(token: str) -> Response:
    """Make the first admin with the link printed at the first start."""
    with ending_lapsed(SetupLink, token), reading() as unit:
        auth_service(unit).check_setup_link(token)
    form = SetupForm()
    if form.validate_on_submit():
        with form.blame(), transaction(Actor(name=form.display_name.data or "")) as unit:
            service = auth_service(unit)
            key = service.open_session(service.set_up(token, form.person()), browser())
        if not form.has_errors:
            return signed_in(key, url_for("projects.index"))
    return render("auth/setup.html", code=422 if form.errors else 200, form=form)


@bp.route("/sign-in", methods=["GET", "POST"])
@access(PUBLIC)
def sign_in() -> Response:
    """Ask for name and password; a failure is counted, then said."""
    form = SignInForm()
    if not form.is_submitted():
        form.next.data = local_path(request.args.get("next"), "")
        return _sign_in_page(form, 200)
    if form.validate():
        with transaction(actor()) as unit:
            entered = auth_service(unit).sign_in(form.username.data or "", form.password.data or "", browser())
        if entered is not None:
            return _admit(entered, local_path(form.next.data, url_for("projects.index")))
        form.form_errors.append(WRONG)
    return _sign_in_page(form, 422, kept())


@bp.route("/sign-in/code", methods=["GET", "POST"])
@access(PUBLIC)
def second_step() -> Response:
    """Ask for the code of somebody whose password was right."""
    token, form = session.get(PENDING), CodeForm()
    try:
        with ending_lapsed(PendingSignIn, token or ""), reading() as unit:
            second_factor_service(unit).waiting(token)
        if form.validate_on_submit():
            with transaction(actor()) as unit:
                entered = auth_service(unit).second_step(token, form.code.data or "", browser())
            if entered is not None:
                return _admit(entered, local_path(session.get(NEXT), url_for("projects.index")))
            form.code.errors = [WRONG_CODE]
    except NotFound as gone:
        session.pop(PENDING, None)
        flash(str(gone))
        return go(url_for("auth.sign_in"))
    return render("auth/second_step.html", code=422 if form.errors else 200, form=form)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def reset(token: str) -> Response:
    """Choose a new password by a link somebody handed over; every session ends."""
    with ending_lapsed(Invitation, token), reading() as unit:
        name = link_service(unit).open(token, LinkPurpose.RESET).name
    form = PasswordForm()
    if form.validate_on_submit():
        with form.blame(), transaction(Actor(name=name)) as unit:
            link_service(unit).choose_password(token, form.password.data or "")
        if not form.has_errors:
            flash(say("The password is changed. Sign in with it."))
            return go(url_for("auth.sign_in"))
    return render("auth/reset.html", code=422 if form.errors else 200, form=form, name=name)


@bp.post("/sign-out")
@access(IN_PERSON)
@before_second_step
def sign_out() -> Response:
    """End the session on the server and in the browser."""
    token = read_token(current_app)
    if token:
        with transaction(actor()) as unit:
            auth_service(unit).sign_out(token)
    session.clear()
    answer = drop_token(current_app, go(url_for("auth.sign_in")))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def load_viewer() -> User | None:
    """Return whose session the cookie names; its `last_seen_at` moves at most once a minute."""
    token = read_token(current_app)
    if not token:
        return None
    found = auth_service(db.session()).person_of(token)
    if found is None:
        _end_if_lapsed(token)
        return None
    user, row, preferences, g.owes_step = found
    if preferences is not None:
        g.preferences = preferences
        show_in(preferences.time_zone)
    moment = now()
    if moment - row.last_seen_at > SEEN_EVERY:
        _seen(row.id, moment)
    return user


def load_bearer(token: str) -> Bearer | None:
    """Return whom a program's token stands for; its `last_used_at` moves at most once a minute."""
    bearer = token_service(db.session()).bearer(token)
    if bearer is None:
        _end_if_ran_out(ApiToken, token)
    elif bearer.is_due:
        with transaction(actor()) as unit:
            token_service(unit).used(bearer)
    return bearer


@contextmanager
def ending_lapsed(model: Lapsing, token: str) -> Iterator[None]:
    """Where a link or token opens nothing because it ran out, write so, and go on refusing."""
    try:
        yield
    except NotFound:
        _end_if_ran_out(model, token)
        raise


def browser() -> Browser:
    """Return where this request comes from."""
    return Browser(request.remote_addr, request.user_agent.string, read_token(current_app))


def _end_if_ran_out(model: Lapsing, token: str) -> None:
    # Asked first: what was never a token of ours must not cost a write.
    if has_lapsed(db.session(), model, token):
        with transaction() as unit:
            end_lapsed(unit, model, token)


def _end_if_lapsed(token: str) -> None:
    # Asked first: a cookie that means nothing must not cost a write.
    if auth_service(db.session()).has_lapsed(token):
        with transaction(actor()) as unit:
            auth_service(unit).end_lapsed(token)


def _seen(session_id: int, moment: datetime) -> None:
    with transaction(actor()) as unit:
        auth_service(unit).sessions.touch(session_id, moment)


def _admit(entered: Entered, target: str) -> Response:
    """Let somebody in, or lead them to their second step; the way there is kept in the browser's signed cookie."""
    if not entered.second_step:
        return signed_in(entered.token, target)
    session.clear()
    session[PENDING], session[NEXT] = entered.token, target
    return go(url_for("auth.second_step"))


def signed_in(token: str, target: str) -> Response:
    """Hand the browser its session and lead it on."""
    # Whatever the browser held before signing in is worth nothing afterwards.
    session.clear()
    return set_token(current_app, go(target), token)


def ask_in(way_back: str, typed: list[tuple[str, str]]) -> Response:
    """Answer a form that was sent after its session had ended: sign in, and here is what was typed."""
    form = SignInForm(formdata=None)
    form.next.data = way_back
    return _sign_in_page(form, 401, typed)


def _sign_in_page(form: SignInForm, code: int, typed: Sequence[tuple[str, str]] = ()) -> Response:
    with reading() as unit:
        notice = NOBODY_YET if code == 200 and auth_service(unit).needs_setup() else None
        installation = choices(unit).name
    return render("auth/sign_in.html", code=code, form=form, notice=notice, installation=installation, typed=typed)
