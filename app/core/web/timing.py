"""How long requests take: by route for the metrics and, in debug, in the answer's `Server-Timing` header."""

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram

from app.core import statements

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
UNKNOWN = "(no such address)"
# Anybody may invent a method, and each would be a figure of its own for ever.
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})


def time_requests(app: Flask) -> None:
    """Measure every request into a registry of this app's own, kept as `app.extensions["metrics"]`."""
    registry = CollectorRegistry()
    app.extensions["metrics"] = registry
    durations = Histogram(
        "rushes_request_seconds",
        "Time from the request's head to the answer's head, by route.",
        ("method", "route", "status"),
        buckets=BOUNDS_S,
        registry=registry,
    )

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.tally = statements.begin()

    @app.after_request
    def stop(answer: Response) -> Response:
        if "started" not in g:
            return answer
        seconds = time.perf_counter() - g.started
        # The rule, never the address: addresses are many, and hold ids.
        route = request.url_rule.rule if request.url_rule else UNKNOWN
        method = request.method if request.method in METHODS else "other"
        durations.labels(method, route, f"{answer.status_code // 100}xx").observe(seconds)
        if app.debug:
            answer.headers["Server-Timing"] = _server_timing(g.tally, seconds)
        return answer

    @app.teardown_request
    def forget(error: BaseException | None) -> None:
        statements.end()


def _server_timing(tally: statements.Tally, seconds: float) -> str:
    count = len(tally.statements)
    return f'db;dur={tally.seconds * 1000:.2f};desc="{count} statements", total;dur={seconds * 1000:.2f}'
