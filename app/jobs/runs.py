"""What was done to a recording: every ended run of every stage, the newest first."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.jobs.models import Job, JobStage, StageStatus

MOST_RUNS = 200
ENDED = (StageStatus.DONE, StageStatus.SKIPPED, StageStatus.FAILED, StageStatus.CANCELLED)


@dataclass(frozen=True)
class Run:
    """One ended run of a stage, and the job it was part of."""

    stage: JobStage
    job: Job

    @property
    def is_default(self) -> bool:
        """Say whether nobody chose its parameters."""
        return not self.job.params_json


def runs_of(session: Session, media_id: int, stage: str | None = None) -> list[Run]:
    """Return the newest 200 ended runs on a recording itself, of one stage or of all; one query."""
    query = sa.select(JobStage, Job).join(Job, Job.id == JobStage.job_id)
    mine = query.where(Job.media_id == media_id, Job.clip_id.is_(None))
    ended = mine.where(JobStage.status.in_(ENDED), JobStage.completed_at.is_not(None))
    if stage is not None:
        ended = ended.where(JobStage.name == stage)
    newest = ended.order_by(JobStage.completed_at.desc(), JobStage.id.desc()).limit(MOST_RUNS)
    return [Run(stage, job) for stage, job in session.execute(newest)]


def newest(runs: list[Run]) -> dict[str, Run]:
    """Return of each stage the run whose result counts: the newest that is done, else the newest of all."""
    found: dict[str, Run] = {}
    for run in runs:
        kept = found.get(run.stage.name)
        if kept is None or (kept.stage.status is not StageStatus.DONE and run.stage.status is StageStatus.DONE):
            found[run.stage.name] = run
    return found
