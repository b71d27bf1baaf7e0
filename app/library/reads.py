"""The project page as it is shown: recordings with their pictures, lines and jobs, in a handful of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.reads import names_of
from app.core.clock import now
from app.core.pagination import MAX_ROWS
from app.core.texts import plural, say
from app.core.timecode import Rate
from app.core.words import ago, lasts, size
from app.jobs.models import Job, JobStatus
from app.jobs.reads import latest_jobs, open_jobs
from app.jobs.service import job_service
from app.jobs.words import eta, stage_words
from app.media.files import rendition_url
from app.media.filters import MediaRow
from app.media.models import Media, MediaKind, MediaState, Rendition, RenditionKind
from app.media.reads import media_by_ids, renditions_of
from app.projects.models import Project
from app.tags.links import names_of as tags_of


@dataclass(frozen=True)
class Card:
    """One recording on the project page."""

    public_id: str
    title: str
    kind: str
    state: str
    poster_url: str | None
    scrub_url: str | None
    scrub_tiles: int
    scrub_columns: int
    duration_text: str | None
    meta_line: str
    meta_line2: str
    progress: int | None
    stage_text: str | None
    failure: str | None
    job_public_id: str | None
    wave_path: str | None
    size_text: str
    clip_count: int
    added_at: datetime
    added_text: str
    tags: list[tuple[str, int]]


@dataclass(frozen=True)
class StripRow:
    """One job in the strip over the grid."""

    public_id: str
    name: str
    media_public_id: str | None
    stage_text: str
    percent: int
    eta: str | None
    failed: bool
    reason: str | None


@dataclass(frozen=True)
class Strip:
    """What runs, waits and failed in a project."""

    failed: int
    running: int
    waiting: int
    rows: list[StripRow]


MOST_ROWS = 6
MOST_TOUCHED = 24
# Longer than the longest pause between two polls of a page where something runs.
JUST_ENDED = timedelta(seconds=10)


def cards(session: Session, media: Sequence[MediaRow]) -> list[Card]:
    """Return the cards of these recordings, in their order; four queries however many there are, seven if some wait."""
    if not media:
        return []
    ids = [each.id for each in media]
    renditions, jobs = renditions_of(session, ids), latest_jobs(session, ids)
    people, tags = names_of(session, (each.uploaded_by for each in media)), tags_of(session, "media", ids)
    stages = _stages(session, list(jobs.values()))
    return [
        _card(each, renditions[each.id], jobs.get(each.id), stages, people.get(each.uploaded_by or 0), tags[each.id])
        for each in media
    ]


def strip(session: Session, project: Project) -> Strip:
    """Return the project's active jobs and the failures nobody has put away."""
    active, failed = open_jobs(session, project.id)
    running = [job for job in active if job.status is JobStatus.RUNNING]
    shown = (failed + running + [job for job in active if job not in running])[:MOST_ROWS]
    media = media_by_ids(session, (job.media_id for job in shown))
    why = job_service(session).waiting_reasons(shown)
    return Strip(
        failed=len(failed),
        running=len(running),
        waiting=len(active) - len(running),
        rows=[_strip_row(job, media.get(job.media_id or 0), why.get(job.id)) for job in shown],
    )


def get_with_media(session: Session, project_id: int) -> tuple[Project, list[Media]] | None:
    """Return a project and its newest 200 live recordings in two queries, or None."""
    project = session.get(Project, project_id)
    if project is None:
        return None
    live = sa.select(Media).where(Media.project_id == project_id, Media.deleted_at.is_(None))
    newest = live.order_by(Media.created_at.desc(), Media.id.desc()).limit(MAX_ROWS)
    return project, list(session.scalars(newest))


def touched(session: Session, project: Project) -> list[Media]:
    """Return the recordings whose job runs, ended within the last seconds or waits: what a poll must redraw."""
    active = Job.status.in_((JobStatus.RUNNING, JobStatus.QUEUED))
    waits = sa.func.min(sa.case((Job.status == JobStatus.QUEUED, 1), else_=0)).label("waits")
    newest = (
        sa.select(Job.media_id, waits)
        .join(Media, Media.id == Job.media_id)
        .where(Job.project_id == project.id, Media.project_id == project.id, Media.deleted_at.is_(None))
        .where(sa.or_(active, Job.completed_at > now() - JUST_ENDED))
        .group_by(Job.media_id)
        .order_by("waits", Job.media_id.desc())
        .limit(MOST_TOUCHED)
        .subquery()
    )
    return list(session.scalars(sa.select(Media).join(newest, newest.c.media_id == Media.id)))


