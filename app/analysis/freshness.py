"""Whether what was found in a recording is still what would be found now, and if not, why."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.texts import later
from app.jobs.engines import engine_of
from app.jobs.models import StageStatus
from app.jobs.runs import Run, newest, runs_of
from app.media.models import Media
from app.projects.models import Project
from app.transcripts.engine import NoModel, SpeechModel, choose
from app.transcripts.models import Transcript, TranscriptSegment

WORDS_CHANGED = later("The transcript was changed after this.")
LEVEL_CHANGED = later("The project’s silence level was changed after this.")
LANGUAGE_CHANGED = later("The project’s spoken language was changed after this.")
ENGINE_CHANGED = later("{engine} {version} would be used now.")
MODEL_CHANGED = later("The model {name} would be used now.")


@dataclass(frozen=True)
class Present:
    """What runs would find now: the project's choices, the model there is, when words were last changed."""

    project: Project
    model: SpeechModel | None
    words_changed_at: datetime | None


def present_of(session: Session, settings: Settings, media: Media, project: Project) -> Present:
    """Return what decides the results of a recording's stages now; one query."""
    lines = sa.select(sa.func.max(TranscriptSegment.updated_at)).where(TranscriptSegment.media_id == media.id)
    whole = sa.select(sa.func.max(Transcript.updated_at)).where(Transcript.media_id == media.id)
    changed = session.execute(sa.select(lines.scalar_subquery(), whole.scalar_subquery())).one()
    try:
        model = choose(settings, project.language)
    except NoModel:
        model = None
    return Present(project, model, max((each for each in changed if each is not None), default=None))


def why_stale(run: Run, present: Present) -> str | None:
    """Say why a run's result is not what would be found now; None where it is, or where there is no result."""
    stage = run.stage
    if stage.status is not StageStatus.DONE:
        return None
    params = stage.params_json or {}
    if stage.name == "topics" and _is_later(present.words_changed_at, stage.started_at):
        return WORDS_CHANGED
    level = present.project.silence_db
    if stage.name == "silence" and run.is_default and params.get("threshold_db", level) != level:
        return LEVEL_CHANGED
    if stage.name == "transcript" and run.is_default:
        return _heard_otherwise(run, present)
    engine, version = engine_of(stage.name)
    if stage.name != "transcript" and stage.engine_version and version and stage.engine_version != version:
        return ENGINE_CHANGED.format(engine=engine, version=version)
    return None


def stale_now(session: Session, settings: Settings, media: Media, project: Project, stage: str) -> str | None:
    """Say why the result of one stage is stale, for that result's own page; two queries."""
    run = newest(runs_of(session, media.id, stage)).get(stage)
    return why_stale(run, present_of(session, settings, media, project)) if run else None


def _is_later(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and other is not None and moment > other


def _heard_otherwise(run: Run, present: Present) -> str | None:
    params, model = run.stage.params_json or {}, present.model
    if model is None:
        return None
    if run.stage.engine and model.name != run.stage.engine:
        return MODEL_CHANGED.format(name=model.name)
    return LANGUAGE_CHANGED if "language" in params and params["language"] != model.language else None
