"""Every error as a page and as a piece, in words; the details go to the log alone."""

import logging
from collections.abc import Callable

from flask import Flask, g, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError, Unauthorized
from werkzeug.wrappers import Response

from app.core.db import Base
from app.core.db_errors import domain_error
from app.core.errors import AlreadyDone, DomainError, Forbidden, Hidden, Throttled, disk_trouble
from app.core.texts import later, say
from app.core.web.htmx import as_json, go, is_for_program, render, wants_piece
from app.core.web.typed import typed

log = logging.getLogger("rushes.errors")

HEADINGS = {
    400: later("That request makes no sense to us"),
    401: later("Sign in first"),
    403: later("You can’t do this here"),
    404: later("Nothing here"),
    405: later("That can’t be asked this way"),
    409: later("This clashes with something newer"),
    413: later("That is too large"),
    416: later("That part of the file does not exist"),
    422: later("Something needs fixing"),
    429: later("Too many tries"),
    500: later("Something broke on our side"),
    503: later("Not available just now"),
}
WORDS = {
    400: later("Go back, reload the page and try again."),
    401: later("Your session has ended or was never there."),
    403: later("Your role in this project does not include it. Its owner can change that."),
    404: later("It was moved or deleted, or it’s in a project you’re not a member of."),
    405: later("Use the buttons and links on the pages."),
    413: later("Send it in pieces with the upload page, which has no such limit."),
    429: later("Wait a little, then try again."),
    500: later("Nothing you typed was saved. It is in the log with the number below."),
    503: later("Try again in a moment. What was stored stays stored."),
}

OTHER_HOST = later("This server is not called that. Use the name its operator gave you.\n")

Refused = Callable[[DomainError | Unauthorized], None]


def answer_errors(app: Flask, refused: Refused) -> None:
    """Register one answer per kind of error; `refused` is told of each that is about permission."""
    _answer_ours(app, refused)
    _answer_others(app, refused)
    _answer_breakage(app)


def _answer_ours(app: Flask, refused: Refused) -> None:
    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        if isinstance(error, (Forbidden, Hidden)):
            refused(error)
        if isinstance(error, Throttled):
            _warn("too many tries")
        answer = page(error.status, str(error), getattr(error, "field", None))
        if isinstance(error, Throttled):
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer

    @app.errorhandler(AlreadyDone)
    def again(done: AlreadyDone) -> Response:
        return go(done.location)


def _answer_others(app: Flask, refused: Refused) -> None:
    @app.errorhandler(CSRFError)
    def csrf(error: CSRFError) -> Response:
        _warn(f"a form without its token or of another site: {error.description}")
        return page(400, say("This page was open for too long, or came from elsewhere. Reload it and send again."))

    @app.errorhandler(SecurityError)
    def host(error: SecurityError) -> Response:
        _warn("another host name")
        # No page: every address on it would be built from the name that is refused.
        return Response(OTHER_HOST, 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        if isinstance(error, Unauthorized) and g.get("program"):
            refused(error)
        answer = page(error.code or 500, _own_words(error))
        for name, value in error.get_headers():
            if name in ("Allow", "Content-Range", "Retry-After"):
                answer.headers[name] = value
        return answer


def _answer_breakage(app: Flask) -> None:
    @app.errorhandler(SQLAlchemyError)
    def database(error: SQLAlchemyError) -> Response:
        known = domain_error(error, Base.metadata)
        # The page must not ask the database about whoever is looking at it.
        g.viewer = None
        log.error("database error in request %s", g.get("request_id"), exc_info=error)
        return page(known.status, str(known)) if known else page(500)

    @app.errorhandler(OSError)
    def disk(error: OSError) -> Response:
        known = disk_trouble(error)
        if known is None:
            return unexpected(error)
        log.error("disk error in request %s", g.get("request_id"), exc_info=error)
        return page(known.status, str(known))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        g.viewer = None
        log.error("request %s failed: %s %s", g.get("request_id"), request.method, _route(), exc_info=error)
        return page(500)


def _warn(what: str) -> None:
    """Tell the log of an attempt to get round a protection."""
    log.warning("refused %s from %s: %s", _route(), request.remote_addr, what)


def _route() -> str:
    """Return the route, never the address: a link may open something to whoever reads the log."""
    return request.url_rule.rule if request.url_rule else "no route"


def _own_words(error: HTTPException) -> str | None:
    """Return what we said ourselves of a token; the framework's words are for programmers."""
    return error.description if isinstance(error, Unauthorized) and g.get("program") else None


def page(status: int, words: str | None = None, field: str | None = None) -> Response:
    """Answer with the error page, or for htmx with its piece, which goes to the toasts; programs get JSON."""
    words = words or WORDS.get(status, WORDS[400])
    if is_for_program():
        answer = as_json({"error": words, "field": field}, status)
        if status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    if words.rstrip(".") == HEADINGS.get(status) and status in WORDS:
        # The heading says it already.
        words = WORDS[status]
    answer = render(
        "errors/page.html",
        "errors/_message.html",
        code=status,
        status=status,
        heading=HEADINGS.get(status, HEADINGS[400]),
        words=words,
        request_id=g.get("request_id"),
        typed=typed(),
    )
    if wants_piece():
        answer.headers["HX-Retarget"] = "#toasts"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer
