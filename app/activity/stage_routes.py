"""The processing log of a recording, and asking for one stage again with other parameters."""

from uuid import UUID

from flask import Blueprint, current_app, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.activity.stage_forms import ScenesForm, SpeakersForm, TopicsForm, TranscriptForm
from app.activity.stages import asked_words, made_by, processing_dict, processing_of
from app.analysis.service import analysis_service
from app.analysis.topics import topic_service
from app.core.db import reading, transaction
from app.core.web.access import access, actor, viewer
from app.core.web.forms import Form
from app.core.web.htmx import as_json, go, render
from app.jobs.reads import last_run, latest_job
from app.media.models import Media
from app.media.service import media_service
from app.pipelines import KIND_WORDS
from app.transcripts.service import transcript_service

bp = Blueprint("stages", __name__)

FORMS: dict[str, type[Form]] = {
    "scenes": ScenesForm,
    "speakers": SpeakersForm,
    "topics": TopicsForm,
    "transcript": TranscriptForm,
}


@bp.get("/m/<uuid:id>/processing")
@access("media:view")
def index(id: UUID) -> Response:
    """Show each stage with what made its result, and every run before."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "media:view")
        page = processing_of(session, current_app.config["SETTINGS"], media, seat.project)
        job = latest_job(session, media.id)
    return render(
        "activity/processing.html",
        processing=page,
        job=job if job is not None and job.is_active else None,
        media=media,
        project=seat.project,
        can_edit=seat.may("media:edit"),
    )


@bp.get("/m/<uuid:id>/processing.json")
@access("media:view")
def index_json(id: UUID) -> Response:
    """Answer the newest result of each stage, and the runs."""
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "media:view")
        return as_json(processing_dict(session, current_app.config["SETTINGS"], media, seat.project))


@bp.route("/m/<uuid:id>/processing/<any(scenes,speakers,topics,transcript):stage>", methods=["GET", "POST"])
@access("media:edit")
def again(id: UUID, stage: str) -> Response:
    """Ask for one stage again; what people changed stays."""
    form = FORMS[stage]()
    if isinstance(form, TranscriptForm):
        form.offer(current_app.config["SETTINGS"])
    if form.validate_on_submit():
        with form.blame(), transaction(actor()) as session:
            media, _ = media_service(session).get_for(viewer(), id, "media:edit")
            _ask(session, media, form)
        if not form.has_errors:
            return go(url_for("stages.index", id=id))
    with reading() as session:
        media, seat = media_service(session).get_for(viewer(), id, "media:edit")
        run = last_run(session, media.id, stage)
    if run is not None and not form.is_submitted():
        _fill(form, run.params_json or {})
    return render(
        "activity/again.html",
        code=422 if form.has_errors else 200,
        form=form,
        stage=stage,
        title=KIND_WORDS[stage],
        before=", ".join(filter(None, (asked_words(run), made_by(run)))) if run else None,
        media=media,
        project=seat.project,
    )


def _ask(session: Session, media: Media, form: Form) -> None:
    """Ask the room whose stage it is."""
    if isinstance(form, ScenesForm):
        analysis_service(session).look_for_scenes(viewer(), media, float(form.least_change.data or 0))
    elif isinstance(form, TopicsForm):
        topic_service(session).find(viewer(), media, float(form.cost.data or 0))
    elif isinstance(form, SpeakersForm):
        transcript_service(session).tell_voices(viewer(), media, form.count.data)
    elif isinstance(form, TranscriptForm):
        language, model = form.language.data or None, form.model.data or None
        transcript_service(session).recognise(viewer(), media, language=language, model=model)


def _fill(form: Form, params: dict[str, object]) -> None:
    """Show what the last run was asked; a language or model that was not chosen stays as the project says."""
    for name in ("least_change", "cost", "count"):
        if name in form and params.get(name) is not None:
            form[name].data = params[name]
