"""How long the server takes for its pages and pieces, in a library of 100,000 recordings and a million clips."""

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.clips.models import Clip
from app.core.bulk import create_many
from app.core.db import transaction, unit_of_work
from app.core.garbage import spare_what_stays
from app.factory import create_app
from app.jobs import engine as job_engine
from app.media.models import Media
from app.projects.models import MemberRole, Project, ProjectMember
from tests.bench.shelf import BATCH, SEED, Shelf, shelf
from tests.conftest import settings_in
from tests.factories import HTMX, make_admin, make_user
from tests.visitors import Visitor

RECORDINGS = int(os.environ.get("RUSHES_BENCH_PAGE_MEDIA", "100000"))
CLIPS = int(os.environ.get("RUSHES_BENCH_PAGE_CLIPS", "1000000"))
TIMES = int(os.environ.get("RUSHES_BENCH_PAGE_TIMES", "60"))
PAGE_GOAL_MS, PIECE_GOAL_MS = 100, 50
FIRST_TIMES = 3


@dataclass(frozen=True)
class Timing:
    """One page: milliseconds at the middle and at the 95th of a hundred, and what it weighs.

    `work95_ms` is the processor's time alone, SQLite's included: what a busy machine gave to others is not in it.
    `load` is how many wanted the machine in the minute before.
    """

    name: str
    p50_ms: float
    p95_ms: float
    work95_ms: float
    goal_ms: int
    kb: float
    load: float

    @property
    def well(self) -> bool:
        return self.p95_ms <= self.goal_ms

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "well": self.well, "recordings": RECORDINGS, "clips": CLIPS}


def run(folder: Path) -> list[Timing]:
    """Fill a library, then ask for each page as a member of all its projects does."""
    settings = settings_in(folder)
    with shelf(settings.database_url, folder, RECORDINGS) as kept:
        _more_clips(kept, CLIPS - kept.clips)
        media, clips = _some(kept, Media.public_id), _some(kept, Clip.public_id)
    # The shelf has only our own tables; the queue, which Admin › Processing asks about, is the engine's.
    job_engine.prepare(job_engine.jobs_url(settings))
    app = create_app(settings)
    with app.app_context():
        member, admin = _people(app, kept)
        # As the server does when it has started.
        spare_what_stays()
        places = _places(media, clips, random.Random(SEED))
        return [_time(admin if name.startswith("admin") else member, name, *place) for name, place in places.items()]


def table(timings: list[Timing]) -> str:
    """Return the timings as lines of text, with what is over its goal marked."""
    heading = f"{'page or piece':<34} {'p50 ms':>8} {'p95 ms':>8} {'of work':>8} {'goal':>6} {'kB':>7}"
    rows = [
        f"{each.name:<34} {each.p50_ms:>8.1f} {each.p95_ms:>8.1f} {each.work95_ms:>8.1f}"
        f" {each.goal_ms:>6} {each.kb:>7.1f}{'' if each.well else '  over'}"
        for each in timings
    ]
    return "\n".join([f"{RECORDINGS:,} recordings, {CLIPS:,} clips, {TIMES} times each", heading, *rows])


