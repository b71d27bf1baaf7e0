"""`/me/second-factor`: set up, confirm, new codes, off; everything but looking asks for the password or a code."""

import io

import segno
from flask import Blueprint, abort, current_app, flash, g, url_for
from werkzeug.wrappers import Response

from app.auth.forms import CodeForm
from app.auth.own_forms import SureForm
from app.auth.second_factor import address_of, second_factor_service, spaced
from app.core.db import reading, transaction
from app.core.texts import say
from app.core.web.access import IN_PERSON, access, actor, before_second_step, viewer
from app.core.web.headers import FILE_POLICY
from app.core.web.htmx import go, render

bp = Blueprint("second_factor", __name__, url_prefix="/me/second-factor")

PIXELS_A_MODULE = 5


@bp.get("")
@access(IN_PERSON)
@before_second_step
def show() -> Response:
    """Say whether a second step is on, and how to set it up or be rid of it."""
    return _page()


@bp.get("/qr.svg")
@access(IN_PERSON)
@before_second_step
def picture() -> Response:
    """Draw the secret that waits to be confirmed, for the camera of a phone."""
    with reading() as session:
        started = second_factor_service(session).started(viewer())
    if started is None:
        abort(404)
    drawing = io.BytesIO()
    code = segno.make(address_of(viewer(), started), error="m")
    code.save(drawing, kind="svg", scale=PIXELS_A_MODULE, dark="#000", light="#fff")
    answer: Response = current_app.response_class(drawing.getvalue(), mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/start")
@access(IN_PERSON)
@before_second_step
def start() -> Response:
    """Make the secret for an app."""
    form = SureForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            second_factor_service(session).start(viewer(), form.password.data or "")
        if not form.has_errors:
            return go(url_for("second_factor.show"))
    return _page(sure=form)


@bp.post("/confirm")
@access(IN_PERSON)
@before_second_step
def confirm() -> Response:
    """Switch it on by the first code; the recovery codes are shown this once."""
    form = CodeForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            codes = second_factor_service(session).confirm(viewer(), form.code.data or "")
        if not form.has_errors:
            g.owes_step = False
            return render("auth/me_codes.html", codes=codes, fresh=True)
    return _page(form=form)


@bp.post("/codes")
@access(IN_PERSON)
def codes() -> Response:
    """Make ten new recovery codes, shown this once."""
    form = SureForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            made = second_factor_service(session).renew_codes(viewer(), form.password.data or "")
        if not form.has_errors:
            return render("auth/me_codes.html", codes=made, fresh=False)
    return _page(sure=form)


@bp.post("/off")
@access(IN_PERSON)
def switch_off() -> Response:
    """Take the second step away."""
    form = SureForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            service = second_factor_service(session)
            service.switch_off(viewer(), form.password.data or "")
            asked = service.is_asked(viewer())
        if not form.has_errors and asked:
            flash(say("The earlier app is forgotten. Set up the next one now."))
            return go(url_for("second_factor.show"))
        if not form.has_errors:
            flash(say("Signing in asks for your password alone now. Here you can sign out your other browsers."))
            return go(url_for("me.sessions"))
    return _page(sure=form)


def _page(sure: SureForm | None = None, form: CodeForm | None = None) -> Response:
    refused = sure or form
    with reading() as session:
        service = second_factor_service(session)
        started, on = service.started(viewer()), service.is_on(viewer())
        left = service.codes_left(viewer()) if on else 0
    return render(
        "auth/me_second_factor.html",
        code=422 if refused is not None else 200,
        sure=sure or SureForm(formdata=None),
        form=form or CodeForm(formdata=None),
        refused=refused,
        secret=spaced(started) if started else None,
        on=on,
        owed=g.owes_step,
        left=left,
    )
