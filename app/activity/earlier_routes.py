"""`/history/<entry>`: something as it was then, and a value of it brought back as a new change."""

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.activity.earlier import bring_back, earlier
from app.activity.forms import RestoreForm
from app.core.db import reading, transaction
from app.core.errors import Conflict, Invalid
from app.core.texts import say
from app.core.web.access import access, actor, viewer
from app.core.web.htmx import go, render

bp = Blueprint("earlier", __name__)


@bp.get("/history/<int:entry>")
@access("project:view")
def show(entry: int) -> Response:
    """Show a project, a recording or a clip as it was right after an entry, beside what it is now."""
    return _page(entry)


@bp.post("/history/<int:entry>/bring-back")
@access("clip:edit")
def restore(entry: int) -> Response:
    """Bring one earlier value back; what it is now goes into the history like any other."""
    form = RestoreForm()
    if not form.validate():
        return _page(entry, 422, say("This page was damaged. Reload it and try again."))
    try:
        with transaction(actor()) as session:
            bring_back(session, viewer(), entry, form.field.data or "", int(form.version.data or 0))
    except (Conflict, Invalid) as refusal:
        return _page(entry, refusal.status, str(refusal))
    flash(say("Brought the earlier value back."))
    return go(url_for("earlier.show", entry=entry))


def _page(entry: int, code: int = 200, trouble: str | None = None) -> Response:
    with reading() as session:
        view = earlier(session, viewer(), entry)
    return render("activity/earlier.html", code=code, view=view, trouble=trouble)
