"""The stages that take in captions, write down what is said, and tell who says it."""

import asyncio
import hashlib
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.malware import ScannerSilent, require_clean
from app.core.texts import later, plural, say
from app.jobs.context import StageContext, StageSkipped
from app.jobs.registry import stage
from app.media.models import Media
from app.media.sidecars import Sidecar, sidecars_of
from app.media.tasks import Source, reads_of, source_of, store_of
from app.processing import voices
from app.projects.models import Project
from app.transcripts.engine import NoModel, SpeechModel, choose
from app.transcripts.imports import Brought, bring_found
from app.transcripts.reading import read
from app.transcripts.reads import LANGUAGES
from app.transcripts.results import keep_chunk, keep_transcript, kept_so_far
from app.transcripts.service import NO_VOICES
from app.transcripts.voices import keep_voices

TAKEN = later(" taken in.")


@stage("captions")
async def captions(context: StageContext) -> None:
    """Take in the captions that came with the recording, each as a transcript that says where it is from."""
    source = await source_of(context)
    async with context.db.areading() as session:
        found = await session.run_sync(sidecars_of, store_of(context), source.id)
        spoken = await session.run_sync(_spoken_language, source.id)
    if not found:
        raise StageSkipped(say("No captions came with this recording."))
    told = []
    for sidecar in found:
        words = await _take_in(context, source, sidecar, spoken)
        told.append(words)
        await context.log("info", words)
    if not any(words.endswith(TAKEN) for words in told):
        raise StageSkipped(" ".join(told))


async def _take_in(context: StageContext, source: Source, sidecar: Sidecar, spoken: str | None) -> str:
    """Take in one file and say what came of it."""
    known = [each for each in (sidecar.language, spoken) if each in LANGUAGES]
    data = await asyncio.to_thread(sidecar.path.read_bytes)
    try:
        # Those beside a recording were seen by nobody before.
        await asyncio.to_thread(require_clean, data, sidecar.filename)
        cues = read(sidecar.filename, data, _length_ms(source))
    except (Invalid, ScannerSilent) as error:
        return say("%(filename)s was left out: %(error)s", filename=sidecar.filename, error=error)
    brought = Brought(cues, (known or ["en"])[0], sidecar.filename, context.job.created_by)
    count = await context.save(bring_found, source.id, brought)
    if count is None:
        return say("%(filename)s was left out: somebody corrected the lines brought before.", filename=sidecar.filename)
    return f"{sidecar.filename}: {plural(count, 'line', 'lines')}{TAKEN}"


@stage("transcript")
async def transcript(context: StageContext) -> None:
    """Recognise speech chunk by chunk; a run that was interrupted goes on after the last chunk kept."""
    source = await source_of(context)
    if source.facts["audio_codec"] is None:
        raise StageSkipped(say("There is no sound in this recording."))
    async with context.db.areading() as session:
        language = await session.run_sync(_spoken_language, source.id)
    try:
        asked = context.job.params
        model = choose(context.settings, asked.get("language") or language, asked.get("model"))
    except NoModel as missing:
        raise StageSkipped(str(missing)) from missing
    await context.add_stage_note(engine=model.name, params={"language": model.language})
    key = _work_key(source, model)
    async with context.db.areading() as session:
        kept = await session.run_sync(kept_so_far, source.id, key)

    async def keep(part: dict[str, Any]) -> None:
        await context.save(keep_chunk, source.id, key, part)

    params = {
        "path": str(source.path),
        "index": str(source.index) if source.index else None,
        "model": str(model.folder),
        "language": kept.language or model.language,
        "from_ms": kept.end_ms,
        "length_ms": _length_ms(source),
    }
    await context.processing("speech", params, reads=[*reads_of(source), model.folder], on_part=keep)
    await context.complete(keep_transcript, source.id, key, model.name, context.job.created_by)


@stage("speakers")
async def speakers(context: StageContext) -> None:
    """Tell voices apart, where an engine for that is installed, and give the lines their voices."""
    source = await source_of(context)
    if source.facts["audio_codec"] is None:
        raise StageSkipped(say("There is no sound in this recording."))
    if not voices.is_here():
        raise StageSkipped(NO_VOICES)
    asked = {"count": context.job.params.get("count")}
    await context.add_stage_note(params=asked)
    index = str(source.index) if source.index else None
    params = {"path": str(source.path), "index": index, "folder": str(context.work_dir), **asked}
    found = await context.processing("voices", params, reads=reads_of(source))
    await context.complete(keep_voices, source.id, found["turns"])


def _spoken_language(session: Session, media_id: int) -> str | None:
    """Return what the project says is spoken in it."""
    media = session.get(Media, media_id)
    project = session.get(Project, media.project_id) if media else None
    return project.language if project else None


def _work_key(source: Source, model: SpeechModel) -> str:
    """Name the work by what decides its result: chunks of another file or model are not gone on with."""
    facts = (source.sha256, model.name, str(model.folder), model.language)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _length_ms(source: Source) -> int:
    facts = source.facts
    return int(facts["duration_frames"] * 1000 * facts["rate_den"] // facts["rate_num"])
