"""What was done to a recording, stage by stage, for its page: by what, how, and whether it still holds."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.analysis.freshness import present_of, why_stale
from app.config import Settings
from app.core.texts import later, say
from app.core.words import ago, iso, lasts, size
from app.jobs.dicts import duration_ms, stage_dict
from app.jobs.models import JobStage, StageStatus
from app.jobs.runs import Run, newest, runs_of
from app.media.models import Media
from app.pipelines import INGEST, KIND_WORDS, STAGE_WORDS
from app.projects.models import Project

SHOWN = 50
STATUS_WORDS = {
    StageStatus.DONE: later("Done"),
    StageStatus.SKIPPED: later("Not needed"),
    StageStatus.FAILED: later("Failed"),
    StageStatus.CANCELLED: later("Cancelled"),
}
# What the machine was asked, in words; what it found out by itself is not told here.
PARAM_WORDS = {
    "threshold_db": later("level {} dB"),
    "min_ms": later("at least {} ms"),
    "least_change": later("cut from a change of {}"),
    "samples": later("{} moments"),
    "cost": later("a topic costs {}"),
    "language": later("language {}"),
    "count": later("{} voices"),
}
# Where each stage's own form is; the others have none.
OWN_FORM = {"silence": "silence#again-h", "layout": "layout#again-h"}
WITH_FORM = ("scenes", "transcript", "speakers", "topics")


@dataclass(frozen=True)
class RunRow:
    """One ended run."""

    words: str
    status: str
    status_text: str
    ended_text: str
    duration_text: str | None
    made_by: str
    asked: str
    message: str | None
    job_id: UUID
    kind_text: str


@dataclass(frozen=True)
class StageRow:
    """A stage of taking in: its newest result, why it may be stale, and where it is asked for again."""

    name: str
    words: str
    run: RunRow | None
    stale: str | None
    form_url: str | None


@dataclass
class Processing:
    """The whole page."""

    stages: list[StageRow]
    runs: list[RunRow] = field(default_factory=list)


def processing_of(session: Session, settings: Settings, media: Media, project: Project) -> Processing:
    """Return what was done to a recording; two queries."""
    runs, present = runs_of(session, media.id), present_of(session, settings, media, project)
    best = newest(runs)
    rows = []
    for name in INGEST:
        run = best.get(name)
        rows.append(
            StageRow(
                name=name,
                words=STAGE_WORDS[name],
                run=_row(run) if run else None,
                stale=why_stale(run, present) if run else None,
                form_url=_form_url(media, name),
            )
        )
    return Processing(rows, [_row(run) for run in runs[:SHOWN]])


def processing_dict(session: Session, settings: Settings, media: Media, project: Project) -> dict[str, Any]:
    """Return the same for programs."""
    runs, present = runs_of(session, media.id), present_of(session, settings, media, project)
    best = newest(runs)
    return {
        "media": str(media.public_id),
        "stages": [{**_told(best[name]), "stale": why_stale(best[name], present)} for name in INGEST if name in best],
        "runs": [_told(run) for run in runs[:SHOWN]],
    }


def asked_words(stage: JobStage) -> str:
    """Return what a run was asked for: "at least 350 ms, level −40 dB"."""
    params = stage.params_json or {}
    told = [words.format(_number(params[name])) for name, words in PARAM_WORDS.items() if params.get(name) is not None]
    return ", ".join(told)


def made_by(stage: JobStage) -> str:
    """Return what a run was done with: "tf-idf 1, 83 MB of memory"."""
    engine = " ".join(filter(None, (stage.engine, stage.engine_version)))
    memory = say("%(size)s of memory", size=size(stage.peak_memory_bytes)) if stage.peak_memory_bytes else ""
    return ", ".join(filter(None, (engine, memory)))


def spent(stage: JobStage) -> str | None:
    """Return how long a run took; None while it has not ended."""
    took = duration_ms(stage)
    if took is None:
        return None
    return f"{took / 1000:.1f} s" if took < 60_000 else lasts(took / 1000)


def _row(run: Run) -> RunRow:
    stage = run.stage
    return RunRow(
        words=STAGE_WORDS.get(stage.name, stage.name),
        status=stage.status.value,
        status_text=STATUS_WORDS.get(stage.status, stage.status.value),
        ended_text=ago(stage.completed_at) if stage.completed_at else "",
        duration_text=spent(stage),
        made_by=made_by(stage),
        asked=asked_words(stage),
        message=stage.message,
        job_id=run.job.public_id,
        kind_text=KIND_WORDS.get(run.job.kind, run.job.kind),
    )


def _told(run: Run) -> dict[str, Any]:
    return {
        **stage_dict(run.stage),
        "job": str(run.job.public_id),
        "kind": run.job.kind,
        "asked_at": iso(run.job.created_at),
    }


def _form_url(media: Media, name: str) -> str | None:
    if name in OWN_FORM:
        return f"/m/{media.public_id}/{OWN_FORM[name]}"
    return f"/m/{media.public_id}/processing/{name}" if name in WITH_FORM else None


def _number(value: Any) -> str:
    return f"{value:g}".replace("-", "−") if isinstance(value, int | float) else str(value)
