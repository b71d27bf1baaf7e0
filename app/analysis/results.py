"""What the analysis stages write: each replaces what its earlier run left."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.analysis.models import ContentSegment, LayoutAnalysis, LayoutType, Scene, SceneKind, SilenceRegion, SilenceType
from app.analysis.repository import LayoutRepository, TopicRepository
from app.core.bulk import create_many, delete_many
from app.core.clock import now
from app.media.models import Media


def keep_silence(session: Session, media_id: int, job_id: int | None, regions: list[dict[str, Any]]) -> None:
    """Replace a recording's silence by `regions`, milliseconds from its first tick."""
    if session.get(Media, media_id) is None:
        return
    connection = session.connection()
    connection.execute(sa.delete(SilenceRegion).where(SilenceRegion.media_id == media_id))
    rows = [
        {
            "media_id": media_id,
            "job_id": job_id,
            "start_ms": region["start_ms"],
            "end_ms": region["end_ms"],
            "silence_type": SilenceType(region["silence_type"]),
            "amplitude_threshold": region["amplitude_threshold"],
            "created_at": now(),
        }
        for region in regions
        if region["end_ms"] > region["start_ms"]
    ]
    if rows:
        connection.execute(sa.insert(SilenceRegion), rows)


def keep_scenes(session: Session, media_id: int, job_id: int, scenes: list[dict[str, Any]]) -> None:
    """Replace a recording's scenes by `scenes`, ticks, in order."""
    if session.get(Media, media_id) is None:
        return
    connection = session.connection()
    connection.execute(sa.delete(Scene).where(Scene.media_id == media_id))
    rows = [
        {
            "media_id": media_id,
            "job_id": job_id,
            "seq": seq,
            "in_point": scene["in_point"],
            "out_point": scene["out_point"],
            "score": scene["score"],
            "kind": SceneKind(scene["kind"]),
            "label": None,
        }
        for seq, scene in enumerate(scenes)
    ]
    if rows:
        connection.execute(sa.insert(Scene), rows)


def keep_topics(session: Session, media_id: int, job_id: int | None, topics: list[dict[str, Any]]) -> None:
    """Replace a recording's topics by `topics`, milliseconds, sorted; those somebody touched stay, the new give way.

    Writes the rows, their search documents and the history.
    """
    media = session.get(Media, media_id)
    if media is None:
        return
    touched = TopicRepository(session).find_touched(media_id)
    delete_many(session, ContentSegment, ContentSegment.media_id == media_id, ContentSegment.updated_by.is_(None))
    first = 1 + max((row.seq for row in touched if row.job_id == job_id), default=-1)
    spans = [(row.start_ms, row.end_ms) for row in touched]
    rows = [
        {
            "project_id": media.project_id,
            "media_id": media_id,
            "job_id": job_id,
            "seq": first + number,
            "start_ms": start,
            "end_ms": end,
            "topic": topic["topic"][:255],
            "description": topic["description"],
            "importance_score": topic["importance"],
            "keywords": topic["keywords"],
            "concepts": topic["concepts"],
        }
        for number, topic in enumerate(topics)
        for start, end in [_outside(topic["start_ms"], topic["end_ms"], spans)]
        if end > start
    ]
    create_many(session, ContentSegment, rows)


def keep_layout(session: Session, media_id: int, job_id: int | None, found: dict[str, Any]) -> None:
    """Replace a recording's layout by `found` (see `processing.layout`); one somebody corrected stays."""
    media, layouts = session.get(Media, media_id), LayoutRepository(session)
    if media is None:
        return
    facts = {
        "job_id": job_id,
        "layout_type": LayoutType(found["layout_type"]),
        "screen_region": found["screen_region"],
        "camera_region": found["camera_region"],
        "split_ratio": found["split_ratio"],
        "confidence_score": found["confidence"],
        "sample_frame_ms": found["frame_ms"],
    }
    before = layouts.find_by_media(media_id)
    if before is None:
        layouts.create(LayoutAnalysis(project_id=media.project_id, media_id=media_id, **facts))
    elif before.updated_by is None:
        layouts.update(before, facts)


def _outside(start: int, end: int, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """Return what of [start, end) begins behind, and ends before, the spans that reach into it."""
    for first, last in spans:
        if first <= start < last:
            start = last
        elif start < first < end:
            end = first
    return start, end
