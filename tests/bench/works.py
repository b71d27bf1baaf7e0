"""What is measured on a shelf: each piece of work as ours does it, and as the plain driver would."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import User
from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.bulk import create_many
from app.core.db import unit_of_work
from app.core.pagination import encode_after
from app.jobs.models import Job
from app.jobs.repository import JobRepository, Progress
from app.media.filters import MediaFilter
from app.media.models import Media
from app.media.repository import MediaRepository
from app.projects.repository import ProjectRepository
from app.songs.repository import SongRepository, SongRow
from tests.bench.floor import Floor
from tests.bench.raw import PAGE, FloorActs, raw_page, raw_search
from tests.bench.shelf import COMMON, NAME, RARE, SEED, Shelf, recording

Act = Callable[[], object]
DEPTH = 90_000
BULK = 10_000


@dataclass(frozen=True)
class Work:
    """One row of the table: `goal` is the highest ratio to the floor, `limit_us` an absolute limit instead.

    `prepare` runs before each of the two, outside the clock.
    """

    name: str
    ours: Act
    floor: Act
    goal: float | None = None
    limit_us: float | None = None
    repeats: int = 40
    prepare: tuple[Callable[[], None], ...] = ()


def works(shelf: Shelf) -> list[Work]:
    """Return everything that is measured, in the order of the table."""
    floor, bench = Floor(shelf), Bench(shelf)
    raw, crowd = FloorActs(floor), FloorActs(floor, BULK)
    one, many = "add one recording, audit and search, one commit", f"import {BULK:,} recordings, audit and search"
    return [
        Work(one, bench.add_one, raw.add_one, goal=1.5, prepare=(raw.prepare,)),
        Work(many, bench.add_many, crowd.add_one, goal=2, repeats=3, prepare=(bench.prepare, crowd.prepare)),
        *reading(shelf, floor, bench),
        Work("update with diff and audit, one commit", bench.update, raw.update, goal=2),
        Work("add a clip: bounds, overlap, audit", bench.add_clip, raw.add_clip, goal=2.5),
        Work(
            f"find_overlapping among {shelf.clips:,} clips",
            bench.overlapping,
            raw.overlapping,
            limit_us=500,
        ),
        Work("200 projects with counts", bench.projects, raw.projects, limit_us=2000),
        Work(f"newest {PAGE} songs with their latest job", bench.songs, raw.songs, goal=2),
        Work("write a job’s progress", bench.write_progress, raw.write_progress, goal=2),
        Work("read a job’s progress", bench.read_progress, raw.read_progress, goal=3),
    ]


def reading(shelf: Shelf, floor: Floor, bench: "Bench") -> list[Work]:
    """Return the lists and searches over recordings."""
    deep = bench.place_at(min(DEPTH, shelf.rows * 9 // 10))
    found = [
        Work(f"list page 1, {PAGE} rows", lambda: bench.page(""), lambda: raw_page(floor), goal=3),
        Work(
            f"list page at depth {min(DEPTH, shelf.rows * 9 // 10):,}",
            lambda: bench.page("", deep[0]),
            lambda: raw_page(floor, deep[1]),
            goal=3,
        ),
    ]
    for kind, text in (
        ("rare word", RARE),
        ("common word", COMMON),
        ("prefix", COMMON[:5]),
        ("two words", f"{COMMON} harb"),
        ("part of a name", NAME[3:9]),
    ):
        found.append(Work(f"search, {kind}", partial(bench.page, text), partial(raw_search, floor, text), goal=2))
    return found


class Bench:
    """The work as the product does it: one session and one unit for each act."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.chance = random.Random(SEED + 1)
        self.number = shelf.rows * 10
        self.crowd: list[dict[str, Any]] = []
        self.editor = User(id=None, display_name="Ingrid Berg")

    def new_row(self) -> dict[str, Any]:
        self.number += 1
        return recording(self.shelf.project_id, self.number, self.chance)

    def add_one(self) -> None:
        row = self.new_row()
        with Session(self.shelf.engine, expire_on_commit=False) as session, unit_of_work(session):
            MediaRepository(session).create(Media(**row))
            ProjectRepository(session).add_counts(self.shelf.project_id, media=1)

    def prepare(self) -> None:
        """Make the crowd's rows outside the clock."""
        self.crowd = [self.new_row() for _ in range(BULK)]

    def add_many(self) -> None:
        rows = self.crowd
        with Session(self.shelf.engine, expire_on_commit=False) as session, unit_of_work(session):
            create_many(session, Media, rows)
            ProjectRepository(session).add_counts(self.shelf.project_id, media=BULK)

    def page(self, q: str, after: str | None = None) -> list[Media]:
        with Session(self.shelf.engine) as session:
            repository = MediaRepository(session)
            return repository.filtered(self.shelf.project_id, MediaFilter(q=q), after=after, limit=PAGE).items

    def place_at(self, depth: int) -> tuple[str, tuple[Any, int]]:
        """Return the place behind the row at this depth, as our pages and as plain values name it."""
        query = sa.select(Media.created_at, Media.id).where(Media.project_id == self.shelf.project_id)
        query = query.order_by(Media.created_at.desc(), Media.id.desc()).offset(depth).limit(1)
        with Session(self.shelf.engine) as session:
            moment, id = session.execute(query).one()
        return encode_after([moment, id]), (moment, id)

    def update(self) -> None:
        self.number += 1
        with Session(self.shelf.engine, expire_on_commit=False) as session, unit_of_work(session):
            repository = MediaRepository(session)
            media = repository.get(self.shelf.cut_id)
            assert media is not None
            repository.update(media, {"title": f"Renamed {self.number}"})

    def add_clip(self) -> None:
        start = self.chance.randrange(self.shelf.clips * 40)
        with Session(self.shelf.engine, expire_on_commit=False) as session, unit_of_work(session):
            service = clip_service(session)
            media = session.get_one(Media, self.shelf.cut_id)
            service.find_overlapping(media, start, start + 50)
            service.create(self.editor, media, ClipFields("Keel", start, start + 50))

    def overlapping(self) -> list[Clip]:
        start = self.chance.randrange(self.shelf.clips * 40)
        with Session(self.shelf.engine) as session:
            return clip_service(session).clips.find_overlapping(self.shelf.cut_id, start, start + 50, longest=50)

    def projects(self) -> list[Any]:
        with Session(self.shelf.engine) as session:
            return list(ProjectRepository(session).list_with_stats(user_id=None, limit=200).items)

    def songs(self) -> list[SongRow]:
        with Session(self.shelf.engine) as session:
            return SongRepository(session).get_songs_with_jobs([self.shelf.project_id], limit=PAGE).items

    def write_progress(self) -> None:
        percent = self.chance.randrange(100)
        with Session(self.shelf.engine) as session, unit_of_work(session):
            news = Progress(stage="probe", stage_percent=percent, job_percent=percent, message="Measuring")
            JobRepository(session).write_progress(self.shelf.job_id, self.shelf.token, news)

    def read_progress(self) -> Job | None:
        with Session(self.shelf.engine) as session:
            return JobRepository(session).latest_for_media(self.shelf.cut_id)
