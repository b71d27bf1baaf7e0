"""Which documents a question finds among what a person may see, and how they divide by kind, project and speaker."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.service import AuditService
from app.auth.models import User
from app.core.result_cache import ResultCache
from app.core.search_text import fold
from app.index.kinds import scope_of
from app.index.models import SearchDocument
from app.index.query import MOST_MATCHES, Wanted, newest_places
from app.index.question import Question
from app.media.models import Media
from app.projects.models import Project
from app.tags.links import tagged_ids
from app.transcripts.models import Speaker, TranscriptSegment

KINDS = ("line", "clip", "topic", "song", "media")


# Ticking a box and turning the page ask the same question again; each answer holds 2,000 matches at most.
_answers: ResultCache[tuple[list["Match"], bool]] = ResultCache(most=16, for_s=60)


@dataclass(frozen=True)
class Match:
    """One document that was found; `speaker` is who says a line, `by` who made or brought the thing."""

    kind: str
    id: int
    project_id: int
    media_id: int
    start_ms: int | None
    speaker: str | None = None


@dataclass(frozen=True)
class Narrowing:
    """What the page's boxes narrow a search to; empty means everything."""

    kind: str = ""
    projects: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    media: int | None = None


@dataclass(frozen=True)
class Found:
    """What was found, newest first: all of it counted by facet, and what the narrowing leaves."""

    matches: list[Match]
    kinds: Counter[str]
    projects: Counter[str]
    speakers: Counter[str]
    capped: bool


def find(session: Session, question: Question, projects: Sequence[Project], narrowing: Narrowing) -> Found:
    """Return what a question finds in these projects; only the newest 2,000 matches are looked at."""
    by_id = {project.id: project for project in projects}
    version = AuditService(session).log.newest()
    asked = (question.text, tuple(by_id))
    matches, capped = _answers.get(asked, version, lambda: _matches(session, question, by_id))
    return Found(
        [match for match in matches if _is_left(match, narrowing, by_id)],
        Counter(match.kind for match in matches if _is_left(match, replace(narrowing, kind=""), by_id)),
        Counter(by_id[match.project_id].slug for match in matches),
        Counter(match.speaker or "" for match in matches if match.kind == "line"),
        capped,
    )


def _matches(session: Session, question: Question, by_id: dict[int, Project]) -> tuple[list[Match], bool]:
    """Return every match before the boxes narrow them, and whether there are more."""
    found = _documents(session, question, by_id)
    capped = len(found) >= MOST_MATCHES
    found = _with_speakers(session, _of_fields(session, question, found, by_id))
    wanted = set(question.fields.get("speaker", ()))
    return [match for match in found if not wanted or _says(match, wanted)], capped


def _documents(session: Session, question: Question, by_id: dict[int, Project]) -> list[Match]:
    kinds = [question.kind] if question.kind else list(KINDS)
    ids = [id for id, project in by_id.items() if _is_named(project, question)]
    scopes = [scope_of(id, kind) for id in ids for kind in kinds]
    if not scopes:
        return []
    places = newest_places(session, Wanted(question, scopes, MOST_MATCHES)).subquery()
    document = SearchDocument
    query = sa.select(
        document.entity_type, document.entity_id, document.project_id, document.media_id, document.start_ms
    ).where(document.place.in_(sa.select(places.c.place)))
    # What hangs below a recording in the trash keeps its documents: it may be brought back.
    query = query.join(Media, Media.id == document.media_id).where(Media.deleted_at.is_(None))
    return [
        Match(row.entity_type, row.entity_id, row.project_id, row.media_id, row.start_ms)
        for row in session.execute(query.order_by(document.place.desc()))
        if row.media_id is not None
    ]


def _of_fields(session: Session, question: Question, matches: list[Match], by_id: dict[int, Project]) -> list[Match]:
    """Keep what `before:`, `after:` and `by:` allow; all three ask about the recording."""
    fields = {name: question.fields[name] for name in ("before", "after", "by", "tag") if name in question.fields}
    if not fields or not matches:
        return matches
    query = sa.select(Media.id).where(Media.id.in_({match.media_id for match in matches}))
    for value in fields.get("before", ()):
        query = query.where(Media.created_at < _first_moment(value))
    for value in fields.get("after", ()):
        query = query.where(Media.created_at >= _first_moment(value))
    for value in fields.get("by", ()):
        person = sa.select(User.id).where(
            sa.or_(User.display_name.icontains(value, autoescape=True), User.username.icontains(value, autoescape=True))
        )
        query = query.where(Media.uploaded_by.in_(person))
    for value in fields.get("tag", ()):
        query = query.where(sa.or_(*(Media.id.in_(tagged_ids("media", id, value)) for id in by_id)))
    allowed = set(session.scalars(query))
    return [match for match in matches if match.media_id in allowed]


def _with_speakers(session: Session, matches: list[Match]) -> list[Match]:
    lines = [match.id for match in matches if match.kind == "line"]
    if not lines:
        return matches
    query = sa.select(TranscriptSegment.id, Speaker.display_name).join(
        Speaker, Speaker.id == TranscriptSegment.speaker_id
    )
    names: dict[int, str] = {}
    for row in session.execute(query.where(TranscriptSegment.id.in_(lines))):
        names[row.id] = row.display_name
    return [replace(match, speaker=names.get(match.id)) if match.kind == "line" else match for match in matches]


def _is_named(project: Project, question: Question) -> bool:
    named = question.fields.get("project", ())
    return not named or any(fold(name) in fold(project.name) or name == project.slug for name in named)


def _says(match: Match, wanted: set[str]) -> bool:
    return match.speaker is not None and any(fold(name) in fold(match.speaker) for name in wanted)


def _is_left(match: Match, narrowing: Narrowing, by_id: dict[int, Project]) -> bool:
    if narrowing.kind and match.kind != narrowing.kind:
        return False
    if narrowing.media is not None and match.media_id != narrowing.media:
        return False
    if narrowing.projects and by_id[match.project_id].slug not in narrowing.projects:
        return False
    return not narrowing.speakers or (match.kind == "line" and (match.speaker or "") in narrowing.speakers)


def _first_moment(text: str) -> datetime:
    """Return when a year, month or day begins, in UTC; a day that does not exist is the one after its month."""
    year, month, day = (int(part) for part in (text + "-01-01").split("-")[:3])
    first = datetime(min(max(year, 1), 9998), min(max(month, 1), 12), 1, tzinfo=UTC)
    return first + timedelta(days=max(day, 1) - 1)


def vocabulary(session: Session, projects: Sequence[Project], most: int = MOST_MATCHES) -> set[str]:
    """Return the words of the newest titles in these projects, for a suggestion where nothing was found."""
    document: Any = SearchDocument
    query = sa.select(document.title).where(document.project_id.in_([project.id for project in projects]))
    titles = session.scalars(query.order_by(document.place.desc()).limit(most))
    return {word for title in titles for word in title.split() if len(word) > 3}
