"""Databases of a known size to measure on: one project with many recordings, clips, jobs and words."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.models import Clip
from app.core.bulk import create_many
from app.core.clock import now
from app.core.db import unit_of_work
from app.jobs.models import Job, JobStatus
from app.media.models import Media, MediaKind, MediaSource, MediaState
from app.media.registration import NewMedia, row_of
from app.projects.models import Project
from app.songs.models import Song
from tests.core.databases import engine_on, migrate

SEED = 20261121
# Clips on the one recording everybody cuts: every 40 ticks one of 50, so that neighbours overlap.
CLIP_STEP, CLIP_LENGTH = 40, 50
MOST_CLIPS = 100_000
MOST_SONGS = 100_000
PROJECTS = 200
BATCH = 10_000
# One title in two holds the common word, one in about a thousand the rare one.
COMMON, RARE, NAME = "interview", "zeppelin", "lighthouse"
WORDS = ("harbour", "keel", "storm", "winter", "north", "pier", "crane", "engine", "market", "station", "garden")


@dataclass(frozen=True)
class Shelf:
    """A filled database; `cut_id` is the recording with all the clips, `job` one that runs on it."""

    url: str
    engine: sa.Engine
    rows: int
    project_id: int
    cut_id: int
    clips: int
    job_id: int
    token: str

    @property
    def database(self) -> str:
        return {"mysql": "mariadb"}.get(self.engine.dialect.name, self.engine.dialect.name)

    def raw(self) -> Any:
        """Return a connection of the plain driver, prepared as ours are and committing by itself."""
        connection = self.engine.raw_connection().driver_connection
        assert connection is not None
        return connection


@contextmanager
def shelf(url: str, folder: Path, rows: int) -> Iterator[Shelf]:
    """Migrate and fill the empty database at `url` with so many recordings."""
    migrate(url, folder)
    with engine_on(url) as engine:
        project_id = _projects(engine)
        _recordings(engine, project_id, rows)
        cut_id, clips = _clips(engine, project_id, min(rows, MOST_CLIPS))
        _songs(engine, project_id, min(rows, MOST_SONGS))
        job_id, token = _job(engine, project_id, cut_id)
        _settle(engine)
        yield Shelf(url, engine, rows, project_id, cut_id, clips, job_id, token)


def recording(project_id: int, number: int, chance: random.Random) -> dict[str, Any]:
    """Return the columns of one measured recording with a title of four words or so."""
    words = chance.choices(WORDS, k=3)
    words += [COMMON] if chance.random() < 0.5 else []
    words += [RARE] if chance.random() < 0.001 else []
    words += [f"{NAME}{number % 977}"]
    name = f"{' '.join(words)}_{number}.mov"
    new = NewMedia(name, 1000 + number, None, "video/quicktime", MediaKind.VIDEO, MediaSource.SCAN)
    return {
        **row_of(project_id, new, None),
        "path": f"/footage/{number}.mov",
        "path_hash": f"{number:064x}",
        "state": MediaState.READY,
        "duration_frames": 1500,
        "rate_num": 25,
        "created_at": now() - timedelta(seconds=number),
    }


def _projects(engine: sa.Engine) -> int:
    with Session(engine) as session, unit_of_work(session):
        made = [Project(name=f"Project {number}", slug=f"project-{number}") for number in range(PROJECTS)]
        session.add_all(made)
        session.flush()
        return made[0].id


def _recordings(engine: sa.Engine, project_id: int, rows: int) -> None:
    chance = random.Random(SEED)
    for start in range(0, rows, BATCH):
        batch = [recording(project_id, number, chance) for number in range(start, min(start + BATCH, rows))]
        with Session(engine) as session, unit_of_work(session):
            create_many(session, Media, batch)


def _clips(engine: sa.Engine, project_id: int, count: int) -> tuple[int, int]:
    with Session(engine) as session, unit_of_work(session):
        cut = session.scalars(sa.select(Media).order_by(Media.id).limit(1)).one()
        cut.duration_frames, cut.longest_clip, cut.clip_count = count * CLIP_STEP + CLIP_LENGTH, CLIP_LENGTH, count
        cut_id = cut.id
    for start in range(0, count, BATCH):
        batch = [
            {
                "project_id": project_id,
                "media_id": cut_id,
                "title": f"Clip {number}",
                "in_point": number * CLIP_STEP,
                "out_point": number * CLIP_STEP + CLIP_LENGTH,
                "clip_order": number,
            }
            for number in range(start, min(start + BATCH, count))
        ]
        with Session(engine) as session, unit_of_work(session):
            create_many(session, Clip, batch)
    return cut_id, count


def _songs(engine: sa.Engine, project_id: int, count: int) -> None:
    """Make a song of so many recordings, the newest of them with jobs of their own."""
    with Session(engine) as session:
        ids = list(session.scalars(sa.select(Media.id).order_by(Media.id.desc()).limit(count)))
    for start in range(0, count, BATCH):
        batch = [
            {
                "project_id": project_id,
                "media_id": id,
                "title": f"Song {id}",
                "artist": f"Artist {id % 97}",
                "name_key": f"artist {id % 97} song {id}",
                "date_added": now() - timedelta(seconds=count - place),
            }
            for place, id in enumerate(ids[start : start + BATCH], start)
        ]
        with Session(engine) as session, unit_of_work(session):
            create_many(session, Song, batch)
    job = {"project_id": project_id, "kind": "stems", "params_json": {}, "status": JobStatus.COMPLETED}
    with Session(engine) as session, unit_of_work(session):
        newest = [id for id in ids[-200:] for _ in range(2)]
        create_many(session, Job, [{**job, "media_id": id, "name": f"Song {id}"} for id in newest])


def _job(engine: sa.Engine, project_id: int, media_id: int) -> tuple[int, str]:
    token = "held by the bench"
    with Session(engine) as session, unit_of_work(session):
        columns = {"project_id": project_id, "media_id": media_id, "kind": "ingest", "name": "Keel", "params_json": {}}
        ids = create_many(session, Job, [{**columns, "status": JobStatus.RUNNING, "claim_token": token}])
        return ids[0], token


def _settle(engine: sa.Engine) -> None:
    """Let the database know its own sizes, as it would after a while."""
    statement = {"sqlite": "PRAGMA optimize=0x10002", "postgresql": "ANALYZE"}.get(engine.dialect.name)
    with engine.connect().execution_options(unit="write") as connection:
        connection.exec_driver_sql(statement or "ANALYZE TABLE media, clips, search_documents, audit_log, jobs")
        connection.commit()
