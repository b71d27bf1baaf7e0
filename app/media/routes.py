"""Taking recordings in by plain form or folder, and renaming, moving, deleting and restoring one."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.core.db import reading, transaction
from app.core.errors import Conflict, Invalid, Stale, TooLarge
from app.core.malware import ScannerSilent
from app.core.texts import plural, say
from app.core.web.access import SIGNED_IN, access, actor, viewer
from app.core.web.forms import options
from app.core.web.htmx import go, render
from app.core.words import size
from app.media.demo import make_demo
from app.media.fetching import hint_for
from app.media.forms import AddressForm, ConfirmForm, MediaForm, UploadForm
from app.media.models import Media, MediaSource
from app.media.names import clean_filename
from app.media.scan import ScanResult, folder_of, register, survey
from app.media.service import media_service
from app.media.sidecars import is_captions
from app.media.tagging import carrier_of
from app.media.tus import storage, take_captions, uploads_in
from app.media.uploads import examine, put_in_place
from app.projects.models import Project
from app.projects.service import Seat, project_service
from app.tags.links import names_of
from app.tags.service import tag_service

bp = Blueprint("media", __name__)


@bp.route("/p/<slug>/upload", methods=["GET", "POST"])
@access("media:upload")
def upload(slug: str) -> Response:
    """Take files in with a plain form; each is registered or refused with its reason."""
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "media:upload")
    form = UploadForm()
    added: list[str] = []
    refusals: list[tuple[str, str]] = []
    if form.validate_on_submit():
        # Captions last: their recording may come with them.
        files = [file for file in request.files.getlist("files") if file.filename]
        for file in sorted(files, key=lambda file: is_captions(file.filename or "")):
            _take(seat.project, file, added, refusals)
        if added and not refusals:
            flash(
                say(
                    "%(recordings)s taken in; being processed.",
                    recordings=plural(len(added), "recording", "recordings"),
                )
            )
            return go(url_for("library.show", slug=seat.project.slug))
        if not added and not refusals:
            form.files.errors = [say("Choose at least one file.")]
    return _upload_page(seat, form, added, refusals)


def _upload_page(seat: Seat, form: UploadForm, added: list[str], refusals: list[tuple[str, str]]) -> Response:
    limit = current_app.config["SETTINGS"].max_form_bytes
    return render(
        "media/upload.html",
        code=422 if refusals or form.has_errors else 200,
        project=seat.project,
        counts={"media": seat.project.media_count, "clips": seat.project.clip_count},
        can_manage=seat.may("project:edit"),
        form=form,
        added=added,
        refusals=refusals,
        limit_text=say("Up to %(size)s at once this way; larger files go through with scripts on.", size=size(limit)),
        workspace=bool(seat.project.workspace_path),
        by_address=AddressForm(formdata=None) if current_app.config["SETTINGS"].import_by_url else None,
        hint=hint_for(viewer(), current_app.config["SETTINGS"]),
    )


def _take(project: Project, file: FileStorage, added: list[str], refusals: list[tuple[str, str]]) -> None:
    name = clean_filename(file.filename or "")
    path = spool(file)
    try:
        if is_captions(name):
            added.append(f"{name} (captions of {take_captions(project, path, name).title})")
            return
        examined = examine(path, name)
        with reading() as session:
            media_service(session).require_quota(project, examined.size)
        received, _ = put_in_place(storage(), examined)
        with transaction(actor()) as session:
            service = uploads_in(session)
            seat = service.media.projects.seat_of(viewer(), project.id, "media:upload")
            added.append(service.register(viewer(), seat.project, received).title)
    except (Invalid, Conflict, TooLarge, ScannerSilent) as error:
        refusals.append((name, str(error)))
    finally:
        path.unlink(missing_ok=True)


def spool(file: FileStorage) -> Path:
    """Write the posted file beside the uploads, so that moving it later is a rename."""
    with NamedTemporaryFile(dir=storage().root / "incoming", prefix="form-", delete=False) as spool:
        file.save(spool)
    return Path(spool.name)


@bp.route("/p/<slug>/scan", methods=["GET", "POST"])
@access("media:upload")
def scan_folder(slug: str) -> Response:
    """Register what is new in the project's folder on the server."""
    workspaces = current_app.config["SETTINGS"].workspaces
    form = ConfirmForm()
    result: ScanResult | None = None
    if form.validate_on_submit():
        with form.blame():
            with reading() as session:
                seat = project_service(session).get_for(viewer(), slug, "media:upload")
                found = survey(session, seat.project, workspaces)
            with transaction(actor()) as session:
                seat = project_service(session).get_for(viewer(), slug, "media:upload")
                result = register(session, seat.project, found, viewer().id)
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "media:upload")
    path = _shown_folder(seat.project)
    return render(
        "media/scan.html",
        code=422 if form.has_errors else 200,
        project=seat.project,
        form=form,
        path=path,
        result=result,
    )


