"""Admin › Storage: what fills the disk, and a sweep of what nothing names any more."""

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from app.admin.storage import look, storage_view
from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.core.db import reading, transaction
from app.core.texts import plural, say
from app.core.web.access import ADMIN, access, actor
from app.core.web.htmx import go, render
from app.media.sweeper import sweep as sweep_files

bp = Blueprint("admin_storage", __name__, url_prefix="/admin/storage")


@bp.get("")
@access(ADMIN)
def index() -> Response:
    """Show what uses the disk, by kind and by project."""
    with reading() as session:
        view = storage_view(session, current_app.config["SETTINGS"], request.args.get("after"))
    return render("admin/storage.html", view=view)


@bp.get("/check")
@access(ADMIN)
def check() -> Response:
    """Walk the store and show what is left over and what is missing."""
    with reading() as session:
        found = look(session, current_app.extensions["storage"])
    return render("admin/storage_check.html", found=found)


@bp.post("/sweep")
@access(ADMIN)
def sweep() -> Response:
    """Remove what no row names and is older than a day."""
    with reading() as session:
        count = sweep_files(session, current_app.extensions["storage"])
    with transaction(actor()) as session:
        AuditService(session).note(AuditAction.DELETE, "files:sweep", "files", None, plural(count, "file", "files"))
    flash(
        say("Removed %(files)s.", files=plural(count, "file", "files"))
        if count
        else say("There was nothing to remove.")
    )
    return go(url_for("admin_storage.check"))
