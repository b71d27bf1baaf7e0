"""Admin › Audit log: every entry, what changed in it, what the thing was then, and all of it as CSV."""

from collections.abc import Iterator

from flask import Blueprint, request, stream_with_context
from werkzeug.wrappers import Response

from app.admin.audit import HEAD, asked_for, csv_rows, entries, filter_of, one
from app.audit.models import AuditAction
from app.audit.names import ACTIONS, KINDS
from app.audit.service import AuditFilter, AuditService, read_before
from app.core.clock import now
from app.core.csv import lines
from app.core.db import reading, transaction
from app.core.web.access import ADMIN, access, actor, viewer
from app.core.web.htmx import render
from app.core.web.rates import costly
from app.projects.service import project_service

bp = Blueprint("admin_audit", __name__, url_prefix="/admin")


@bp.get("/audit")
@access(ADMIN)
def index() -> Response:
    """List what happened, newest first; the filters are in the address."""
    asked = asked_for(request.args)
    with reading() as session:
        page = entries(session, filter_of(session, asked), read_before(request.args.get("after")))
        projects = project_service(session).choices_for(viewer())
    return render(
        "admin/audit.html",
        rows=page.items,
        next_after=page.next_after,
        asked=asked,
        query={name: text for name, text in asked.items() if text},
        actions={each.value: words for each, words in ACTIONS.items()},
        kinds=KINDS,
        projects=projects,
    )


@bp.get("/audit/<int:entry>")
@access(ADMIN)
def show(entry: int) -> Response:
    """Show one entry, and what its thing was right after it."""
    with reading() as session:
        row, state = one(session, entry)
    return render("admin/audit_entry.html", row=row, state=state)


@bp.get("/audit.csv")
@access(ADMIN)
@costly
def export() -> Response:
    """Send the wanted entries as CSV; that they were taken is itself an entry."""
    asked = asked_for(request.args)
    with reading() as session:
        wanted = filter_of(session, asked)
    with transaction(actor()) as session:
        told = {name: {"old": None, "new": text} for name, text in asked.items() if text}
        AuditService(session).note(AuditAction.EXPORT, "audit:export", "audit", None, None, changes=told)
    answer = Response(stream_with_context(_written(wanted)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{now():%Y-%m-%d}.csv"'
    return answer


def _written(wanted: AuditFilter) -> Iterator[str]:
    with reading() as session:
        yield from lines(HEAD, csv_rows(session, wanted))
