"""Songs made, changed, deleted and brought back, and their stems asked for."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.audit.sentences import last_saver
from app.auth.once import claim
from app.core.db import reading, transaction
from app.core.errors import Conflict, Invalid, Stale, TooLarge
from app.core.malware import ScannerSilent
from app.core.texts import later, say
from app.core.web.access import access, actor, viewer
from app.core.web.forms import options, sent_mark
from app.core.web.htmx import go, is_for_program, refusal, render
from app.media.names import clean_filename, title_of
from app.media.routes import spool
from app.media.tus import storage, uploads_in
from app.media.uploads import examine, put_in_place
from app.projects.models import Project
from app.projects.service import project_service
from app.songs.conflicts import conflict
from app.songs.forms import ConfirmForm, NewSongForm, SongForm
from app.songs.models import Song
from app.songs.reads import shown_fields
from app.songs.service import SongFields, fields_of, marks_of, song_service

bp = Blueprint("song_edits", __name__)

NOT_HERE = later("Choose a recording of this project.")


@bp.route("/p/<slug>/songs/new", methods=["GET", "POST"])
@access("media:upload")
def new(slug: str) -> Response:
    """Make a song of a file somebody sends, or of a recording that is here; its stems are asked for at once."""
    form = NewSongForm()
    with reading() as session:
        seat = project_service(session).get_for(viewer(), slug, "media:upload")
        known = song_service(session).songs.recordings_without(seat.project.id)
    form.media.choices = options(
        [("", say("None, I’ll send a file")), *((str(row.public_id), row.title) for row in known)]
    )
    if not form.is_submitted():
        form.media.data = request.args.get("media", "")
    elif form.validate():
        song_id = _made(form, seat.project)
        if song_id is not None:
            return go(url_for("songs.show", id=song_id))
    return render("songs/new.html", code=422 if form.has_errors else 200, form=form, project=seat.project)


@bp.route("/songs/<uuid:id>/edit", methods=["GET", "POST"])
@access("media:edit")
def edit(id: UUID) -> Response:
    """Change a song; where both sides changed the same field the page shows both (409)."""
    form = SongForm()
    with reading() as session:
        song, _, seat = song_service(session).get_song(viewer(), id, "media:edit")
    if not form.is_submitted():
        _fill(form, song)
    elif form.validate():
        try:
            with form.blame(), transaction(actor()) as session:
                service = song_service(session)
                song, _, _ = service.get_song(viewer(), id, "media:edit")
                service.update(song, _typed(form, song), _seen(form, song), int(form.version.data or 0))
            if not form.has_errors:
                return go(url_for("songs.show", id=id))
        except Stale as stale:
            return _conflict(id, form, stale)
    return render("songs/edit.html", code=422 if form.has_errors else 200, form=form, song=song, project=seat.project)


@bp.post("/songs/<uuid:id>/stems")
@access("media:edit")
def stems(id: UUID) -> Response:
    """Ask for voice and instruments to be parted, or parted again."""
    with transaction(actor()) as session:
        service = song_service(session)
        song, media, _ = service.get_song(viewer(), id, "media:edit")
        if media is None:
            raise Conflict(say("There is no recording of this song here yet."))
        service.make_stems(viewer(), song, media)
    return go(url_for("songs.show", id=id))


@bp.route("/songs/<uuid:id>/delete", methods=["GET", "POST"])
@access("media:edit")
def delete(id: UUID) -> Response:
    """Ask, then put a song in the trash; its recording stays."""
    form = ConfirmForm()
    with reading() as session:
        song, media, seat = song_service(session).get_song(viewer(), id, "media:edit")
    if form.validate_on_submit():
        with transaction(actor()) as session:
            service = song_service(session)
            service.delete(service.get_song(viewer(), id, "media:edit")[0])
        undo = {"text": say("Deleted “%(title)s”.", title=song.title), "undo_url": url_for("song_edits.restore", id=id)}
        flash(undo, "toast")  # type: ignore[arg-type]
        return go(url_for("songs.index", slug=seat.project.slug))
    return render("songs/delete.html", form=form, song=song, media=media, project=seat.project)


@bp.post("/songs/<uuid:id>/restore")
@access("media:edit")
def restore(id: UUID) -> Response:
    """Bring a song back."""
    with transaction(actor()) as session:
        song_service(session).restore(viewer(), id)
    return go(url_for("songs.show", id=id))


def _made(form: NewSongForm, project: Project) -> UUID | None:
    """Make the song the form asks for; None where the form now says why not."""
    song_id: UUID | None = None
    with form.blame():
        file: FileStorage | None = form.file.data
        if form.media.data:
            song_id = _of_recording(form, project)
        elif file and file.filename:
            song_id = _of_file(form, project, file)
        else:
            raise Invalid(say("Choose a file, or a recording that is here."), "file")
    return song_id


def _of_recording(form: NewSongForm, project: Project) -> UUID:
    with transaction(actor()) as session:
        service = song_service(session)
        media, seat = service.media.get_for(viewer(), _chosen(form), "media:upload")
        if media.project_id != project.id:
            raise Invalid(NOT_HERE, "media")
        mark = claim(session, viewer().id, sent_mark())
        song, _ = service.create_song_with_job(viewer(), seat.project, _named(form, media.title), media)
        mark.leads_to(url_for("songs.show", id=song.public_id))
        return song.public_id


def _chosen(form: NewSongForm) -> UUID:
    try:
        return UUID(form.media.data)
    except ValueError as error:
        raise Invalid(NOT_HERE, "media") from error


def _of_file(form: NewSongForm, project: Project, file: FileStorage) -> UUID:
    name, path = clean_filename(file.filename or ""), spool(file)
    try:
        examined = examine(path, name)
        with reading() as session:
            song_service(session).media.require_quota(project, examined.size)
        received, _ = put_in_place(storage(), examined)
        with transaction(actor()) as session:
            return _registered(session, form, project, received)
    except (Invalid, Conflict, TooLarge, ScannerSilent) as error:
        raise Invalid(str(error), "file") from error
    finally:
        path.unlink(missing_ok=True)


def _registered(session: Session, form: NewSongForm, project: Project, received: Any) -> UUID:
    uploads = uploads_in(session)
    seat = uploads.media.projects.seat_of(viewer(), project.id, "media:upload")
    mark = claim(session, viewer().id, sent_mark())
    media = uploads.register(viewer(), seat.project, received, "song")
    song = song_service(session).create_song(viewer(), seat.project, _named(form, title_of(received.filename)), media)
    mark.leads_to(url_for("songs.show", id=song.public_id))
    return song.public_id


def _named(form: NewSongForm, otherwise: str) -> SongFields:
    """Return the names typed; what is not typed is read from "Artist - Title"."""
    artist, _, title = otherwise.rpartition(" - ")
    return SongFields(form.title.data or title.strip() or otherwise, form.artist.data or artist.strip() or None)


def _fill(form: SongForm, song: Song) -> None:
    for name, value in shown_fields(song).items():
        form[name].data = value
    form.version.data = str(song.version)
    form.seen.data = json.dumps(marks_of(fields_of(song)))


def _typed(form: SongForm, song: Song) -> SongFields:
    """Read the form; a field the conflict page was told to keep as theirs is taken from the song."""
    names = SongFields.__dataclass_fields__
    theirs = {name for name in names if request.form.get(f"keep_{name}") == "theirs"}
    return SongFields(**{name: getattr(song, name) if name in theirs else form[name].data for name in names})


def _seen(form: SongForm, song: Song) -> dict[str, str]:
    """Read what the person saw when they began; the conflict page showed them the song as it is now."""
    if not form.seen.data:
        if is_for_program() and form.version.data != str(song.version):
            raise Stale(say("Somebody saved this song meanwhile. Read it again."), {}, {}, song.version)
        return marks_of(fields_of(song))
    try:
        seen = json.loads(form.seen.data)
    except (ValueError, RecursionError) as error:
        raise Invalid(say("The page was damaged. Reload it and try again.")) from error
    if not isinstance(seen, dict):
        raise Invalid(say("The page was damaged. Reload it and try again."))
    return seen


def _conflict(id: UUID, form: SongForm, stale: Stale) -> Response:
    """Answer 409 with both values of each clashing field; saving again from there settles them."""
    if is_for_program():
        return refusal(409, {"words": str(stale)})
    with reading() as session:
        song, _, seat = song_service(session).get_song(viewer(), id, "media:edit")
        saver = last_saver(session, "song", song.id)
    return render(
        "songs/conflict.html",
        code=409,
        song=song,
        project=seat.project,
        heading=say("%(who)s saved this song while you were editing", who=saver or say("Somebody")),
        conflict=conflict(form, song, stale, saver),
    )
