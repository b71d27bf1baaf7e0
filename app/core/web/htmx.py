"""One route, three askers: a plain browser gets pages and 303s, htmx gets pieces and headers, programs get JSON."""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import current_app, g, json, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from app.core.pagination import Page
from app.core.texts import later

JSON = ".json"
FALLBACK = {
    409: later("Somebody saved this meanwhile. Read it again, and send your change with its present version."),
    422: later("This was refused. Open the page to see why."),
}


def wants_piece() -> bool:
    """Say whether htmx asks for a piece of a page rather than a whole one."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type", "partial") == "partial"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def wants_json() -> bool:
    """Say whether the page's address was asked for with `.json` behind it."""
    return request.path.endswith(JSON)


def is_for_program() -> bool:
    """Say whether the answer goes to a program: it asked for JSON, or brought a token."""
    return wants_json() or bool(g.get("program"))


def render(page: str, piece: str | None = None, *, code: int = 200, **values: Any) -> Response:
    """Answer with the page, or with the piece where one is named and htmx asks for it.

    A program whose form was refused is told so in JSON, from the same values.
    """
    if code >= 400 and is_for_program():
        return refusal(code, values)
    answer = make_response(render_template(piece if piece and wants_piece() else page, **values), code)
    return vary(answer)


def as_json(value: dict[str, Any], code: int = 200) -> Response:
    """Answer with an object as JSON."""
    return vary(current_app.response_class(json.dumps(value), code, mimetype="application/json"))


def as_list(page: Page[Any], items: list[dict[str, Any]], **about: Any) -> Response:
    """Answer with one page of a list, and the address of the one behind it; None at the end."""
    return as_json({**about, "items": items, "next": next_address(page.next_after)})


def next_address(after: str | None) -> str | None:
    """Return this address with the place of the next page in it."""
    if after is None:
        return None
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    return f"{request.path}?{urlencode([*query, ('after', after)])}"


def refusal(code: int, values: dict[str, Any]) -> Response:
    """Answer a refused form: the first error in words with its field, and all of them by field."""
    errors = dict(getattr(values.get("form"), "errors", None) or {})
    name, messages = next(iter(errors.items()), (None, []))
    words = " ".join(messages) or values.get("words") or values.get("trouble") or FALLBACK.get(code, FALLBACK[422])
    told: dict[str, Any] = {"error": str(words), "field": name or None}
    if errors:
        told["errors"] = {field or "form": [str(message) for message in all] for field, all in errors.items()}
    return as_json(told, code)


def go(url: str) -> Response:
    """Leave the page: 303 for a plain form, 204 with `HX-Redirect` for htmx.

    A program is led to the JSON of that page, where there is one.
    """
    if wants_piece():
        return vary(Response(status=204, headers={"HX-Redirect": url}))
    return vary(redirect(_twin(url) if is_for_program() else url, 303))


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


def _twin(url: str) -> str:
    parts = urlsplit(url)
    twin = parts.path + JSON
    try:
        current_app.url_map.bind("").match(twin, method="GET")
    except (HTTPException, RequestRedirect):
        return url
    return urlunsplit(("", "", twin, parts.query, ""))
