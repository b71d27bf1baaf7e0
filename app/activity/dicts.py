"""History and lists of jobs as programs read them."""

from typing import Any

from sqlalchemy.orm import Session

from app.audit.sentences import Entry
from app.core.words import iso
from app.jobs.dicts import job_dict
from app.jobs.models import Job
from app.media.reads import media_by_ids
from app.projects.reads import projects_by_ids


def entry_dict(entry: Entry) -> dict[str, Any]:
    """Return one act, in the words its page has for it."""
    return {
        "at": iso(entry.when),
        "actor": entry.actor,
        "sentence": entry.sentence,
        "object": entry.object_text,
        "url": entry.object_url,
        "changes": [{"field": name, "before": before, "after": after} for name, before, after in entry.rows],
    }


def job_dicts(session: Session, jobs: list[Job]) -> list[dict[str, Any]]:
    """Return these jobs with the names of what they are about; two queries however many there are."""
    projects = projects_by_ids(session, (job.project_id for job in jobs))
    media = media_by_ids(session, (job.media_id for job in jobs))
    told = []
    for job in jobs:
        project, recording = projects.get(job.project_id or 0), media.get(job.media_id or 0)
        told.append(job_dict(job, project.slug if project else None, recording.public_id if recording else None))
    return told
