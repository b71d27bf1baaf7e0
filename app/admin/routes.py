"""The admin's pages about the installation itself."""

from pathlib import Path

from flask import Blueprint, current_app, url_for
from werkzeug.wrappers import Response

from app.admin.reads import database_view
from app.config import Settings
from app.core.db import db, reading
from app.core.web.access import ADMIN, access
from app.core.web.htmx import go, render

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("")
@access(ADMIN)
def index() -> Response:
    """Go to the first of the admin's pages."""
    return go(url_for("admin_users.index"))


@bp.get("/database")
@access(ADMIN)
def database() -> Response:
    """Show what the database is, how it does, and whether it is backed up."""
    settings: Settings = current_app.config["SETTINGS"]
    migrations = Path(current_app.extensions["migrate"].directory)
    with reading() as session:
        view = database_view(
            session, db.engine, migrations, current_app.extensions["meter"], current_app.extensions["replicas"]
        )
    return render("admin/database.html", view=view, slow_ms=settings.slow_query_ms, backup_hour=settings.backup_hour)
