"""A clip's rendered files, and the job that makes one, as lists show them."""

from dataclasses import dataclass
from uuid import UUID

from app.clips.models import Clip, ClipExport
from app.core.texts import say
from app.jobs.models import Job, JobStatus

SHOWN = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.FAILED)


@dataclass(frozen=True)
class ExportLine:
    """One rendered file, or the job that renders it."""

    public_id: UUID
    status: str
    percent: int
    format: str
    verdict_text: str | None
    download_url: str | None
    certificate_url: str | None
    reason: str | None


def export_lines(clip: Clip, exports: list[ClipExport], jobs: list[Job]) -> list[ExportLine]:
    """Return a clip's files, after the job that is still making one or failed to."""
    going = [_job_line(job) for job in jobs if job.status in SHOWN and job.dismissed_at is None]
    return going + [_export_line(clip, export) for export in exports]


def _job_line(job: Job) -> ExportLine:
    made = str(job.params_json.get("format", "file")).upper()
    return ExportLine(job.public_id, job.status.value, job.progress, made, None, None, None, job.error_message)


def _export_line(clip: Clip, export: ClipExport) -> ExportLine:
    older = "" if export.clip_version == clip.version else say(", older version")
    return ExportLine(
        public_id=export.public_id,
        status="completed",
        percent=100,
        format=f"{export.format.upper()}{older}",
        verdict_text=say("Exact") if export.certificate_json.get("verdict") == "passed" else say("Certificate"),
        download_url=f"/clips/{clip.public_id}/export/{export.public_id}",
        certificate_url=f"/clips/{clip.public_id}/certificate?export={export.public_id}",
        reason=None,
    )