def _stages(session: Session, jobs: list[Job]) -> dict[int, str]:
    """Return by job what each active one does now, or where in line it stands."""
    why = job_service(session).waiting_reasons(jobs)
    return {job.id: why.get(job.id) or stage_words(job) for job in jobs if job.is_active}


def _strip_row(job: Job, media: Media | None, waits: str | None) -> StripRow:
    return StripRow(
        public_id=str(job.public_id),
        name=job.name,
        media_public_id=str(media.public_id) if media else None,
        stage_text=waits or stage_words(job),
        percent=job.progress,
        eta=eta(job),
        failed=job.status is JobStatus.FAILED,
        reason=job.error_message,
    )


def _card(
    media: MediaRow,
    renditions: dict[RenditionKind, Rendition],
    job: Job | None,
    stages: dict[int, str],
    person: str | None,
    tags: list[tuple[str, int]],
) -> Card:
    thumbnail, filmstrip = renditions.get(RenditionKind.THUMBNAIL), renditions.get(RenditionKind.FILMSTRIP)
    waveform = renditions.get(RenditionKind.WAVEFORM)
    active = job is not None and job.is_active
    broken = job is not None and job.status in (JobStatus.FAILED, JobStatus.CANCELLED) and job.dismissed_at is None
    return Card(
        public_id=str(media.public_id),
        title=media.title,
        kind=media.kind.value,
        state=media.state.value,
        poster_url=rendition_url(media, thumbnail) if thumbnail else None,
        scrub_url=rendition_url(media, filmstrip) if filmstrip else None,
        scrub_tiles=len(_detail(filmstrip, "tiles", [])),
        scrub_columns=len(_detail(filmstrip, "tiles", [])),
        duration_text=lasts(media.duration_frames * media.rate_den / media.rate_num) if media.duration_frames else None,
        meta_line=" · ".join(format_facts(media)),
        meta_line2=" · ".join(filter(None, _second_line(media, person))),
        progress=job.progress if job is not None and active else None,
        stage_text=stages.get(job.id) if job is not None else None,
        failure=(job.error_message or say("Cancelled")) if job is not None and broken else _missing(media),
        job_public_id=str(job.public_id) if job is not None else None,
        wave_path=_detail(waveform, "overview_path", None) if media.kind is MediaKind.AUDIO else None,
        size_text=size(media.file_size),
        clip_count=media.clip_count,
        added_at=media.created_at,
        added_text=ago(media.created_at),
        tags=tags,
    )


def _rate_text(media: MediaRow) -> str:
    rate = Rate(media.rate_num, media.rate_den)
    return say("%(rate)s fps variable", rate=rate) if media.variable_rate else say("%(rate)s fps", rate=rate)


def format_facts(media: MediaRow) -> list[str]:
    """Return what kind of file it is in a few facts, as far as they are known."""
    facts: list[str] = []
    if media.kind is MediaKind.VIDEO and media.width:
        facts.append(f"{media.width}×{media.height}")
        facts.append(_rate_text(media))
    codec = media.video_codec if media.kind is MediaKind.VIDEO else media.audio_codec
    if codec:
        facts.append(codec)
    facts.append(size(media.file_size))
    return facts


def _second_line(media: MediaRow, person: str | None) -> list[str]:
    clips = plural(media.clip_count, "clip", "clips") if media.clip_count else ""
    return [clips, person or "", ago(media.created_at)]


def _missing(media: MediaRow) -> str | None:
    return say("The file is not where it was") if media.state is MediaState.MISSING else None


def _detail(rendition: Rendition | None, name: str, otherwise: Any) -> Any:
    return (rendition.details or {}).get(name, otherwise) if rendition else otherwise
