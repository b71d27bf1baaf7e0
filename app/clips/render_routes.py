"""Rendering a clip or several, the files that come of it, and the certificate that proves each."""

import json
from functools import partial
from pathlib import Path
from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.clips.archive import stream_zip
from app.clips.captions import captions_of, playlist
from app.clips.certificates import shown_certificate
from app.clips.forms import RenderForm
from app.clips.models import Clip, ClipExport
from app.clips.reads import described, exports_of
from app.clips.rendering import RenderService, archive_names, file_stem, format_of, render_service, smart_note
from app.clips.service import clip_service
from app.clips.tagging import carrier_of
from app.core.db import reading, transaction
from app.core.errors import Conflict, Invalid
from app.core.texts import plural, say
from app.core.web.access import access, actor, sends_a_file, viewer
from app.core.web.forms import options
from app.core.web.htmx import go, render
from app.core.web.rates import costly
from app.media.clock import clock_of
from app.media.file_routes import send
from app.media.models import Media
from app.media.tus import storage
from app.projects.service import project_service
from app.tags.service import split_names, tag_service

bp = Blueprint("renders", __name__)


@bp.route("/clips/<uuid:id>/render", methods=["GET", "POST"])
@access("clip:render")
def request_render(id: UUID) -> Response:
    """Ask for a file of the clip as it is now."""
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:render")
    form = RenderForm()
    back = url_for("workbench.show", id=media.public_id, clip=id, _anchor=f"clip-{id}")
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            clip, media, _ = clip_service(session).get_for(viewer(), id, "clip:render")
            render_service(session).request(viewer(), clip, media, form.mode.data or "exact")
        if not form.has_errors:
            return go(back)
    form.container.choices = options([(format_of(media), format_of(media).upper())])
    return render(
        "clips/render.html",
        code=422 if form.has_errors else 200,
        form=form,
        clips=[described(clip, media)],
        media=media,
        project=seat.project,
        action=url_for("renders.request_render", id=id),
        back_href=back,
        smart_note=smart_note(media),
    )


@bp.post("/p/<slug>/clips/render")
@access("clip:render")
def render_many(slug: str) -> Response:
    """Ask how, then for files of every chosen clip; those rendered already are left alone."""
    if "mode" not in request.form:
        return _ask_how(slug)
    with transaction(actor()) as session:
        project = project_service(session).get_for(viewer(), slug, "clip:render").project
        clips, service = clip_service(session), render_service(session)
        asked = 0
        for clip in clips.clips.by_public_ids(project.id, _chosen()):
            _, media, _ = clips.get_for(viewer(), clip.public_id, "clip:render")
            asked += _ask(service, clip, media)
    flash(
        say("%(clips)s will be rendered.", clips=plural(asked, "clip", "clips"))
        if asked
        else say("Every chosen clip has its file already.")
    )
    return go(url_for("clips.index", slug=slug))


@bp.post("/p/<slug>/clips/tags")
@access("clip:edit")
def tag_many(slug: str) -> Response:
    """Add tags to every chosen clip, or take them off."""
    names = split_names(request.form.get("tags", "")[:2000])
    if not names:
        raise Invalid(say("Write at least one tag."), "tags")
    with transaction(actor()) as session:
        project = project_service(session).get_for(viewer(), slug, "clip:edit").project
        carriers = [carrier_of(clip) for clip in clip_service(session).clips.by_public_ids(project.id, _chosen())]
        service = tag_service(session)
        if request.form.get("act") == "remove":
            service.remove(carriers, names)
        else:
            service.add(carriers, names, viewer().id)
    flash(say("%(clips)s changed.", clips=plural(len(carriers), "clip", "clips")))
    return go(url_for("clips.index", slug=slug))