def _shown_folder(project: Project) -> str | None:
    try:
        return str(folder_of(project, current_app.config["SETTINGS"].workspaces))
    except Invalid:
        return None


@bp.route("/m/<uuid:id>/edit", methods=["GET", "POST"])
@access("media:edit")
def edit(id: UUID) -> Response:
    """Rename a recording or move it to another project."""
    with reading() as session:
        service = media_service(session)
        media, seat = service.get_for(viewer(), id, "media:edit")
        choices = service.projects.choices_for(viewer())
        carried, known = names_of(session, "media", [media.id])[media.id], tag_service(session).names(media.project_id)
    form = MediaForm()
    form.project.choices = options(choices)
    if form.validate_on_submit():
        moved = _save(form, id)
        if moved is not None:
            return moved
    elif not form.is_submitted():
        form.title.data, form.project.data = media.title, seat.project.slug
        form.version.data = str(media.version)
        form.show_tags([name for name, _ in carried])
    return render(
        "media/edit.html", code=_status_of(form), form=form, media=media, project=seat.project, known_tags=known
    )


def _save(form: MediaForm, id: UUID) -> Response | None:
    try:
        with form.blame(), transaction(actor()) as session:
            service = media_service(session)
            media, _ = service.get_for(viewer(), id, "media:edit")
            service.edit(viewer(), media, form.title.data or "", form.project.data, int(form.version.data or 0))
            tag_service(session).edit_on(carrier_of(media), request.form.get("tags"), form.seen_tags.data, viewer().id)
        if not form.has_errors:
            return go(url_for("workbench.show", id=id))
    except Stale as stale:
        form.form_errors.append(
            say(
                "%(stale)s It is now called “%(title)s”. Save again to replace that.",
                stale=stale,
                title=stale.theirs["title"],
            )
        )
        form.version.data = str(stale.version)
    return None


def _status_of(form: MediaForm) -> int:
    if not form.has_errors:
        return 200
    return 409 if any("Somebody saved" in words for words in form.form_errors) else 422


@bp.route("/m/<uuid:id>/delete", methods=["GET", "POST"])
@access("media:delete")
def delete(id: UUID) -> Response:
    """Ask, then put the recording in the trash with its clips."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "media:delete")
    form = ConfirmForm()
    if form.validate_on_submit():
        with transaction(actor()) as session:
            service = media_service(session)
            service.delete(service.get_for(viewer(), id, "media:delete")[0])
        undo = {"text": say("Deleted “%(title)s”.", title=media.title), "undo_url": url_for("media.restore", id=id)}
        flash(undo, "toast")  # type: ignore[arg-type]
        return go(url_for("library.show", slug=seat.project.slug))
    return render(
        "media/delete.html",
        form=form,
        media=media,
        project=seat.project,
        clip_count=media.clip_count,
        in_place=media.source is MediaSource.SCAN,
    )


@bp.post("/m/<uuid:id>/restore")
@access("media:delete")
def restore(id: UUID) -> Response:
    """Take a recording out of the trash."""
    with transaction(actor()) as session:
        media: Media = media_service(session).restore(viewer(), id)
    flash(say("Brought back “%(title)s”.", title=media.title))
    return go(url_for("workbench.show", id=id))


@bp.post("/demo")
@access(SIGNED_IN)
def demo() -> Response:
    """Make the sample project and show it."""
    with transaction(actor()) as session:
        project = make_demo(session, viewer())
    return go(url_for("library.show", slug=project.slug))
