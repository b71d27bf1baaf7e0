"""What the analysis stages write: each replaces what its earlier run left."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.analysis.models import Scene, SceneKind, SilenceRegion, SilenceType
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
