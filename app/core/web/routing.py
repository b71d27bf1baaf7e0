"""Which requests may read a replica: those that only look, of people who changed nothing in the last seconds."""

import time
from collections.abc import Callable

from flask import Flask, Response, request, session

from app.core.replicas import Replicas, read_from

LOOKS = frozenset({"GET", "HEAD"})
WROTE = "wrote"


def route_reads(app: Flask, replicas: Replicas, own_writes_s: int, clock: Callable[[], float] = time.time) -> None:
    """Let pages read replicas; whoever sent a change reads the primary for `own_writes_s` seconds.

    The moment is kept in the browser's signed cookie: it costs no statement, and holds on every web server.
    """
    app.extensions["replicas"] = replicas
    if not replicas.all:
        return

    @app.before_request
    def choose() -> None:
        lately = request.endpoint != "static" and clock() - session.get(WROTE, 0) < own_writes_s
        read_from(replicas if request.method in LOOKS and not lately else None)

    @app.after_request
    def remember(answer: Response) -> Response:
        if request.method not in LOOKS and answer.status_code < 400:
            session[WROTE] = int(clock()) + 1
        return answer

    @app.teardown_request
    def forget(error: BaseException | None) -> None:
        read_from(None)
