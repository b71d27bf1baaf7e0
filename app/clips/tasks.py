"""The stages that make a clip's file and prove it; a file without proof is never handed out."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.clips.models import Clip
from app.clips.rendering import Rendered, keep_export
from app.core.storage import sha256_of
from app.core.texts import say
from app.jobs.context import StageContext
from app.jobs.models import Job
from app.jobs.reads import stages_of
from app.jobs.registry import stage
from app.media.clock import clock_of
from app.media.models import Media, MediaKind
from app.media.tasks import Source, reads_of, source_of, store_of
from app.processing.errors import ProcessingFailed

PICTURES = ("source_first", "source_last", "rendered_first", "rendered_last")


@dataclass(frozen=True)
class Order:
    """What one job renders, as its params say, and where the file goes."""

    params: dict[str, Any]
    key: str
    file: Path
    timecode: str | None


@stage("render")
async def render(context: StageContext) -> None:
    """Render the clip as it was when asked for."""
    source, order = await source_of(context), await _order(context)
    output = context.work_dir / order.file.name
    wanted = {name: order.params[name] for name in ("in_point", "out_point", "mode", "format")}
    if order.timecode is not None:
        wanted["timecode"] = order.timecode
    made = await context.processing(
        "render", source.index_params | wanted | {"output": str(output)}, reads=reads_of(source)
    )
    await asyncio.to_thread(store_of(context).adopt, output, order.key)
    facts = {name: made.get(name) for name in ("mode", "reason", "copied", "repeated", "content_type")}
    await context.add_stage_note(engine=made["mode"], params=facts)
    if made.get("reason"):
        await context.log("info", say("Rendered exactly instead of smart: %(reason)s", reason=made["reason"]))


@stage("certificate")
async def certificate(context: StageContext) -> None:
    """Decode the file again and prove it; one that fails is removed and the job fails."""
    source, order = await source_of(context), await _order(context)
    async with context.db.areading() as session:
        made = await session.run_sync(_render_facts, context.job.id)
    wanted = {"in_point": order.params["in_point"], "out_point": order.params["out_point"], **made}
    proof = await context.processing(
        "certificate",
        source.index_params | wanted | {"rendered": str(order.file), "folder": str(context.work_dir)},
        reads=[*reads_of(source), order.file],
    )
    proof.pop("usage", None)
    if proof["verdict"] != "passed":
        store_of(context).remove(order.key)
        raise ProcessingFailed(say("The file is not exactly the clip: ") + " ".join(proof.get("reasons", [])))
    await _keep_proof(context, source, order, proof)


async def _keep_proof(context: StageContext, source: Source, order: Order, proof: dict[str, Any]) -> None:
    folder = order.key.rsplit("/", 1)[0]
    proof["pictures"] = [f"{name}.jpg" for name in PICTURES if (context.work_dir / f"{name}.jpg").is_file()]
    for name in proof["pictures"]:
        await asyncio.to_thread(store_of(context).adopt, context.work_dir / name, f"{folder}/{name}")
    rendered = Rendered(
        key=order.key,
        sha256=await asyncio.to_thread(sha256_of, order.file),
        size=order.file.stat().st_size,
        certificate={**proof, "source_sha256": source.sha256, "clip": order.params.get("clip_public_id")},
    )
    await context.complete(_keep, context.job.id, rendered)


def _keep(session: Session, job_id: int, rendered: Rendered) -> None:
    keep_export(session, session.get_one(Job, job_id), rendered)


async def _order(context: StageContext) -> Order:
    async with context.db.areading() as session:
        found = await session.run_sync(_read_clip, context.job.clip_id)
    if found is None:
        raise ProcessingFailed(say("The clip was deleted."))
    clip, media = found
    params = context.job.params
    key = f"exports/{clip.public_id.hex}/{context.job.public_id.hex}/clip.{params['format']}"
    is_video = media.kind is MediaKind.VIDEO
    timecode = clock_of(media).show(params["in_point"]) if is_video and media.start_timecode else None
    return Order(params, key, store_of(context).path_of(key), timecode)


def _read_clip(session: Session, clip_id: int | None) -> tuple[Clip, Media] | None:
    clip = session.get(Clip, clip_id) if clip_id is not None else None
    media = session.get(Media, clip.media_id) if clip is not None else None
    if clip is None or media is None or clip.deleted_at is not None:
        return None
    return clip, media


def _render_facts(session: Session, job_id: int) -> dict[str, Any]:
    """Return what the render stage noted about its file, for the proof to hold it to."""
    return stages_of(session, job_id)["render"].params_json or {}
