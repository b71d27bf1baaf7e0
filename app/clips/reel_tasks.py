"""The stage that renders a reel and puts it where an upload would lie, with its captions beside it."""

import asyncio

from sqlalchemy.orm import Session

from app.clips.reels import captions_of_reel, source_id_of
from app.core.storage import blob_key, sha256_of
from app.core.texts import say
from app.jobs.context import StageContext
from app.jobs.registry import stage
from app.media.models import RenditionKind
from app.media.results import keep_file, keep_rendition, rendition_of
from app.media.tasks import reads_of, source_with, store_of
from app.processing.errors import ProcessingFailed


@stage("reel")
async def reel(context: StageContext) -> None:
    """Render the clips the job was asked with, and keep what is said in them."""
    params, storage = context.job.params, store_of(context)
    async with context.db.areading() as session:
        source_id = await session.run_sync(source_id_of, params["of"])
    if source_id is None:
        raise ProcessingFailed(say("The recording the reel is made of was deleted."))
    source, output = await source_with(context, source_id), context.work_dir / "reel.mp4"
    if source.index is None:
        raise ProcessingFailed(say("The recording the reel is made of is not measured yet."))
    wanted = {"ranges": params["ranges"], "output": str(output)}
    made = await context.processing("reel", {**source.index_params, **wanted}, reads=reads_of(source))
    await context.add_stage_note(params={"clips": len(params["ranges"]), "frames": made["frames"]})
    # On a thread: a worker whose loop is busy hashing gives no sign of life.
    digest, size = await asyncio.to_thread(sha256_of, output), output.stat().st_size
    await asyncio.to_thread(storage.adopt, output, blob_key(digest))
    await _keep_captions(context, source_id)
    await context.complete(keep_file, context.job.media_id or 0, digest, size, blob_key(digest))


async def _keep_captions(context: StageContext, source_id: int) -> None:
    async with context.db.areading() as session:
        told = await session.run_sync(captions_of_reel, source_id, context.job.params["ranges"])
    if told is None:
        return
    language, text = told
    path = context.work_dir / "reel.vtt"
    await asyncio.to_thread(path.write_text, text, encoding="utf-8")
    key = f"made/{context.job.public_id.hex}/captions-{sha256_of(path)[:16]}"
    size = path.stat().st_size
    await asyncio.to_thread(store_of(context).adopt, path, key)
    await context.save(_keep, context.job.media_id or 0, key, {"filename": f"reel.{language}.vtt", "size": size})


def _keep(session: Session, media_id: int, key: str, told: dict[str, str | int]) -> None:
    details = {"filename": told["filename"]}
    facts = {"content_type": "text/plain", "file_size": told["size"], "details": details}
    keep_rendition(session, rendition_of(media_id, RenditionKind.CAPTIONS, key, facts))
