"""The stages that look for silence, scenes, layout and topics."""

from typing import Any

from sqlalchemy.orm import Session

from app.analysis.results import keep_layout, keep_scenes, keep_silence, keep_topics
from app.analysis.topics import NO_TRANSCRIPT, material_of
from app.core.texts import say
from app.jobs.context import StageContext, StageSkipped
from app.jobs.registry import stage
from app.media.models import Media
from app.media.tasks import keep_still, reads_of, source_of
from app.processing.layout import DEFAULT_SAMPLES
from app.processing.scenes import LEAST_CHANGE
from app.processing.segmenting import BOUNDARY_COST
from app.processing.silence import DEFAULT_MIN_MS
from app.projects.models import Project


@stage("silence")
async def silence(context: StageContext) -> None:
    """Find where nothing is heard, and where nothing is seen."""
    source = await source_of(context)
    if source.facts["audio_codec"] is None and source.index is None:
        raise StageSkipped(say("There is neither sound nor picture in this recording."))
    params: dict[str, Any] = {"path": str(source.path)}
    if source.index:
        params["index"] = str(source.index)
    if "min_ms" in context.job.params:
        asked = {name: context.job.params[name] for name in ("threshold_db", "min_ms")}
    else:
        async with context.db.areading() as session:
            level = await session.run_sync(_silence_level, source.id)
        asked = {"threshold_db": level, "min_ms": DEFAULT_MIN_MS}
    found = await context.processing("silence", params | asked, reads=reads_of(source))
    await context.add_stage_note(params={**asked, "found_db": found["threshold_db"]})
    await context.complete(keep_silence, source.id, context.job.id, found["regions"])


@stage("scenes")
async def scenes(context: StageContext) -> None:
    """Find where the shot or the slide changes."""
    source = await source_of(context)
    if source.index is None:
        raise StageSkipped(say("There is no picture in this recording."))
    asked = {"least_change": float(context.job.params.get("least_change") or LEAST_CHANGE)}
    await context.add_stage_note(params=asked)
    found = await context.processing("scenes", {**source.index_params, **asked}, reads=reads_of(source))
    await context.complete(keep_scenes, source.id, context.job.id, found["scenes"])


@stage("layout")
async def layout(context: StageContext) -> None:
    """Find where the screen is and where the camera, and make the picture that shows it."""
    source = await source_of(context)
    if source.index is None:
        raise StageSkipped(say("There is no picture in this recording."))
    asked = {"samples": int(context.job.params.get("samples") or DEFAULT_SAMPLES)}
    await context.add_stage_note(params=asked)
    found = await context.processing("layout", {**source.index_params, **asked}, reads=reads_of(source))
    await keep_still(context, source, found["frame"])
    await context.complete(keep_layout, source.id, context.job.id, found)


@stage("topics")
async def topics(context: StageContext) -> None:
    """Find what is spoken of, one thing after another, in the transcript people read first."""
    media_id = (await source_of(context)).id
    async with context.db.areading() as session:
        material = await session.run_sync(material_of, media_id)
    if material is None:
        raise StageSkipped(NO_TRANSCRIPT)
    asked = {"cost": float(context.job.params.get("cost") or BOUNDARY_COST)}
    await context.add_stage_note(params={**asked, "lines": len(material["lines"])})
    found = await context.processing("topics", {**material, **asked}, reads=[])
    await context.complete(keep_topics, media_id, context.job.id, found["topics"])


def _silence_level(session: Session, media_id: int) -> int | None:
    """Return the level the project's owner set; None lets the sound itself decide."""
    media = session.get(Media, media_id)
    project = session.get(Project, media.project_id) if media else None
    return project.silence_db if project else None
