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
from app.core.bulk import _filled, create_many
from app.core.clock import now
from app.core.db import unit_of_work
from app.core.pagination import encode_after
from app.index.models import SearchDocument
from app.jobs.models import Job
from app.jobs.repository import JobRepository, Progress
from app.media.filters import MediaFilter
from app.media.models import Media
from app.media.repository import MediaRepository
from app.projects.repository import ProjectRepository
from tests.bench.floor import AuditLog, Floor, log_entry, new_recordings
from tests.bench.shelf import COMMON, NAME, RARE, SEED, Shelf, recording

Act = Callable[[], object]
DEPTH = 90_000
BULK = 10_000
PAGE = 50
LIVE = "project_id = ? AND deleted_at IS NULL"


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

    def write_progress(self) -> None:
        percent = self.chance.randrange(100)
        with Session(self.shelf.engine) as session, unit_of_work(session):
            news = Progress(stage="probe", stage_percent=percent, job_percent=percent, message="Measuring")
            JobRepository(session).write_progress(self.shelf.job_id, self.shelf.token, news)

    def read_progress(self) -> Job | None:
        with Session(self.shelf.engine) as session:
            return JobRepository(session).latest_for_media(self.shelf.cut_id)


class FloorActs:
    """The same by the plain driver; rows are made before the clock starts."""

    def __init__(self, floor: Floor, crowd: int = 1) -> None:
        self.floor, self.shelf, self.crowd = floor, floor.shelf, crowd
        self.chance = random.Random(SEED + 2 + crowd)
        self.number = self.shelf.rows * 20 + crowd * 1_000_000
        # Ids nobody else gives out.
        self.id = -1_000_000 * crowd
        self.ready: list[Callable[[], None]] = []

    def prepare(self) -> None:
        """Make what the next act needs, outside the clock."""
        rows = []
        for _ in range(self.crowd):
            self.number += 1
            rows.append(recording(self.shelf.project_id, self.number, self.chance))
        self.id -= self.crowd
        self.ready.append(new_recordings(self.floor, rows, self.id))

    def add_one(self) -> None:
        self.ready.pop()()

    def update(self) -> None:
        self.number += 1
        moment = now()
        old, version = self.floor.query("SELECT title, version FROM media WHERE id = ?", [self.shelf.cut_id])[0]
        title = f"Renamed {self.number}"
        changes = {"title": {"old": old, "new": title}}
        entry = log_entry("UPDATE", "media", self.shelf.cut_id, self.shelf.project_id, changes, moment)
        words = [(title.lower(), self.shelf.cut_id)]
        self.floor.act(
            [
                (
                    "UPDATE media SET title = ?, version = ?, updated_at = ? WHERE id = ? AND version = ?",
                    [(title, version + 1, self.floor.value(moment), self.shelf.cut_id, version)],
                ),
                self.floor.insert(AuditLog.__table__, [entry]),
                ("UPDATE search_documents SET title = ? WHERE entity_type = 'media' AND entity_id = ?", words),
            ]
        )

    def add_clip(self) -> None:
        start, moment = self.chance.randrange(self.shelf.clips * 40), now()
        media = self.shelf.cut_id
        self.floor.query("SELECT duration_frames, longest_clip FROM media WHERE id = ?", [media])
        self._overlaps(start)
        last = self.floor.query("SELECT max(clip_order) FROM clips WHERE project_id = ?", [self.shelf.project_id])[0][0]
        self.id -= 1
        columns = {"project_id": self.shelf.project_id, "media_id": media, "title": "Keel", "clip_order": last + 1}
        row = {"id": self.id, **_filled(Clip.__table__, {**columns, "in_point": start, "out_point": start + 50})}
        changes = {name: {"old": None, "new": row[name]} for name in ("title", "in_point", "out_point", "clip_order")}
        entry = log_entry("CREATE", "clip", self.id, self.shelf.project_id, changes, moment)
        words = {"project_id": self.shelf.project_id, "entity_type": "clip", "entity_id": self.id, "media_id": media}
        words |= {
            "place": self.id * 16 + 2,
            "scope": f"p{self.shelf.project_id}kclip",
            "title": "keel",
            "body": "",
            "tags": "",
        }
        counts = "SET clip_count = clip_count + 1"
        self.floor.act(
            [
                self.floor.insert(Clip.__table__, [row]),
                self.floor.insert(AuditLog.__table__, [entry]),
                self.floor.insert(SearchDocument.__table__, [words]),
                (f"UPDATE media {counts} WHERE id = ?", [(media,)]),
                (f"UPDATE projects {counts} WHERE id = ?", [(self.shelf.project_id,)]),
            ]
        )

    def overlapping(self) -> None:
        self._overlaps(self.chance.randrange(self.shelf.clips * 40))

    def _overlaps(self, start: int) -> None:
        self.floor.query(
            "SELECT * FROM clips WHERE media_id = ? AND deleted_at IS NULL AND in_point < ? AND in_point > ?"
            " AND out_point > ? ORDER BY in_point",
            [self.shelf.cut_id, start + 50, start - 50, start],
        )

    def projects(self) -> None:
        self.floor.query(
            "SELECT slug, name, description, media_count, clip_count, updated_at FROM projects"
            " WHERE archived_at IS NULL ORDER BY updated_at DESC, id DESC LIMIT 201"
        )

    def write_progress(self) -> None:
        percent, moment = self.chance.randrange(100), self.floor.value(now())
        held = (percent, "Measuring", moment, moment, self.shelf.job_id, self.shelf.token)
        stage = (percent, "Measuring", self.shelf.job_id, "probe")
        job = "UPDATE jobs SET progress = ?, message = ?, heartbeat_at = ?, updated_at = ?"
        self.floor.act(
            [
                (f"{job} WHERE id = ? AND claim_token = ?", [held]),
                ("UPDATE job_stages SET progress = ?, message = ? WHERE job_id = ? AND name = ?", [stage]),
            ]
        )

    def read_progress(self) -> None:
        self.floor.query(
            "SELECT * FROM jobs WHERE media_id = ? AND clip_id IS NULL ORDER BY created_at DESC, id DESC LIMIT 1",
            [self.shelf.cut_id],
        )


