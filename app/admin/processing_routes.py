"""Admin › Processing: the queue, paused and started again, its order, and who works on it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from app.admin.processing import processing_view
from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.config import Settings
from app.core.db import reading, transaction
from app.core.errors import NotFound
from app.core.texts import say
from app.core.web.access import ADMIN, access, actor
from app.core.web.htmx import go, render
from app.jobs.service import job_service
from app.processing import sandbox

bp = Blueprint("admin_processing", __name__, url_prefix="/admin/processing")


@bp.get("")
@access(ADMIN)
def index() -> Response:
    """Show what waits, runs and recurs, and who does it."""
    return _page()


@bp.post("/pause")
@access(ADMIN)
def pause() -> Response:
    """Start no more jobs; what runs goes on."""
    with transaction(actor()) as session:
        job_service(session).pause()
        AuditService(session).note(AuditAction.UPDATE, "queue:pause", "queue", None, "paused")
    flash(say("The queue is paused. What runs goes on to its end."))
    return go(url_for("admin_processing.index"))


@bp.post("/resume")
@access(ADMIN)
def resume() -> Response:
    """Start jobs again."""
    with transaction(actor()) as session:
        job_service(session).unpause(_settings().worker_concurrency)
        AuditService(session).note(AuditAction.UPDATE, "queue:resume", "queue", None, "running")
    flash(say("Jobs start again."))
    return go(url_for("admin_processing.index"))


@bp.post("/jobs/<uuid:id>/first")
@access(ADMIN)
def first(id: UUID) -> Response:
    """Put a waiting job before all others."""
    with transaction(actor()) as session:
        service = job_service(session)
        job = service.jobs.get_by_public_id(id)
        if job is None:
            raise NotFound()
        service.hurry(job)
    flash(say("“%(name)s” is next.", name=job.name))
    return go(url_for("admin_processing.index"))


@bp.post("/box")
@access(ADMIN)
def prove_box() -> Response:
    """Have a confined child try every way out, and say what came of it."""
    return _page(box=sandbox.status())


def _page(box: dict[str, Any] | None = None) -> Response:
    settings = _settings()
    with reading() as session:
        view = processing_view(session, settings.models_root, request.args.get("after"))
    return render("admin/processing.html", view=view, concurrency=settings.worker_concurrency, box=box)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
