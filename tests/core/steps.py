"""One step of the machine: done to the database in one unit and to the model, then both looked at."""

import copy
from collections.abc import Callable
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy.orm import Session

from app.auth.models import User
from app.clips.models import Clip
from app.clips.service import clip_service
from app.core.db import Actor, unit_of_work
from app.core.errors import DomainError
from tests.core.databases import engine_on
from tests.core.looking import Replay, compare
from tests.core.model import World


class Crash(Exception):
    """What ends a unit half-way."""


class Steps(RuleBasedStateMachine):
    """A database, a world of plain Python beside it, and how the two are kept alike."""

    url: ClassVar[str]
    tried: ClassVar[int] = 0

    engine: sa.Engine
    world: World
    replay: Replay
    people: dict[str, User]
    seen: dict[int, list[tuple[int, dict[str, Any]]]]

    def teardown(self) -> None:
        if hasattr(self, "_engine"):
            self._end()

    def _on_clip(self, who: str, id: int, real: Callable[..., Any], plain: Callable[..., None], crash: bool) -> None:
        def loaded(session: Session) -> Any:
            service, public_id = clip_service(session), session.get_one(Clip, id).public_id
            clip, media, _ = service.get_for(self.people[who], public_id, "clip:edit")
            return real(service, clip, media)

        self._both(loaded, plain, crash)

    def _both(self, real: Callable[[Session], Any], plain: Callable[[World, Any], None], crash: bool) -> None:
        """Do it for real in one unit and to the model; both must end alike, and look alike afterwards."""
        type(self).tried += 1
        answer, error = None, None
        try:
            with Session(self.engine, expire_on_commit=False) as session, unit_of_work(session, Actor(1, "Kari")):
                answer = real(session)
                if crash:
                    raise Crash
        except (DomainError, Crash) as raised:
            error = raised
        if not isinstance(error, Crash):
            self._apply(plain, answer, error)
        self._look()

    def _apply(self, plain: Callable[[World, Any], None], answer: Any, error: Exception | None) -> None:
        world, expected = copy.deepcopy(self.world), None
        try:
            plain(world, answer)
            self.world = world
        except DomainError as raised:
            expected = raised
        # A refusal may be of a kind of its own, as long as it is one of what the model says.
        alike = isinstance(error, type(expected)) if expected is not None else error is None
        assert alike, f"{error!r} where {type(expected).__name__} was expected"

    def _look(self) -> None:
        with Session(self.engine) as session:
            compare(session, self.world, self.replay)
        for clip in self.world.clips.values():
            base = {name: getattr(clip, name) for name in ("title", "in_point", "out_point")}
            if not self.seen[clip.id] or self.seen[clip.id][-1][0] != clip.version:
                self.seen[clip.id].append((clip.version, base))

    def _open(self) -> None:
        self._engine = engine_on(self.url)
        self.engine = self._engine.__enter__()

    def _end(self) -> None:
        self._engine.__exit__(None, None, None)
