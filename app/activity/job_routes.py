"""The pages of jobs: what failed, runs, waits and is done, and one job with its stages and log."""

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from flask import session as browser_memory
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.activity.dicts import job_dicts
from app.activity.jobs import LOG_LINES, job_page, job_rows
from app.activity.mine import tell
from app.core.db import reading, transaction
from app.core.errors import NotFound
from app.core.texts import say
from app.core.web.access import IN_PERSON, SIGNED_IN, access, actor, viewer
from app.core.web.htmx import as_json, as_list, go, local_path, render, wants_json
from app.jobs.dicts import log_dict, stage_dict
from app.jobs.models import Job, JobTab
from app.jobs.service import JobService, job_service
from app.projects.service import Seat, project_service

bp = Blueprint("jobs", __name__)


@bp.get("/jobs")
@bp.get("/jobs.json", endpoint="index_json")
@access(SIGNED_IN)
def index() -> Response:
    """List the jobs the viewer may see, by where they stand; `rows=1` answers the rows alone."""
    wanted, slug = request.args.get("state", ""), request.args.get("project")
    with reading() as session:
        projects = project_service(session)
        seat = projects.get_for(viewer(), slug, "job:view") if slug else None
        ids = [seat.project.id] if seat else projects.visible_ids(viewer())
        jobs = job_service(session).jobs
        totals = jobs.count_by_tab(ids)
        tab = JobTab(wanted) if wanted in set(JobTab) else _telling_tab(totals)
        page = jobs.find_by_tab(tab, ids, after=request.args.get("after"))
        if wants_json():
            return as_list(page, job_dicts(session, page.items), state=tab.value)
        rows = job_rows(session, page.items, projects.editable_ids(viewer()))
    live = url_for("jobs.index", state=tab.value, project=slug, rows=1)
    return render(
        "activity/_jobs_rows.html" if request.args.get("rows") else "activity/jobs.html",
        state=tab.value,
        counts={each.value: count for each, count in totals.items()},
        jobs=rows,
        next_after=page.next_after,
        project=seat.project if seat else None,
        live_url=live,
    )


@bp.get("/jobs/<uuid:id>")
@bp.get("/jobs/<uuid:id>.json", endpoint="show_json")
@bp.get("/jobs/<uuid:id>/status", endpoint="status")
@access("job:view")
def show(id: UUID) -> Response:
    """Show one job: stages, reason and the end of its log; `/status` answers that part alone."""
    with reading() as session:
        job, seat = _job_for(session, id, "job:view")
        if wants_json():
            stages = [stage_dict(stage) for stage in job_service(session).jobs.stages(job.id)]
            log = [log_dict(line) for line in job_service(session).jobs.log(job.id, limit=LOG_LINES)]
            return as_json({**job_dicts(session, [job])[0], "params": job.params_json, "stages": stages, "log": log})
        page = job_page(session, job, seat.may("job:control"))
    whole = request.endpoint != "jobs.status"
    return render("activity/job.html" if whole else "activity/_job_status.html", job=page)


@bp.get("/jobs/mine")
@access(IN_PERSON)
def mine() -> Response:
    """Answer how many of my jobs run, and tell those that ended since this browser last heard of any."""
    with reading() as session:
        told = tell(session, viewer().id, browser_memory)
    return render("activity/mine.swap.html", running_jobs=told.running, news=told.news)


@bp.post("/jobs/<uuid:id>/retry")
@access("job:control")
def retry(id: UUID) -> Response:
    """Try again from the stage that failed, or from a named one."""
    with transaction(actor()) as session:
        job, _ = _job_for(session, id, "job:control")
        job_service(session).retry(job, request.form.get("stage") or None)
    return _back(id)


@bp.post("/jobs/<uuid:id>/cancel")
@access("job:control")
def cancel(id: UUID) -> Response:
    """Stop a job; what it was doing is killed within two seconds."""
    with transaction(actor()) as session:
        job, _ = _job_for(session, id, "job:control")
        job_service(session).cancel(job)
    flash(say("“%(name)s” is being cancelled.", name=job.name))
    return _back(id)


@bp.post("/jobs/<uuid:id>/dismiss")
@access("job:control")
def dismiss(id: UUID) -> Response:
    """Put a failed job away; its history stays."""
    with transaction(actor()) as session:
        job, _ = _job_for(session, id, "job:control")
        job_service(session).dismiss(job)
    return _back(id)


def _back(id: UUID) -> Response:
    return go(local_path(request.form.get("next"), url_for("jobs.show", id=id)))


def _job_for(session: Session, id: UUID, permission: str) -> tuple[Job, Seat]:
    """Return a job of a project the viewer may see; raises `NotFound` or `Forbidden`."""
    service: JobService = job_service(session)
    job = service.jobs.get_by_public_id(id)
    if job is None:
        raise NotFound()
    return job, project_service(session).seat_of(viewer(), job.project_id, permission)


def _telling_tab(totals: dict[JobTab, int]) -> JobTab:
    """Return the first list that has something to say."""
    return next((tab for tab in (JobTab.RUNNING, JobTab.FAILED, JobTab.WAITING) if totals[tab]), JobTab.DONE)
