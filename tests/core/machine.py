"""A Hypothesis machine that does to the services and to the model whatever people may do, in any order."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy.orm import Session

from app.audit.models import AuditLog
from app.auth.models import Role, User
from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.db import unit_of_work
from app.core.errors import Stale
from app.media.models import Media, MediaState
from app.media.service import media_service
from app.projects.models import MemberRole, Project
from app.projects.repository import ProjectRepository
from app.projects.service import ProjectFields, project_service
from tests.core.databases import empty
from tests.core.looking import Replay, compare_overlaps
from tests.core.model import LENGTH, World
from tests.core.steps import Steps

ROLES = st.sampled_from(["editor"] * 8 + ["owner"] * 8 + ["viewer", "outsider"])
NAMES = st.sampled_from(["Keel", "Stem", "Rib", "Kjøl", "KEEL"])
TITLES = st.sampled_from(["Launch", "launch day", "Båt_01.mov", "“Sea”", "x" * 255, "海の日"])
HASHES = st.sampled_from([letter * 64 for letter in "abcd"])
POINTS = st.tuples(st.integers(-1, LENGTH + 1), st.integers(0, LENGTH + 2))
# Mostly sensible stretches: otherwise few clips would ever be made.
STRETCHES = st.one_of(POINTS, st.integers(0, 40).flatmap(lambda start: st.tuples(st.just(start), st.just(start + 9))))
CHANCE = st.sampled_from([False] * 9 + [True])
PICK = st.integers(0, 1_000)


class Machine(Steps):
    """Projects, recordings and clips on one database, step by step beside the model."""

    @initialize()
    def begin(self) -> None:
        empty(self.url)
        self._open()
        with Session(self.engine, expire_on_commit=False) as session, unit_of_work(session):
            self.people = {name: _person(name) for name in ("owner", "editor", "viewer", "outsider")}
            session.add_all(self.people.values())
        with Session(self.engine) as session:
            self.replay = Replay(session.scalar(sa.select(sa.func.max(AuditLog.id))) or 0)
        self.world = World()
        self.seen: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        self.create_project("Keel", False)
        for letter in "ab":
            self.add_media("owner", 0, "Launch", letter * 64, False)
        for start in (0, 10, 10, 19, 30):
            self.mark("owner", start, "Launch", (start, start + 10), False)

    @rule(name=NAMES, crash=CHANCE)
    def create_project(self, name: str, crash: bool) -> None:
        def real(session: Session) -> int:
            project = project_service(session).create(self.people["owner"], ProjectFields(name))
            for role in (MemberRole.EDITOR, MemberRole.VIEWER):
                ProjectRepository(session).add_member(project.id, self.people[role.value].id, role)
            return project.id

        self._both(real, lambda world, id: world.create_project(id, name), crash)

    @rule(who=ROLES, pick=PICK, name=NAMES, behind=CHANCE, crash=CHANCE)
    def edit_project(self, who: str, pick: int, name: str, behind: bool, crash: bool) -> None:
        id = _pick(self.world.projects, pick)
        version = self.world.projects[id].version - behind

        def real(session: Session) -> None:
            service, person = project_service(session), self.people[who]
            seat = service.seat_of(person, id, "project:edit")
            service.edit(person, seat.project, ProjectFields(name), version)

        self._both(real, lambda world, _: world.edit_project(who, id, name, version), crash)

    @rule(pick=PICK, archived=CHANCE)
    def archive(self, pick: int, archived: bool) -> None:
        id = _pick(self.world.projects, pick)

        def real(session: Session) -> None:
            service, project = project_service(session), session.get_one(Project, id)
            service.archive(project) if archived else service.unarchive(project)

        self._both(real, lambda world, _: world.archive(id, archived), False)

    @rule(who=ROLES, pick=PICK, title=TITLES, sha=HASHES, crash=CHANCE)
    def add_media(self, who: str, pick: int, title: str, sha: str, crash: bool) -> None:
        project_id = _pick(self.world.projects, pick)

        def real(session: Session) -> int:
            service = media_service(session)
            project = service.projects.seat_of(self.people[who], project_id, "media:upload").project
            service.refuse_duplicate(project, sha)
            facts = {"title": title, "filename": "a.mov", "sha256": sha, "sha256_live": sha}
            row = Media(project_id=project_id, duration_frames=LENGTH, state=MediaState.READY, **facts)
            service.media.create(row)
            service.projects.projects.add_counts(project_id, media=1)
            return row.id

        self._both(real, lambda world, id: world.add_media(id, who, project_id, title, sha), crash)

    @rule(who=ROLES, pick=PICK, title=TITLES, behind=CHANCE, where=st.none() | PICK, crash=CHANCE)
    def edit_media(self, who: str, pick: int, title: str, behind: bool, where: int | None, crash: bool) -> None:
        id = _pick(self.world.media, pick)
        version = self.world.media[id].version - behind
        target_id = None if where is None else _pick(self.world.projects, where)

        def real(session: Session) -> None:
            service, person = media_service(session), self.people[who]
            slug = session.get_one(Project, target_id).slug if target_id else None
            media, _ = service.get_for(person, session.get_one(Media, id).public_id, "media:edit")
            service.edit(person, media, title, slug, version)

        self._both(real, lambda world, _: world.edit_media(who, id, title, version, target_id), crash)

    @rule(who=ROLES, pick=PICK, crash=CHANCE)
    def delete_media(self, who: str, pick: int, crash: bool) -> None:
        id = _pick(self.world.media, pick)

        def real(session: Session) -> None:
            service = media_service(session)
            public_id = session.get_one(Media, id).public_id
            service.delete(service.get_for(self.people[who], public_id, "media:delete")[0])

        self._both(real, lambda world, _: world.delete_media(who, id), crash)

    @rule(who=ROLES, pick=PICK, crash=CHANCE)
    def restore_media(self, who: str, pick: int, crash: bool) -> None:
        id = _pick(self.world.media, pick)

        def real(session: Session) -> None:
            media_service(session).restore(self.people[who], session.get_one(Media, id).public_id)

        self._both(real, lambda world, _: world.restore_media(who, id), crash)

    @rule(who=ROLES, pick=PICK, title=TITLES, points=STRETCHES, crash=CHANCE)
    def mark(self, who: str, pick: int, title: str, points: tuple[int, int], crash: bool) -> None:
        media_id = _pick(self.world.media, pick)

        def real(session: Session) -> int:
            service, person = clip_service(session), self.people[who]
            public_id = session.get_one(Media, media_id).public_id
            media, _ = service.media.get_for(person, public_id, "clip:edit")
            return service.create(person, media, ClipFields(title, *points)).id

        self._both(real, lambda world, id: world.mark(id, who, media_id, title, points), crash)

    @precondition(lambda self: self.world.clips)
    @rule(who=ROLES, pick=PICK, title=TITLES, points=STRETCHES, which=PICK, crash=CHANCE)
    def edit_clip(self, who: str, pick: int, title: str, points: tuple[int, int], which: int, crash: bool) -> None:
        id = _pick(self.world.clips, pick)
        version, base = self.seen[id][-1 - which % min(3, len(self.seen[id]))]
        wanted = {"title": title if which % 2 else base["title"], "in_point": points[0], "out_point": points[1]}

        def real(service: Any, clip: Clip, media: Media) -> None:
            service.update(clip, media, ClipFields(**wanted), ClipFields(**base), version)

        self._on_clip(who, id, real, lambda world, _: world.edit_clip(who, id, wanted, base, version), crash)

    @precondition(lambda self: self.world.clips)
    @rule(who=ROLES, pick=PICK, points=STRETCHES, behind=CHANCE, crash=CHANCE)
    def set_bounds(self, who: str, pick: int, points: tuple[int, int], behind: bool, crash: bool) -> None:
        id = _pick(self.world.clips, pick)
        version = self.world.clips[id].version - behind

        def real(service: Any, clip: Clip, media: Media) -> None:
            service.set_bounds(clip, media, *points, version)

        self._on_clip(who, id, real, lambda world, _: world.set_bounds(who, id, points, version), crash)

    @precondition(lambda self: self.world.clips)
    @rule(who=ROLES, pick=PICK, at=st.integers(0, LENGTH), crash=CHANCE)
    def split(self, who: str, pick: int, at: int, crash: bool) -> None:
        id = _pick(self.world.clips, pick)

        def real(service: Any, clip: Clip, media: Media) -> int:
            return int(service.split(self.people[who], clip, media, at).id)

        self._on_clip(who, id, real, lambda world, new: world.split(new, who, id, at), crash)

    @precondition(lambda self: self.world.clips)
    @rule(who=ROLES, pick=PICK, later=st.booleans(), crash=CHANCE)
    def move(self, who: str, pick: int, later: bool, crash: bool) -> None:
        id = _pick(self.world.clips, pick)

        def real(service: Any, clip: Clip, media: Media) -> None:
            service.move(clip, later=later)

        self._on_clip(who, id, real, lambda world, _: world.move(who, id, later), crash)

    @precondition(lambda self: self.world.clips)
    @rule(pick=PICK, shuffle=st.randoms(use_true_random=False), crash=CHANCE)
    def reorder(self, pick: int, shuffle: Any, crash: bool) -> None:
        project = _pick(self.world.projects, pick)
        ids = shuffle.sample(sorted(self.world.clips), k=min(5, len(self.world.clips)))

        def real(session: Session) -> None:
            clip_service(session).reorder(project, [session.get_one(Clip, id).public_id for id in ids])

        self._both(real, lambda world, _: world.reorder(project, ids), crash)

    @precondition(lambda self: self.world.clips)
    @rule(who=ROLES, pick=PICK, crash=CHANCE)
    def delete_clip(self, who: str, pick: int, crash: bool) -> None:
        id = _pick(self.world.clips, pick)

        def real(service: Any, clip: Clip, media: Media) -> None:
            service.delete(clip, media)

        self._on_clip(who, id, real, lambda world, _: world.delete_clip(who, id), crash)

    @precondition(lambda self: self.world.clips)
    @rule(who=ROLES, pick=PICK, crash=CHANCE)
    def restore_clip(self, who: str, pick: int, crash: bool) -> None:
        id = _pick(self.world.clips, pick)

        def real(session: Session) -> None:
            clip_service(session).restore(self.people[who], session.get_one(Clip, id).public_id)

        self._both(real, lambda world, _: world.restore_clip(who, id), crash)

    @precondition(lambda self: self.world.clips)
    @rule(pick=PICK)
    def two_windows(self, pick: int) -> None:
        """Whoever saves second, from a row loaded before the first saved, is told so and changes nothing."""
        id = _pick(self.world.clips, pick)
        with Session(self.engine) as slow:
            clip = slow.get_one(Clip, id)
            slow.expunge(clip)

        def real(session: Session) -> None:
            # Never what it was: a clip made by a split has the notes of the one it comes from.
            session.get_one(Clip, id).notes = f"saved at step {self.tried}"

        self._both(real, lambda world, _: _touch(world, id), False)
        self._both(lambda session: _save_late(session, clip), _too_late, False)

    @rule(pick=PICK, points=POINTS)
    def overlaps(self, pick: int, points: tuple[int, int]) -> None:
        type(self).tried += 1
        with Session(self.engine) as session:
            compare_overlaps(session, self.world, _pick(self.world.media, pick), *points)

    @rule()
    def reopen(self) -> None:
        """Start again with new connections, as after a restart."""
        type(self).tried += 1
        self._end()
        self._open()
        self._look()


def _pick(rows: dict[int, Any], pick: int) -> int:
    """Choose a row, mostly one that is not in the trash."""
    live = [id for id in sorted(rows) if not getattr(rows[id], "deleted", False)]
    choice = live if live and pick % 5 else sorted(rows)
    return choice[pick // 5 % len(choice)]


def _person(name: str) -> User:
    return User(username=name, username_normalized=name, display_name=name.title(), role=Role.MEMBER)


def _touch(world: World, id: int) -> None:
    world.clips[id].version += 1
    world.entries += 1


def _save_late(session: Session, clip: Clip) -> None:
    session.add(clip)
    clip.notes = "too late"


def _too_late(world: World, _: Any) -> None:
    raise Stale("", {}, {}, 0)
