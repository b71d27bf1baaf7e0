"""One route, two askers: a plain browser gets pages and 303s, htmx gets pieces and headers."""

from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response


def wants_piece() -> bool:
    """Say whether htmx asks for a piece of a page rather than a whole one."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type", "partial") == "partial"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def render(page: str, piece: str | None = None, *, code: int = 200, **values: Any) -> Response:
    """Answer with the page, or with the piece where one is named and htmx asks for it."""
    answer = make_response(render_template(piece if piece and wants_piece() else page, **values), code)
    return vary(answer)


def go(url: str) -> Response:
    """Leave the page: 303 for a plain form, 204 with `HX-Redirect` for htmx."""
    if wants_piece():
        return vary(Response(status=204, headers={"HX-Redirect": url}))
    return vary(redirect(url, 303))


def vary(answer: Response) -> Response:
    """Tell caches that this URL answers in two shapes."""
    answer.vary.update(("HX-Request", "HX-Request-Type"))
    return answer


def local_path(target: str | None, default: str) -> str:
    """Return `target` where it is a path of ours, else `default`: no scheme, host or control character."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(letter) < 32 or ord(letter) == 127 for letter in target):
        return default
    return target
