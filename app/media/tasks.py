"""The stages that examine a recording and make its pictures, its waveform and a copy browsers can play."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.config import Settings
from app.core.chores import Housekeeper, chore
from app.core.storage import LocalStorage, blob_key, sha256_of
from app.core.texts import later, plural, say
from app.jobs.context import StageContext, StageSkipped
from app.jobs.registry import stage
from app.media.files import original
from app.media.models import Media, MediaKind, Rendition, RenditionKind
from app.media.purge import empty
from app.media.reads import renditions_of
from app.media.results import keep_file, keep_hash, keep_probe, keep_rendition, rendition_of
from app.media.stills import LONGEST_SIDE, still_key
from app.media.sweeper import sweep
from app.media.uploads import upload_service
from app.processing.errors import ProcessingFailed
from app.processing.waveform import read_peaks, svg_path

# How wide the drawing on an audio card is, in points.
CARD_POINTS = 300
MOST_TILES = 100


@dataclass(frozen=True)
class Source:
    """A recording as a stage needs it: facts copied out of the row, and where its file lies."""

    id: int
    folder: str
    path: Path
    kind: MediaKind
    sha256: str | None
    facts: dict[str, Any]
    index: Path | None
    proxy: Path | None

    @property
    def index_params(self) -> dict[str, Any]:
        """Return what tasks that count frames are given."""
        return {"path": str(self.path), "index": str(self.index), **self.facts}


@chore(later("sweep files"), every=timedelta(days=1))
def sweep_files(keeper: Housekeeper[Settings]) -> str:
    """Remove uploads past their time and files no row names any more."""
    settings = keeper.settings
    storage = LocalStorage(settings.media_root, settings.reserve_bytes)
    with keeper.unit() as session:
        uploads = upload_service(session, storage, settings.max_upload_bytes).sweep()
    with keeper.reading() as session:
        files = sweep(session, storage)
    gone = {"uploads": plural(uploads, "upload", "uploads"), "files": plural(files, "file", "files")}
    return say("%(uploads)s and %(files)s removed.", **gone)


@chore(later("empty the trash"), every=timedelta(hours=6))
def empty_trash(keeper: Housekeeper[Settings]) -> str:
    """Remove for good what has been in the trash long enough."""
    total = 0
    while True:
        with keeper.unit() as session:
            count = empty(session)
        if not count:
            return say("%(things)s removed for good.", things=plural(total, "thing", "things"))
        total += count


@stage("generate")
async def generate(context: StageContext) -> None:
    """Make the sample recording and put it where an upload would lie."""
    storage = store_of(context)
    output = context.work_dir / "sample.mp4"
    await context.processing("demo", {"output": str(output)}, reads=[])
    digest, size = await asyncio.to_thread(sha256_of, output), output.stat().st_size
    await asyncio.to_thread(storage.adopt, output, blob_key(digest))
    await context.complete(keep_file, _media_id(context), digest, size, blob_key(digest))


@stage("probe")
async def probe(context: StageContext) -> None:
    """Measure the recording to the frame."""
    source = await source_of(context)
    index = context.work_dir / "index.npz"
    facts = await context.processing("probe", {"path": str(source.path), "index": str(index)}, reads=[source.path])
    if source.sha256 is None:
        await _recognise(context, source)
    if facts["kind"] == MediaKind.VIDEO:
        await _keep(context, source, RenditionKind.FRAME_INDEX, index, content_type="application/octet-stream")
    await context.complete(keep_probe, source.id, facts)


@stage("proxy")
async def proxy(context: StageContext) -> None:
    """Make a copy browsers can play, where they cannot play the original."""
    source = await source_of(context)
    if source.facts["plays_in_browser"]:
        raise StageSkipped(say("Browsers play the original as it is."))
    is_video = source.kind is MediaKind.VIDEO
    output = context.work_dir / ("proxy.mp4" if is_video else "proxy.m4a")
    params = {"output": str(output), "output_index": str(context.work_dir / "proxy.npz")}
    made = await context.processing("proxy", source.index_params | params, reads=reads_of(source))
    await _keep(
        context,
        source,
        RenditionKind.PROXY,
        output,
        content_type=made["content_type"],
        width=made.get("width"),
        height=made.get("height"),
    )


@stage("pictures")
async def pictures(context: StageContext) -> None:
    """Choose a poster and lay out the filmstrip."""
    source = await source_of(context)
    if source.index is None:
        raise StageSkipped(say("There is no picture in this recording."))
    reads = [source.path, source.index]
    poster, thumbnail = context.work_dir / "poster.jpg", context.work_dir / "thumbnail.jpg"
    strip = context.work_dir / "filmstrip.jpg"
    await context.processing(
        "poster", source.index_params | {"poster": str(poster), "thumbnail": str(thumbnail)}, reads=reads
    )
    await keep_files(
        context,
        source,
        [
            (RenditionKind.POSTER, poster, {"content_type": "image/jpeg"}),
            (RenditionKind.THUMBNAIL, thumbnail, {"content_type": "image/jpeg"}),
        ],
    )
    count = min(MOST_TILES, max(1, source.facts["duration_frames"]))
    made = await context.processing(
        "filmstrip", source.index_params | {"strips": [{"output": str(strip), "tiles": count}]}, reads=reads
    )
    details = {"tiles": made["strips"][0]["tiles"], "width": made["tile_width"], "height": made["tile_height"]}
    await keep_files(
        context, source, [(RenditionKind.FILMSTRIP, strip, {"content_type": "image/jpeg", "details": details})]
    )


@stage("waveform")
async def waveform(context: StageContext) -> None:
    """Measure the sound's shape."""
    source = await source_of(context)
    if source.facts["audio_codec"] is None:
        raise StageSkipped(say("There is no sound in this recording."))
    output = context.work_dir / "waveform.bin"
    params = {"path": str(source.path), "output": str(output)} | ({"index": str(source.index)} if source.index else {})
    made = await context.processing("waveform", params, reads=reads_of(source))
    path = svg_path(read_peaks(output), points=CARD_POINTS, width=1200)
    details = {"overview_path": path, "peak": made["peak"]}
    facts = {"content_type": "application/octet-stream", "details": details}
    await keep_files(context, source, [(RenditionKind.WAVEFORM, output, facts)])


