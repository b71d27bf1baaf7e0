"""No page is answered on a database this version was not written for: under any server, 503 and what to run."""

from pathlib import Path

from flask import Flask, request

from app.core.db import db
from app.core.errors import Unavailable
from app.core.revision import standing


def refuse_unready(app: Flask, migrations: Path) -> None:
    """Look at the database's revision at the first request, and again until it is right."""
    ready = False

    @app.before_request
    def check() -> None:
        nonlocal ready
        if ready or request.endpoint == "static":
            return
        trouble = standing(db.engine, migrations).trouble
        if trouble:
            raise Unavailable(trouble)
        ready = True
