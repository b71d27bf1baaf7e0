"""The stage that parts a song's voice from its instruments."""

from typing import Any

from app.core.texts import say
from app.jobs.context import StageContext, StageSkipped
from app.jobs.registry import stage
from app.media.models import RenditionKind
from app.media.tasks import keep_files, reads_of, source_of
from app.songs.engine import NEEDS_MODEL, choose


@stage("stems")
async def stems(context: StageContext) -> None:
    """Make the vocals and the instrumental; each file says which engine made it, and from which bytes."""
    source = await source_of(context)
    if source.facts["audio_codec"] is None:
        raise StageSkipped(say("There is no sound in this recording."))
    engine = choose(context.settings)
    outputs = {
        kind: context.work_dir / f"{kind.value}.m4a" for kind in (RenditionKind.VOCALS, RenditionKind.INSTRUMENTAL)
    }
    params: dict[str, Any] = {kind.value: str(path) for kind, path in outputs.items()}
    facts = source.facts
    params |= {
        "path": str(source.path),
        "index": str(source.index) if source.index else None,
        "model": str(engine.folder) if engine.folder else None,
        "length_ms": int(facts["duration_frames"] * 1000 * facts["rate_den"] // facts["rate_num"]),
    }
    await context.add_stage_note(engine=engine.name)
    reads = [*reads_of(source), *([engine.folder] if engine.folder else [])]
    made = await context.processing("stems", params, reads=reads)
    if made["one_sided"] and engine.folder is None:
        raise StageSkipped(NEEDS_MODEL)
    about = {"content_type": made["content_type"], "details": {"engine": engine.name}}
    await keep_files(context, source, [(kind, path, about) for kind, path in outputs.items()])
