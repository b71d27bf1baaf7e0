"""Who may ask for what: every view declares a rule; one without a rule answers closed."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from app.core.clock import show_in
from app.core.db import Actor
from app.core.errors import Forbidden, Hidden
from app.core.texts import later, say
from app.core.web.htmx import local_path, wants_json, wants_piece
from app.core.web.typed import typed

V = TypeVar("V", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"
# Signed in with a browser: a person's own account and session are no program's business.
IN_PERSON = "in-person"
ADMIN = "admin"
# An admin who is signed in, or a program with METRICS_TOKEN; for all others it is not there.
OPERATOR = "operator"

# Flask's own view for files under static/: nothing in there is anybody's.
OPEN_ENDPOINTS = frozenset({"static"})
LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER = "Bearer "
# "none" is somebody typing an address or opening a bookmark.
OUR_SITE = ("same-origin", "none")
STEP_FIRST = later("A second step is asked of this account. Sign in with a browser and set it up; then this goes on.")


class Viewer(Protocol):
    """Whoever looks at a page, as far as the floor of the house needs to know."""

    id: int
    display_name: str

    @property
    def is_admin(self) -> bool: ...


class Bearer(Protocol):
    """A program that acts for somebody."""

    @property
    def user(self) -> Viewer: ...

    @property
    def may_write(self) -> bool: ...

    @property
    def owes_step(self) -> bool: ...


def access(rule: str) -> Callable[[V], V]:
    """Declare who may call a view: PUBLIC, SIGNED_IN, IN_PERSON, ADMIN, OPERATOR, or a permission such as `clip:edit`.

    A permission means "signed in, and the service that loads the object checks this permission".
    """

    def declare(view: V) -> V:
        view.__access__ = rule  # type: ignore[attr-defined]
        return view

    return declare


def sends_a_file(view: V) -> V:
    """Declare that a view answers bytes, not a page: a program that may read may have them."""
    view.__sends_a_file__ = True  # type: ignore[attr-defined]
    return view


def for_uploads(view: V) -> V:
    """Declare that a view says how far an upload is, in headers alone: a program that may write needs it to go on."""
    view.__for_uploads__ = True  # type: ignore[attr-defined]
    return view


def before_second_step(view: V) -> V:
    """Declare that a view answers people who still have to set up their second step, where one is asked of them."""
    view.__before_second_step__ = True  # type: ignore[attr-defined]
    return view


def rule_of(app: Flask, endpoint: str) -> str | None:
    """Return the declared rule of an endpoint, or None where a view declares none."""
    if endpoint in OPEN_ENDPOINTS:
        return PUBLIC
    return getattr(app.view_functions[endpoint], "__access__", None)


def is_file(app: Flask, endpoint: str) -> bool:
    """Say whether an endpoint answers bytes."""
    return getattr(app.view_functions[endpoint], "__sends_a_file__", False)


def is_before_second_step(app: Flask, endpoint: str) -> bool:
    """Say whether an endpoint answers people who owe a second step."""
    return getattr(app.view_functions[endpoint], "__before_second_step__", False)


# Answers a form that came after its session had ended, with the page to come back to and what was typed.
AskIn = Callable[[str, list[tuple[str, str]]], Response]


def guard(
    app: Flask,
    load_viewer: Callable[[], Viewer | None],
    load_bearer: Callable[[str], Bearer | None],
    ask_in: AskIn,
) -> None:
    """Check the declared rule before every view.

    `load_viewer` finds who is signed in; `load_bearer` whom a program's token stands for; `ask_in` asks somebody to
    sign in who had typed something.
    """

    @app.before_request
    def check() -> Response | None:
        g.request_id = secrets.token_hex(8)
        g.viewer = None
        # Said by `load_viewer`: this person must set up a second step before anything else.
        g.owes_step = False
        show_in("UTC")
        if request.endpoint is None:
            _show_bar(load_viewer)
            return None
        rule = rule_of(app, request.endpoint)
        if rule is None:
            # A forgotten rule must never open a door.
            abort(500)
        if request.endpoint in OPEN_ENDPOINTS:
            return None
        if is_program(rule):
            _admit_program(rule, load_bearer)
            return None
        g.viewer = load_viewer()
        if g.owes_step and not is_before_second_step(app, request.endpoint):
            if rule not in (PUBLIC, OPERATOR):
                return _to_second_step()
            # What everybody may have they may have too, as nobody.
            g.viewer = None
        return _admit_person(rule, ask_in)


def _show_bar(load_viewer: Callable[[], Viewer | None]) -> None:
    """Nothing is at this address for anybody; who is signed in keeps the bar over the page that says so."""
    g.program = brings_token()
    viewer = None if g.program else load_viewer()
    g.viewer = None if g.owes_step else viewer


class FormGuard(CSRFProtect):  # type: ignore[misc]
    """The check that a form came from one of our pages; a program's token stands in for it, a cookie never."""

    def protect(self, **options: Any) -> None:
        if request.endpoint and is_program(rule_of(current_app, request.endpoint)):
            # No page of another site can send this header; the guard refuses a token that is none.
            g.csrf_valid = True
            return
        if comes_from_elsewhere():
            raise CSRFError(say("This was sent by a page of another site."))
        super().protect(**options)


