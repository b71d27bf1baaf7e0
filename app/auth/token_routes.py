"""`/me/tokens`: keys for programs, shown once, listed with their last use, taken back."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.auth.models import TokenScope
from app.auth.once import claim
from app.auth.own_forms import TokenForm
from app.auth.tokens import LASTS, token_service
from app.core.clock import now
from app.core.db import reading, transaction
from app.core.texts import say
from app.core.web.access import IN_PERSON, access, actor, viewer
from app.core.web.forms import sent_mark
from app.core.web.htmx import go, render

bp = Blueprint("tokens", __name__, url_prefix="/me/tokens")


class Made(NamedTuple):
    """A token that was made just now: it cannot be shown again."""

    name: str
    token: str


@bp.get("")
@access(IN_PERSON)
def index() -> Response:
    """List one's tokens."""
    return _page(TokenForm())


@bp.post("")
@access(IN_PERSON)
def create() -> Response:
    """Make a token and show it once: only its hash is stored."""
    form = TokenForm()
    if form.validate():
        with form.blame(), transaction(actor()) as session:
            claim(session, viewer().id, sent_mark()).leads_to(url_for("tokens.index"))
            name, lasts = form.name.data or "", LASTS[form.lasts.data]
            token = token_service(session).create(viewer(), name, TokenScope(form.scope.data), lasts)
        if not form.has_errors:
            return _page(TokenForm(formdata=None), Made(name, token))
    return _page(form)


@bp.post("/<uuid:id>/revoke")
@access(IN_PERSON)
def revoke(id: UUID) -> Response:
    """Take a token back; programs that use it are refused from here on."""
    with transaction(actor()) as session:
        row = token_service(session).revoke(viewer(), id)
    flash(say("The token “%(name)s” opens nothing any more.", name=row.name))
    return go(url_for("tokens.index"))


def _page(form: TokenForm, made: Made | None = None) -> Response:
    with reading() as session:
        rows = token_service(session).of(viewer())
    moment: datetime = now()
    code = 422 if form.has_errors else 200
    return render("auth/me_tokens.html", code=code, form=form, tokens=rows, made=made, moment=moment)