def raw_page(floor: Floor, place: tuple[Any, int] | None = None) -> None:
    """Read one page of the list, from the start or from behind a row."""
    behind = " AND (created_at, id) < (?, ?)" if place else ""
    values = [floor.shelf.project_id, *([floor.value(place[0]), place[1]] if place else [])]
    floor.query(f"SELECT * FROM media WHERE {LIVE}{behind} ORDER BY created_at DESC, id DESC LIMIT {PAGE + 1}", values)


def raw_search(floor: Floor, text: str) -> None:
    """Ask the database's own full text for the newest documents and read their recordings."""
    words = text.split()
    values: list[Any] = [floor.shelf.project_id]
    if floor.sqlite:
        values.insert(0, f'"{text}"' if text == NAME[3:9] else " ".join(f'"{word}"' for word in words) + "*")
        table = "search_names" if text == NAME[3:9] else "search_fts"
        found = f"{table} f JOIN search_documents d ON d.place = f.rowid WHERE {table} MATCH ?"
    elif floor.shelf.database == "postgresql":
        values.insert(0, " & ".join(words) + ":*")
        found = "search_documents d WHERE d.words @@ to_tsquery('simple', ?)"
        if text == NAME[3:9]:
            values[0] = f"%{text}%"
            found = "search_documents d WHERE d.title LIKE ?"
    else:
        values.insert(0, " ".join(f"+xx{word}" for word in words) + "*")
        found = "search_documents d WHERE MATCH(d.title, d.body, d.tags) AGAINST (? IN BOOLEAN MODE)"
        if text == NAME[3:9]:
            values[0] = f"%{text}%"
            found = "search_documents d WHERE d.title LIKE ?"
    order = "f.rowid" if floor.sqlite else "d.place"
    floor.query(
        f"SELECT m.* FROM media m JOIN (SELECT d.entity_id FROM {found} AND d.project_id = ?"
        f" AND d.entity_type = 'media' ORDER BY {order} DESC LIMIT {PAGE + 1}) x ON x.entity_id = m.id",
        values,
    )
