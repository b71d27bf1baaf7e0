"""A recording's topics: the page, chapters for other programs, one topic edited in its place."""

from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from flask import Response as FlaskResponse
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response

from app.analysis.chapters import CONTENT_TYPES, write
from app.analysis.forms import ConfirmForm, TopicForm
from app.analysis.freshness import stale_now
from app.analysis.models import ContentSegment
from app.analysis.topic_reads import TopicRow, chapters_of, shown, topic_to_dict, topics_of
from app.analysis.topics import TopicFields, TopicService, told_of, topic_service
from app.audit.service import AuditService
from app.core.db import reading, transaction
from app.core.errors import NotFound, Stale
from app.core.texts import say
from app.core.web.access import access, actor, sends_a_file, viewer
from app.core.web.forms import show_theirs
from app.core.web.htmx import as_json, go, render, wants_piece
from app.core.web.rates import costly
from app.jobs.reads import latest_job
from app.media.models import Media
from app.projects.service import Seat
from app.transcripts.answers import clock_for

bp = Blueprint("topics", __name__)


@bp.get("/m/<uuid:id>/topics")
@access("media:view")
def index(id: UUID) -> Response:
    """List what a recording speaks of, in order."""
    with reading() as session:
        service = topic_service(session)
        media, seat = service.media.get_for(viewer(), id, "media:view")
        rows = shown(topics_of(session, media.id), clock_for(service.transcripts, media))
        has_words = told_of(service.transcripts, media) is not None
        job = latest_job(session, media.id)
        stale = stale_now(session, current_app.config["SETTINGS"], media, seat.project, "topics") if rows else None
    return render(
        "analysis/topics.html",
        stale=stale,
        topics=rows,
        has_words=has_words,
        job=job if job is not None and job.is_active else None,
        media=media,
        project=seat.project,
        can_edit=seat.may("transcript:edit"),
        form=ConfirmForm(),
    )


@bp.get("/m/<uuid:id>/topics.json")
@access("media:view")
def index_json(id: UUID) -> Response:
    """Answer every topic."""
    with reading() as session:
        media, _ = topic_service(session).media.get_for(viewer(), id, "media:view")
        rows = [topic_to_dict(topic) for topic in topics_of(session, media.id)]
    return as_json({"media": str(id), "topics": rows})


@bp.get("/m/<uuid:id>/chapters.<any(vtt,txt,json):form>")
@access("media:view")
@sends_a_file
@costly
def export(id: UUID, form: str) -> Response:
    """Send the topics as chapters for other programs."""
    with reading() as session:
        media, _ = topic_service(session).media.get_for(viewer(), id, "media:view")
        topics = topics_of(session, media.id)
    if not topics:
        raise NotFound(say("This recording has no topics."))
    answer = FlaskResponse(write(form, chapters_of(topics)), mimetype=CONTENT_TYPES[form])
    if "download" in request.args:
        name = {"filename": f"{media.title}.chapters.{form}"}
        with transaction(actor()) as session:
            AuditService(session).exported("chapters:download", "media", media, name["filename"])
        answer.headers["Content-Disposition"] = dump_options_header("attachment", name)
    return answer


@bp.post("/m/<uuid:id>/topics")
@access("transcript:edit")
def find(id: UUID) -> Response:
    """Ask for topics to be found again."""
    with transaction(actor()) as session:
        service = topic_service(session)
        media, _ = service.media.get_for(viewer(), id, "transcript:edit")
        service.find(viewer(), media)
    return go(url_for("topics.index", id=id))


@bp.get("/topics/<uuid:id>")
@access("media:view")
def show(id: UUID) -> Response:
    """Lead to the topic among the others; for htmx the topic as it is read."""
    with reading() as session:
        service = topic_service(session)
        topic, media, seat = service.get_for(viewer(), id, "media:view")
        row = _row(service, topic, media)
    if wants_piece():
        return _answer(row, media, seat)
    return go(_on_its_page(media, id))


@bp.get("/topics/<uuid:id>.json")
@access("media:view")
def show_json(id: UUID) -> Response:
    """Answer one topic."""
    with reading() as session:
        topic, _, _ = topic_service(session).get_for(viewer(), id, "media:view")
    return as_json(topic_to_dict(topic))


@bp.route("/topics/<uuid:id>/edit", methods=["GET", "POST"])
@access("transcript:edit")
def edit(id: UUID) -> Response:
    """Name and describe a topic; a stale one says what is saved now and keeps what was typed (409)."""
    form = TopicForm()
    if not form.is_submitted():
        with reading() as session:
            topic, media, seat = topic_service(session).get_for(viewer(), id, "transcript:edit")
        form.topic.data, form.description.data, form.version.data = topic.topic, topic.description, str(topic.version)
        return _form(form, id, media, seat)
    stale = _save(id, form) if form.validate() else None
    with reading() as session:
        service = topic_service(session)
        topic, media, seat = service.get_for(viewer(), id, "transcript:edit")
        row = _row(service, topic, media)
    if stale is None and not form.has_errors:
        return _answer(row, media, seat, said=say("Saved")) if wants_piece() else go(_on_its_page(media, id))
    if stale is not None:
        show_theirs(form, stale)
    return _form(form, id, media, seat, code=409 if stale else 422)


@bp.post("/topics/<uuid:id>/delete")
@access("transcript:edit")
def delete(id: UUID) -> Response:
    """Take a topic away; finding topics again may bring it back."""
    with transaction(actor()) as session:
        service = topic_service(session)
        topic, media, _ = service.get_for(viewer(), id, "transcript:edit")
        service.delete(topic)
    return go(url_for("topics.index", id=media.public_id))


def _save(id: UUID, form: TopicForm) -> Stale | None:
    """Save what was typed; returns what stands against it."""
    try:
        with form.blame(), transaction(actor()) as session:
            service = topic_service(session)
            topic, _, _ = service.get_for(viewer(), id, "transcript:edit")
            fields = TopicFields(form.topic.data or "", form.description.data or "")
            service.edit(viewer(), topic, fields, int(form.version.data or 0))
    except Stale as stale:
        return stale
    return None


def _row(service: TopicService, topic: ContentSegment, media: Media) -> TopicRow:
    return shown([topic], clock_for(service.transcripts, media))[0]


def _answer(row: TopicRow, media: Media, seat: Seat, said: str | None = None) -> Response:
    may = seat.may("transcript:edit")
    return render("analysis/topic.swap.html", topic=row, media=media, can_edit=may, said=said)


def _form(form: TopicForm, id: UUID, media: Media, seat: Seat, code: int = 200) -> Response:
    page, piece = "analysis/topic_edit.html", "analysis/_topic_form.html"
    return render(page, piece, code=code, form=form, media=media, project=seat.project, topic_id=id)


def _on_its_page(media: Media, id: UUID) -> str:
    return url_for("topics.index", id=media.public_id, _anchor=f"topic-{id}")
