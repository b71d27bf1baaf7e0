"""The project page: the media grid, its filters, and the strip of what is being processed."""

from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.core.db import reading
from app.core.texts import later
from app.core.web.access import access, viewer
from app.core.web.htmx import as_list, render, wants_json, wants_piece
from app.library.reads import cards, strip, touched
from app.media.dicts import row_dict
from app.media.filters import MediaFilter
from app.media.service import media_service
from app.projects.dicts import project_dict
from app.projects.models import Project
from app.projects.service import project_service

bp = Blueprint("library", __name__)

FATES = {"ready": later("%(title)s is ready"), "failed": later("%(title)s failed")}
STOPPED = later("%(title)s has stopped")


@bp.get("/p/<slug>")
@bp.get("/p/<slug>.json", endpoint="show_json")
@access("project:view")
def show(slug: str) -> Response:
    """Show a project's recordings; htmx gets the grid alone."""
    wanted, view = _wanted(), "list" if request.args.get("view") == "list" else "grid"
    with reading() as session:
        service = media_service(session)
        seat = service.projects.get_for(viewer(), slug, "project:view")
        page = service.list_for(seat.project, wanted, request.args.get("after"))
        if wants_json():
            return as_list(page, [row_dict(row) for row in page.items], project=project_dict(seat.project, seat.role))
        rows = cards(session, page.items)
        total = service.media.count_filtered(seat.project.id, wanted) if wanted.is_set else seat.project.media_count
        # The piece has no strip: what htmx does not show is not asked for.
        jobs = None if wants_piece() else strip(session, seat.project)
    return render(
        "library/show.html",
        "library/_grid.html",
        project=seat.project,
        counts=counts(seat.project),
        can_edit=seat.may("media:edit"),
        can_manage=seat.may("project:edit"),
        media=rows,
        filters={**vars(wanted), "view": view},
        filtered=wanted.is_set,
        total=total,
        next_after=page.next_after,
        page_query=_query(wanted, view),
        strip=jobs,
        workspace=bool(seat.project.workspace_path),
    )


@bp.get("/p/<slug>/jobs/strip")
@access("project:view")
def jobs_strip(slug: str) -> Response:
    """Answer the strip alone, or what its polling asks for: rows, sums and the cards that changed."""
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "project:view")
        jobs = strip(session, seat.project)
        rows = cards(session, touched(session, seat.project))
    finished = [row for row in rows if row.progress is None]
    return render(
        "library/strip.swap.html" if request.args.get("rows") else "library/_strip.html",
        project=seat.project,
        can_edit=seat.may("media:edit"),
        strip=jobs,
        cards=rows,
        filters={"view": "grid"},
        media_count=seat.project.media_count,
        said=". ".join(_fate(row.title, row.state) for row in finished) or None,
    )


def counts(project: Project) -> dict[str, int]:
    """Return what the tabs count."""
    return {"media": project.media_count, "clips": project.clip_count}


def _wanted() -> MediaFilter:
    return MediaFilter(**{name: request.args.get(name, "")[:200] for name in ("q", "type", "status", "sort", "tag")})


def _query(wanted: MediaFilter, view: str) -> str:
    values = {name: value for name, value in vars(wanted).items() if value}
    return urlencode(values | ({"view": view} if view == "list" else {}))


def _fate(title: str, state: str) -> str:
    return FATES.get(state, STOPPED) % {"title": title}