async def _recognise(context: StageContext, source: Source) -> None:
    """Hash a file that was registered in place; fail in words where the project has it already."""
    digest = await asyncio.to_thread(sha256_of, source.path)
    twin = await context.save(keep_hash, source.id, digest)
    if twin is not None:
        raise ProcessingFailed(say("This is the same recording as “%(twin)s”, which is already here.", twin=twin))


async def source_of(context: StageContext) -> Source:
    """Return the recording this job is about; raises `ProcessingFailed` where its row or file is gone."""
    return await source_with(context, _media_id(context))


async def source_with(context: StageContext, media_id: int) -> Source:
    """Return another recording than the job's; raises `ProcessingFailed` where its row or file is gone."""
    async with context.db.areading() as session:
        source = await session.run_sync(_read_source, store_of(context), media_id)
    if source is None:
        raise ProcessingFailed(say("The recording was deleted."))
    return source


def store_of(context: StageContext) -> LocalStorage:
    """Return the store of this installation."""
    return LocalStorage(context.settings.media_root, context.settings.reserve_bytes)


async def keep_files(
    context: StageContext, source: Source, made: list[tuple[RenditionKind, Path, dict[str, Any]]]
) -> None:
    """Put finished files in their place and their rows in one transaction."""
    for kind, path, facts in made:
        await _keep(context, source, kind, path, **facts)


async def _keep(context: StageContext, source: Source, kind: RenditionKind, path: Path, **facts: Any) -> None:
    """Move a file to a name made of its content, then write its row: a crash between leaves a file, never a hole."""
    storage = store_of(context)
    # On a thread: a worker whose loop is busy hashing gives no sign of life.
    digest, size = await asyncio.to_thread(sha256_of, path), path.stat().st_size
    key = f"made/{source.folder}/{kind.value}-{digest[:16]}{path.suffix}"
    await asyncio.to_thread(storage.adopt, path, key)
    rendition = rendition_of(
        source.id, kind, key, {**facts, "file_size": size, "source_sha256": source.sha256, "job_id": context.job.id}
    )
    replaced = await context.save(keep_rendition, rendition)
    if replaced:
        storage.remove(replaced)


async def keep_still(context: StageContext, source: Source, frame: int) -> None:
    """Make the picture of an exact frame, where pages look for it."""
    params = {**source.index_params, "numbers": [frame], "longest": LONGEST_SIDE, "folder": str(context.work_dir)}
    made = await context.processing("frames", params, reads=reads_of(source))
    for number in made["frames"]:
        key = still_key(source.folder, number)
        await asyncio.to_thread(store_of(context).adopt, context.work_dir / f"frame-{number}.jpg", key)


def _read_source(session: Session, storage: LocalStorage, media_id: int) -> Source | None:
    media = session.get(Media, media_id)
    if media is None or media.deleted_at is not None:
        return None
    made = renditions_of(session, [media.id])[media.id]
    return Source(
        id=media.id,
        folder=media.public_id.hex,
        path=original(storage, media) if media.path or media.storage_key else storage.path_of("blobs/none"),
        kind=media.kind,
        sha256=media.sha256,
        facts=_facts(media),
        index=_file(storage, made.get(RenditionKind.FRAME_INDEX)),
        proxy=_file(storage, made.get(RenditionKind.PROXY)),
    )


def _facts(media: Media) -> dict[str, Any]:
    probed = media.probe_json or {}
    return {
        "width": media.width,
        "height": media.height,
        "rotation": probed.get("rotation", 0),
        "rate_num": media.rate_num,
        "rate_den": media.rate_den,
        "duration_frames": media.duration_frames,
        "plays_in_browser": bool(probed.get("plays_in_browser")),
        "audio_codec": media.audio_codec,
        "sample_rate": media.sample_rate,
        "variable_rate": media.variable_rate,
    }


def reads_of(source: Source) -> list[Path]:
    return [source.path, *([source.index] if source.index else [])]


def _file(storage: LocalStorage, row: Rendition | None) -> Path | None:
    return storage.path_of(row.path) if row else None


def _media_id(context: StageContext) -> int:
    if context.job.media_id is None:
        raise ProcessingFailed(say("This job is about no recording."))
    return context.job.media_id