@bp.post("/p/<slug>/clips/zip")
@access("clip:view")
def archive(slug: str) -> Response:
    """Send the newest file, certificate and captions of every chosen clip as one zip, with a list to play in order."""
    with transaction(actor()) as session:
        project = project_service(session).get_for(viewer(), slug, "clip:view").project
        clips = clip_service(session).clips.by_public_ids(project.id, _chosen())
        found = exports_of(session, [clip.id for clip in clips])
        exports = [found[clip.id][0] for clip in clips if found[clip.id]]
        gone = [export for export in exports if not storage().path_of(export.path).is_file()]
        captions = captions_of(session, exports)
        for export in exports if not gone else []:
            _tell(AuditService(session), export)
    if gone:
        # Found out now, in words: a zip that has begun can only break off.
        flash(
            say(
                "The file of “%(filename)s” is not where it was. Leave that clip out, or restore it from a backup.",
                filename=gone[0].filename,
            )
        )
        return go(url_for("clips.index", slug=slug))
    if not exports:
        flash(say("None of the chosen clips has been rendered yet. Tick clips that have a file, or render them first."))
        return go(url_for("clips.index", slug=slug))
    files: list[tuple[str, Path | bytes]] = []
    for name, export in archive_names(exports):
        proof = json.dumps(export.certificate_json, indent=2).encode()
        files += [(name, storage().path_of(export.path)), (f"{name} certificate.json", proof)]
        # Under the file's own name, where players look for captions.
        files += [(f"{Path(name).stem}.vtt", captions[export.id].encode())] if export.id in captions else []
    files.append(("All in order.m3u8", playlist(name for name, _ in archive_names(exports))))
    answer = FlaskResponse(stream_zip(files), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{file_stem(project.name)} clips.zip")
    return answer


@bp.get("/clips/<uuid:id>/export/<uuid:export>")
@access("clip:view")
@sends_a_file
@costly
def download(id: UUID, export: UUID) -> Response:
    """Send a rendered file; the history tells who took it."""
    with transaction(actor()) as session:
        clip, _, _ = clip_service(session).get_for(viewer(), id, "clip:view")
        row = render_service(session).get_export(clip, export)
        if request.method == "GET" and not request.range:
            _tell(AuditService(session), row)
    path = storage().path_of(row.path)
    if not path.is_file():
        abort(404)
    content_type = {"mp4": "video/mp4", "wav": "audio/wav"}.get(row.format, "application/octet-stream")
    return send(path, content_type, row.sha256, download_name=row.filename)


@bp.get("/clips/<uuid:id>/certificate")
@bp.get("/clips/<uuid:id>/certificate.json", endpoint="certificate_json")
@access("clip:view")
def certificate(id: UUID) -> Response:
    """Show, or send as JSON, the proof that a file holds exactly the clip's frames."""
    wanted = request.args.get("export", "")
    with reading() as session:
        clip, media, seat = clip_service(session).get_for(viewer(), id, "clip:view")
        export = render_service(session).get_export(clip, UUID(wanted) if _is_uuid(wanted) else None)
    if request.endpoint == "renders.certificate_json":
        answer = FlaskResponse(json.dumps(export.certificate_json, indent=2), mimetype="application/json")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{file_stem(clip.title)} certificate.json")
        return answer
    return render(
        "clips/certificate.html",
        clip=clip,
        media=media,
        project=seat.project,
        export={
            "public_id": export.public_id,
            "format": export.format.upper(),
            "download_url": url_for("renders.download", id=id, export=export.public_id),
            "json_url": url_for("renders.certificate_json", id=id, export=export.public_id),
        },
        certificate=shown_certificate(export, clock_of(media), partial(_picture_url, id, export.public_id)),
    )


@bp.get("/clips/<uuid:id>/export/<uuid:export>/<any(source_first,rendered_first,source_last,rendered_last):name>.jpg")
@access("clip:view")
@sends_a_file
def boundary(id: UUID, export: UUID, name: str) -> Response:
    """Send one of the four boundary frames a certificate shows."""
    with reading() as session:
        clip, _, _ = clip_service(session).get_for(viewer(), id, "clip:view")
        row = render_service(session).get_export(clip, export)
    path = storage().path_of(row.path).parent / f"{name}.jpg"
    if not path.is_file():
        abort(404)
    return send(path, "image/jpeg", f"{row.sha256}-{name}")


def _picture_url(clip_id: UUID, export_id: UUID, name: str) -> str:
    return url_for("renders.boundary", id=clip_id, export=export_id, name=name)


def _ask_how(slug: str) -> Response:
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "clip:render")
        clips = clip_service(session)
        rows = clips.clips.by_public_ids(seat.project.id, _chosen())
        shown = [described(clip, clips.get_for(viewer(), clip.public_id, "clip:render")[1]) for clip in rows]
    if not shown:
        flash(say("Tick the clips to render first."))
        return go(url_for("clips.index", slug=slug))
    form = RenderForm(formdata=None)
    form.container.choices = options([("mp4", say("MP4, or WAV for sound"))])
    return render(
        "clips/render.html",
        form=form,
        clips=shown,
        media=None,
        project=seat.project,
        action=url_for("renders.render_many", slug=slug),
        back_href=url_for("clips.index", slug=slug),
        smart_note=None,
    )


def _chosen() -> list[UUID]:
    return [UUID(value) for value in request.values.getlist("clip")[:200] if _is_uuid(value)]


def _ask(service: RenderService, clip: Clip, media: Media) -> int:
    """Ask for one file; count it unless this version has been rendered so already."""
    try:
        service.request(viewer(), clip, media, request.form.get("mode", "exact"))
    except Conflict:
        return 0
    return 1


def _tell(audit: AuditService, export: ClipExport) -> None:
    audit.note(
        AuditAction.EXPORT,
        "export:download",
        "export",
        export.id,
        export.filename,
        entity_public_id=export.public_id,
        project_id=export.project_id,
        media_id=export.media_id,
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
