"""Read everything a database says of projects, recordings and clips, and hold it against the model."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog
from app.audit.service import plain
from app.clips.models import Clip
from app.clips.repository import ClipRepository
from app.core.changes import told_columns
from app.core.search_text import tokens
from app.index.models import SearchDocument
from app.index.writer import token_prefix
from app.media.models import Media
from app.projects.models import Project
from tests.core import model

# Making room for a clip moves those behind it without anybody having changed them.
UNTOLD = {"clip_order"}

Kept = dict[tuple[str, int], dict[str, Any]]


class Replay:
    """The log played from the start: what each row must be if the log tells the truth."""

    def __init__(self, last_id: int) -> None:
        self.first_id = self.last_id = last_id
        self.count = 0
        self.rows: Kept = {}

    def read_on(self, session: Session) -> None:
        """Apply the new entries; each old value must be what the entries before it left."""
        query = sa.select(AuditLog).where(AuditLog.id > self.last_id).order_by(AuditLog.id)
        for entry in session.scalars(query):
            self.last_id = entry.id
            if entry.entity_type == "member":
                # Filed under the person, in as many projects as they belong to; the model knows no people.
                continue
            self.count += 1
            key = (entry.entity_type, entry.entity_id or 0)
            row = self.rows.setdefault(key, {})
            assert (entry.action is AuditAction.CREATE) == (not row), f"{entry.action} of {key}"
            for name, both in entry.changes.items():
                if name not in UNTOLD:
                    assert row.get(name) == both["old"], f"{key}.{name}: {row.get(name)!r} is told as {both['old']!r}"
                row[name] = both["new"]


def compare(session: Session, world: model.World, replay: Replay) -> None:
    """Assert that rows, counts, history and index are the model's."""
    projects = {row.id: row for row in session.scalars(sa.select(Project))}
    media = {row.id: row for row in session.scalars(sa.select(Media))}
    clips = {row.id: row for row in session.scalars(sa.select(Clip))}
    assert {id: _project(row) for id, row in projects.items()} == world.projects
    assert {id: _media(row) for id, row in media.items()} == world.media
    assert {id: _clip(row) for id, row in clips.items()} == world.clips
    _compare_counts(world)
    replay.read_on(session)
    assert replay.count == world.entries
    told = {("project", id): _told(row) for id, row in projects.items()}
    told |= {("media", id): _told(row) for id, row in media.items()} | {("clip", i): _told(c) for i, c in clips.items()}
    assert {key: _without_none(row) for key, row in replay.rows.items()} == told
    _compare_index(session, world)


def compare_overlaps(session: Session, world: model.World, media: int, start: int, end: int) -> None:
    """Assert that the bounded query finds what looking at every clip finds."""
    longest = session.get_one(Media, media).longest_clip
    found = ClipRepository(session).find_overlapping(media, start, end, longest=longest)
    assert [clip.id for clip in found] == world.overlapping(media, start, end)


def _compare_counts(world: model.World) -> None:
    live = [row for row in world.media.values() if not row.deleted]
    media = Counter(row.project for row in live)
    clips = Counter(row.media for row in world.clips.values() if not row.deleted)
    shown = Counter(row.project for row in world.clips.values() if world.is_listed(row, row.project))
    for row in world.projects.values():
        assert (row.media_count, row.clip_count) == (media[row.id], shown[row.id]), "a project's kept counts"
    for recording in world.media.values():
        lengths = [each.out_point - each.in_point for each in world.clips.values() if each.media == recording.id]
        assert recording.clip_count == clips[recording.id], "a recording's kept count"
        assert recording.longest >= max(lengths, default=0), "the longest clip bounds every clip"


def _compare_index(session: Session, world: model.World) -> None:
    prefix = token_prefix(session.get_bind().dialect.name)
    columns = (SearchDocument.entity_type, SearchDocument.entity_id, SearchDocument.project_id, SearchDocument.title)
    found = sorted(tuple(row) for row in session.execute(sa.select(*columns)))
    things = [("clip", clip) for clip in world.clips.values()] + [("media", each) for each in world.media.values()]
    wanted = [(kind, row.id, row.project, _folded(row.title, prefix)) for kind, row in things if not row.deleted]
    assert found == sorted(wanted)


def _folded(title: str, prefix: str) -> str:
    return " ".join(prefix + token for token in tokens(title))


def _told(row: Any) -> dict[str, Any]:
    names = told_columns(sa.inspect(type(row)), row.tracking)
    return _without_none({name: plain(getattr(row, name)) for name in names})


def _without_none(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and name not in UNTOLD}


def _project(row: Project) -> model.Project:
    return model.Project(row.id, row.name, row.archived, row.version, row.media_count, row.clip_count)


def _media(row: Media) -> model.Media:
    facts = (row.id, row.project_id, row.title, str(row.sha256), row.deleted_at is not None)
    return model.Media(*facts, row.version, row.clip_count, row.longest_clip)


def _clip(row: Clip) -> model.Clip:
    facts = (row.id, row.project_id, row.media_id, row.title, row.in_point, row.out_point, row.clip_order)
    return model.Clip(*facts, row.deleted_at is not None, row.version)