def _more_clips(kept: Shelf, count: int) -> None:
    """Lay the other clips over all recordings, as evenly as they go."""
    with Session(kept.engine) as session:
        ids = list(session.scalars(sa.select(Media.id).where(Media.id != kept.cut_id).order_by(Media.id)))
    for start in range(0, max(0, count), BATCH):
        numbers = range(start, min(start + BATCH, count))
        rows = [_clip(kept.project_id, ids[number % len(ids)], number // len(ids)) for number in numbers]
        with Session(kept.engine) as session, unit_of_work(session):
            create_many(session, Clip, rows)
    each = -(-max(0, count) // len(ids))
    with Session(kept.engine) as session, unit_of_work(session):
        connection = session.connection()
        counted = sa.update(Media.__table__).where(Media.id != kept.cut_id).values(clip_count=each, longest_clip=50)
        connection.execute(counted)
        whole = sa.update(Project.__table__).where(Project.id == kept.project_id)
        connection.execute(whole.values(media_count=kept.rows, clip_count=kept.clips + count))


def _clip(project_id: int, media_id: int, place: int) -> dict[str, Any]:
    start = 100 * place
    named = {"title": f"Take {place}", "clip_order": place}
    return {"project_id": project_id, "media_id": media_id, "in_point": start, "out_point": start + 50, **named}


def _some(kept: Shelf, column: Any) -> list[str]:
    """Return the public ids of rows from all over a table."""
    with Session(kept.engine) as session:
        model = column.class_
        last = session.scalar(sa.select(sa.func.max(model.id))) or 1
        wanted = random.Random(SEED).sample(range(2, last), min(TIMES, last - 2))
        return [str(id) for id in session.scalars(sa.select(column).where(model.id.in_(wanted)))]


def _people(app: Flask, kept: Shelf) -> tuple[Visitor, Visitor]:
    """Return a browser of somebody who edits in every project, and one of an admin."""
    member, admin = make_user(), make_admin()
    with transaction() as session:
        for id in session.scalars(sa.select(Project.id)):
            session.add(ProjectMember(project_id=id, user_id=member.id, role=MemberRole.EDITOR))
    return Visitor(app, member), Visitor(app, admin)


def _places(media: list[str], clips: list[str], chance: random.Random) -> dict[str, tuple[Callable[[], str], bool]]:
    """Return what is asked for by name: how to make its address, and whether it is a piece."""
    project = "/p/project-0"

    def recording(ending: str = "") -> Callable[[], str]:
        return lambda: f"/m/{chance.choice(media)}{ending}"

    def clip(ending: str) -> Callable[[], str]:
        return lambda: f"/clips/{chance.choice(clips)}{ending}"

    def plain(path: str) -> Callable[[], str]:
        return lambda: path

    pages = {
        "projects": plain("/projects"),
        "project": plain(project),
        "project, list": plain(f"{project}?view=list"),
        "project, filtered by a word": plain(f"{project}?q=lighthouse12"),
        "project, by title": plain(f"{project}?sort=title"),
        "clips of a project": plain(f"{project}/clips"),
        "workbench": recording(),
        "details: edit": recording("/edit"),
        "history of a recording": recording("/history"),
        "clip, edit": clip("/edit"),
        "search, common word": plain("/search?q=interview"),
        "search, rare word": plain("/search?q=zeppelin"),
        "jobs": plain("/jobs"),
        "activity": plain("/activity"),
        "activity of a project": plain(f"{project}/activity"),
        "members": plain(f"{project}/members"),
        "account": plain("/me"),
        "admin: projects": plain("/admin/projects"),
        "admin: users": plain("/admin/users"),
        "admin: audit": plain("/admin/audit"),
        "admin: processing": plain("/admin/processing"),
        "admin: storage": plain("/admin/storage"),
    }
    pieces = {
        "piece: grid": plain(project),
        "piece: grid, filtered": plain(f"{project}?q=harbour"),
        "piece: job strip": plain(f"{project}/jobs/strip?rows=1"),
        "piece: status of a recording": recording("/status"),
        "piece: my jobs": plain("/jobs/mine"),
        "piece: search": plain("/search?q=winter"),
    }
    return {name: (make, False) for name, make in pages.items()} | {name: (make, True) for name, make in pieces.items()}


def _time(visitor: Visitor, name: str, make: Callable[[], str], is_piece: bool) -> Timing:
    """Ask some times for nothing, so that templates are compiled, then measure."""
    times, work, size = [], [], 0
    for number in range(TIMES + FIRST_TIMES):
        path = make()
        start, worked = time.perf_counter(), time.process_time()
        answer = visitor.client.get(path, headers=HTMX if is_piece else None)
        spent, busy = (time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000
        assert answer.status_code == 200, (path, answer.status_code)
        size = max(size, len(answer.data))
        if number >= FIRST_TIMES:
            times.append(spent)
            work.append(busy)
    p95, work95 = (statistics.quantiles(column, n=20)[18] for column in (times, work))
    goal = PIECE_GOAL_MS if is_piece else PAGE_GOAL_MS
    return Timing(name, statistics.median(times), p95, work95, goal, size / 1000, os.getloadavg()[0])