def comes_from_elsewhere() -> bool:
    """Say whether the browser tells that a page of another site sends this.

    Sec-Fetch-Site first; browsers without it, and those on plain http, which never send it, still tell the Origin.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in OUR_SITE
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def is_program(rule: str | None) -> bool:
    """Say whether the request brings a token where tokens count; cookies are not looked at then."""
    return rule not in (PUBLIC, OPERATOR) and brings_token()


def brings_token() -> bool:
    """Say whether the request carries a token, good or not."""
    return request.headers.get("Authorization", "").startswith(BEARER)


def _admit_program(rule: str, load_bearer: Callable[[str], Bearer | None]) -> None:
    g.program = True
    bearer = load_bearer(request.headers["Authorization"].removeprefix(BEARER).strip())
    if bearer is None:
        raise Unauthorized(say("This token is not known, was taken back or has expired."))
    g.viewer = bearer.user
    if bearer.owes_step:
        raise Forbidden(STEP_FIRST)
    if rule in (IN_PERSON, ADMIN):
        raise Forbidden(say("This is for people who are signed in; a token does not reach it."))
    if request.method in LOOKS and not _is_for_uploads():
        if not wants_json() and not is_file(current_app, request.endpoint or ""):
            raise Forbidden(say("A token reads addresses that end in .json, and files."))
    elif not bearer.may_write:
        raise Forbidden(say("This token may read, not write. Make one that may write."))


def _is_for_uploads() -> bool:
    return getattr(current_app.view_functions[request.endpoint or ""], "__for_uploads__", False)


def _admit_person(rule: str, ask_in: AskIn) -> Response | None:
    if rule == PUBLIC:
        return None
    if rule == OPERATOR:
        _require_operator()
        return None
    if g.viewer is None:
        return _to_sign_in(ask_in)
    if rule == ADMIN and not g.viewer.is_admin:
        raise Hidden()
    return None


def _require_operator() -> None:
    token = current_app.config["SETTINGS"].metrics_token
    sent = request.headers.get("Authorization", "").encode()
    has_token = token is not None and hmac.compare_digest(sent, f"{BEARER}{token}".encode())
    if not has_token and not (g.viewer is not None and g.viewer.is_admin):
        raise Hidden()


def _to_sign_in(ask_in: AskIn) -> Response:
    if request.path.endswith(".json") or "Tus-Resumable" in request.headers:
        # A program asks: it needs the status, not the way to a page.
        abort(401)
    way_back, kept = _way_back(), typed()
    if way_back and kept:
        # Led on, the browser would forget what it had sent.
        return ask_in(way_back, kept)
    target = url_for("auth.sign_in", next=way_back)
    if wants_piece():
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _to_second_step() -> Response:
    if request.path.endswith(".json") or "Tus-Resumable" in request.headers:
        raise Forbidden(STEP_FIRST)
    target = url_for("second_factor.show")
    if wants_piece():
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _way_back() -> str | None:
    """Return the page to come back to: the one asked for, or the one whose form was sent, which still holds it."""
    if request.method == "GET" and not wants_piece():
        return request.full_path.rstrip("?")
    typed_on = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    if typed_on.netloc != request.host:
        return None
    return local_path(f"{typed_on.path}?{typed_on.query}".rstrip("?"), "/")


def viewer() -> Any:
    """Return who is signed in; raises `Forbidden` where nobody is."""
    if g.viewer is None:
        raise Forbidden(say("Sign in first."))
    return g.viewer


def actor() -> Actor:
    """Return who acts in this request, for `transaction()`."""
    person = g.get("viewer")
    return Actor(
        id=person.id if person else None,
        name=person.display_name if person else say("Somebody not signed in"),
        request_id=g.get("request_id"),
        ip=request.remote_addr,
    )
