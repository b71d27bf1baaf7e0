"""Whether the app and its database answer, for whoever watches the service."""

from flask import Blueprint, Response

from app.core.db import ping, reading
from app.core.web.access import PUBLIC, access

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@access(PUBLIC)
def healthz() -> Response:
    """Answer 200 and "ok" while the database answers, else 503."""
    with reading() as session:
        ping(session)
    return Response("ok\n", mimetype="text/plain")
