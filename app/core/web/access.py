"""Who may ask for what: every view declares a rule; one without a rule answers closed."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from app.core.db import Actor
from app.core.errors import Forbidden, Hidden
from app.core.web.htmx import wants_piece

V = TypeVar("V", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"
ADMIN = "admin"
# An admin who is signed in, or a program with METRICS_TOKEN; for all others it is not there.
OPERATOR = "operator"

# Flask's own view for files under static/: nothing in there is anybody's.
OPEN_ENDPOINTS = frozenset({"static"})


class Viewer(Protocol):
    """Whoever looks at a page, as far as the floor of the house needs to know."""

    id: int
    display_name: str

    @property
    def is_admin(self) -> bool: ...


def access(rule: str) -> Callable[[V], V]:
    """Declare who may call a view: PUBLIC, SIGNED_IN, ADMIN, OPERATOR, or a permission such as `clip:edit`.

    A permission means "signed in, and the service that loads the object checks this permission".
    """

    def declare(view: V) -> V:
        view.__access__ = rule  # type: ignore[attr-defined]
        return view

    return declare


def rule_of(app: Flask, endpoint: str) -> str | None:
    """Return the declared rule of an endpoint, or None where a view declares none."""
    if endpoint in OPEN_ENDPOINTS:
        return PUBLIC
    return getattr(app.view_functions[endpoint], "__access__", None)


def guard(app: Flask, load_viewer: Callable[[], Viewer | None]) -> None:
    """Check the declared rule before every view; `load_viewer` finds who is signed in."""

    @app.before_request
    def check() -> Response | None:
        g.request_id = secrets.token_hex(8)
        g.viewer = None
        if request.endpoint is None:
            return None
        rule = rule_of(app, request.endpoint)
        if rule is None:
            # A forgotten rule must never open a door.
            abort(500)
        if request.endpoint in OPEN_ENDPOINTS:
            return None
        g.viewer = load_viewer()
        if rule == PUBLIC:
            return None
        if rule == OPERATOR:
            _require_operator()
            return None
        if g.viewer is None:
            return _to_sign_in()
        if rule == ADMIN and not g.viewer.is_admin:
            raise Hidden()
        return None


def _require_operator() -> None:
    token = current_app.config["SETTINGS"].metrics_token
    sent = request.headers.get("Authorization", "").encode()
    has_token = token is not None and hmac.compare_digest(sent, f"Bearer {token}".encode())
    if not has_token and not (g.viewer is not None and g.viewer.is_admin):
        raise Hidden()


def _to_sign_in() -> Response:
    if request.path.endswith(".json") or "Tus-Resumable" in request.headers:
        # A program asks: it needs the status, not the way to a page.
        abort(401)
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("auth.sign_in", next=here)
    if wants_piece():
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def viewer() -> Any:
    """Return who is signed in; raises `Forbidden` where nobody is."""
    if g.viewer is None:
        raise Forbidden("Sign in first.")
    return g.viewer


def actor() -> Actor:
    """Return who acts in this request, for `transaction()`."""
    person = g.get("viewer")
    return Actor(
        id=person.id if person else None,
        name=person.display_name if person else "Somebody not signed in",
        request_id=g.get("request_id"),
        ip=request.remote_addr,
    )
