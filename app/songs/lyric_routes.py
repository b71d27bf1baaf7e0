"""Timed lyrics as files: sent, and brought in."""

from uuid import UUID

from flask import Blueprint, url_for
from flask import Response as FlaskResponse
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response

from app.audit.service import AuditService
from app.core.db import reading, transaction
from app.core.errors import Invalid, NotFound
from app.core.malware import require_clean
from app.core.texts import say
from app.core.web.access import access, actor, sends_a_file, viewer
from app.core.web.htmx import go, render
from app.core.web.rates import costly
from app.songs.forms import LyricsForm
from app.songs.reads import filename_of, lrc_of
from app.songs.service import song_service

bp = Blueprint("song_lyrics", __name__)

LARGEST_BYTES = 1024 * 1024


@bp.get("/songs/<uuid:id>/lyrics.lrc")
@access("media:view")
@sends_a_file
@costly
def export(id: UUID) -> Response:
    """Send the timed lyrics as LRC."""
    with reading() as session:
        song, _, _ = song_service(session).get_song(viewer(), id, "media:view")
    text = lrc_of(song)
    if text is None:
        raise NotFound(say("This song has no timed lyrics."))
    answer = FlaskResponse(text, mimetype="text/plain")
    name = {"filename": filename_of(song, ".lrc")}
    with transaction(actor()) as session:
        AuditService(session).exported("lyrics:download", "song", song, name["filename"])
    answer.headers["Content-Disposition"] = dump_options_header("attachment", name)
    return answer


@bp.route("/songs/<uuid:id>/lyrics/import", methods=["GET", "POST"])
@access("media:edit")
def bring_in(id: UUID) -> Response:
    """Take timed lyrics over from a file; a wrong line is named by its number."""
    form = LyricsForm()
    with reading() as session:
        song, _, seat = song_service(session).get_song(viewer(), id, "media:edit")
    if form.validate_on_submit():
        with form.blame():
            # Read and looked at before the unit, which others wait for.
            lyrics = _text(form)
            with transaction(actor()) as session:
                service = song_service(session)
                song, _, _ = service.get_song(viewer(), id, "media:edit")
                service.bring_lyrics(song, lyrics)
        if not form.has_errors:
            return go(url_for("songs.show", id=id))
    return render("songs/import.html", code=422 if form.has_errors else 200, form=form, song=song, project=seat.project)


def _text(form: LyricsForm) -> str:
    data: bytes = form.file.data.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise Invalid(say("Lyrics of more than 1 MB are none."), "file")
    require_clean(data, form.file.data.filename or "")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Older players wrote what Windows wrote; every byte means something there or is left out.
        return data.decode("cp1252", errors="ignore")
