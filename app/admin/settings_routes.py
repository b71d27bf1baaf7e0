"""Admin › Settings: what may be chosen while the installation runs, and what its environment says."""

from flask import Blueprint, current_app, flash, url_for
from werkzeug.wrappers import Response

from app.admin.settings import SettingsForm, environment, fill
from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.core.choices import choices, choose, version_of
from app.core.db import reading, transaction
from app.core.errors import Stale
from app.core.texts import say
from app.core.web.access import ADMIN, access, actor
from app.core.web.forms import show_theirs
from app.core.web.htmx import go, render

bp = Blueprint("admin_settings", __name__, url_prefix="/admin/settings")


@bp.route("", methods=["GET", "POST"])
@access(ADMIN)
def index() -> Response:
    """Show and save the installation's choices; a stale version answers 409 with both values shown."""
    form, status = SettingsForm(), 200
    if form.is_submitted():
        saved, status = _save(form)
        if saved:
            flash(say("Saved. It holds from now on."))
            return go(url_for("admin_settings.index"))
    with reading() as session:
        if not form.is_submitted():
            fill(form, choices(session), version_of(session))
    facts = environment(current_app.config["SETTINGS"])
    return render("admin/settings.html", code=status, form=form, facts=facts)


def _save(form: SettingsForm) -> tuple[bool, int]:
    if not form.validate():
        return False, 422
    try:
        with form.blame(), transaction(actor()) as session:
            changed = choose(session, form.chosen(), int(form.version.data or 0))
            if changed:
                AuditService(session).note(
                    AuditAction.UPDATE, "settings:update", "settings", None, None, changes=changed
                )
    except Stale as stale:
        show_theirs(form, stale)
        return False, 409
    return not form.has_errors, 422
