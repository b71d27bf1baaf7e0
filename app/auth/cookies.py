"""The cookie that carries a session's token, as strict as the connection allows."""

from datetime import timedelta

from flask import Flask, request
from werkzeug.wrappers import Response

# Longer than any sign-in may last; when it ends is decided on the server.
COOKIE_LASTS = timedelta(days=365)


def cookie_name(app: Flask) -> str:
    """Return the cookie's name; `__Host-` binds it to https, this host and the whole site."""
    return "__Host-rushes" if app.config["SETTINGS"].https else "rushes"


def read_token(app: Flask) -> str | None:
    """Return the session token the browser sent, if any."""
    return request.cookies.get(cookie_name(app))


def set_token(app: Flask, answer: Response, token: str) -> Response:
    """Hand the token to the browser."""
    answer.set_cookie(
        cookie_name(app),
        token,
        max_age=int(COOKIE_LASTS.total_seconds()),
        secure=app.config["SETTINGS"].https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


def drop_token(app: Flask, answer: Response) -> Response:
    """Take the token back."""
    answer.delete_cookie(cookie_name(app), path="/", secure=app.config["SETTINGS"].https, httponly=True, samesite="Lax")
    return answer
