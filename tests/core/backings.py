"""Eight things a repository may stand on, behind one face: each call is one unit of work."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.async_db import AsyncDatabase
from app.core.db import engine_options, install_hooks, unit_of_work
from app.core.memory_repository import AsyncMemoryRepository, MemoryRepository
from tests.core.planted import Ground, a_clip, a_job, a_person, a_project, a_recording, a_transcript
from tests.core.rooms import Room

Verb = Callable[[Any], Any]


class Stand:
    """`do(room, verb)` runs `verb(repository)` as one unit and returns what it gave."""

    def do(self, room: Room, verb: Verb) -> Any:
        raise AssertionError("a stand says how")

    def plant(self, entity: Any) -> Any:
        """Put in a row that the rows under test point at."""
        raise AssertionError("a stand says how")

    def close(self) -> None:
        """Give everything back."""

    def on(self, room: Room) -> "Backing":
        return Backing(self, room)

    @cached_property
    def ground(self) -> Ground:
        """Return one row of each kind others point at, the same for all tests on this stand."""
        return self.new_ground()

    def new_ground(self) -> Ground:
        user, project = self.plant(a_person()).id, self.plant(a_project()).id
        ground = Ground(user, project, 0, 0, 0)
        ground = Ground(user, project, self.plant(a_recording(ground)).id, 0, 0)
        job = self.plant(a_job(ground, media_id=None, project_id=None)).id
        clip, transcript = self.plant(a_clip(ground)).id, self.plant(a_transcript(ground)).id
        return Ground(user, project, ground.media, job, clip, transcript)


class Backing:
    """One room's repository on one stand."""

    def __init__(self, stand: Stand, room: Room) -> None:
        self.stand, self.room = stand, room

    def do(self, verb: Verb) -> Any:
        return self.stand.do(self.room, verb)

    def add(self, **columns: Any) -> Any:
        """Create the room's smallest row, changed by `columns`."""
        assert self.room.make is not None
        ground = self.stand.new_ground() if self.room.alone else self.stand.ground
        row = self.room.make(ground, **columns)
        return self.do(lambda rows: rows.create(row))


class SyncStand(Stand):
    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, **options_for(url))
        install_hooks(self.engine)

    def do(self, room: Room, verb: Verb) -> Any:
        return self._unit(lambda session: verb(room.sync(session)))

    def plant(self, entity: Any) -> Any:
        return self._unit(lambda session: _put(session, entity))

    def close(self) -> None:
        self.engine.dispose()

    def _unit(self, work: Callable[[Session], Any]) -> Any:
        with Session(self.engine, expire_on_commit=False) as session, unit_of_work(session):
            return work(session)


class AsyncStand(Stand):
    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database = self.runner.run(self._connect(url))

    async def _connect(self, url: str) -> AsyncDatabase:
        return AsyncDatabase(url, options_for(url))

    def do(self, room: Room, verb: Verb) -> Any:
        return self.runner.run(self._do(room, verb))

    def plant(self, entity: Any) -> Any:
        return self.runner.run(self.database.run(_put, entity))

    async def _do(self, room: Room, verb: Verb) -> Any:
        async with self.database.atransaction() as session:
            return await verb(room.asynchronous(session))

    def close(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()


class MemoryStand(Stand):
    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.planted: dict[tuple[type, int], Any] = {}

    def do(self, room: Room, verb: Verb) -> Any:
        return verb(self.repository(room))

    def plant(self, entity: Any) -> Any:
        entity.id = 1_000_000 + len(self.planted)
        self.planted[(type(entity), entity.id)] = entity
        return entity

    def repository(self, room: Room) -> Any:
        if room.name not in self.kept:
            self.kept[room.name] = self.made(room)
        return self.kept[room.name]

    def made(self, room: Room) -> Any:
        repository = room.memory()
        repository.others = self.planted
        return repository


class AsyncMemoryStand(MemoryStand):
    def do(self, room: Room, verb: Verb) -> Any:
        result = verb(self.repository(room))
        return asyncio.run(_finish(result)) if inspect.isawaitable(result) else result

    def made(self, room: Room) -> Any:
        inner = super().made(room)
        if not isinstance(inner, MemoryRepository):
            return Awaited(inner)
        memory = {"memory": staticmethod(lambda: inner)}
        return type("AsyncTwin", (AsyncMemoryRepository, room.asynchronous), memory)()


class Awaited:
    """Any object with its methods as coroutines."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        async def method(*args: Any, **kwargs: Any) -> Any:
            return getattr(self._inner, name)(*args, **kwargs)

        return method


async def _finish(result: Any) -> Any:
    return await result


def _put(session: Session, entity: Any) -> Any:
    session.add(entity)
    session.flush()
    return entity


def held(rows: Any, made: Any) -> Any:
    """Return the row as this unit has it: a database's own copy, or the one in memory."""
    session = getattr(rows, "session", None)
    if session is None:
        return made
    getattr(session, "sync_session", session).add(made)
    return made


def options_for(url: str) -> dict[str, Any]:
    return engine_options(url, pool_size=2, max_overflow=2, recycle_s=3600, echo=False)


@contextmanager
def standing(kind: str, url: str | None) -> Iterator[Stand]:
    """Open a stand of this kind (`sync`, `async`, `memory`, `memory-async`) over a migrated database."""
    if url is None:
        made: Stand = MemoryStand() if kind == "memory" else AsyncMemoryStand()
    else:
        made = SyncStand(url) if kind == "sync" else AsyncStand(url)
    try:
        yield made
    finally:
        made.close()
