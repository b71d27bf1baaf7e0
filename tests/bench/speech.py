"""Speech: mistakes, speed, memory and cost on generated material of known truth, and what a kill costs.

    python -m tests.bench.speech [MINUTES]

The material is the lecture of tests/speech.py, read by flite (voice slt); the long one is its sentences in an order
drawn with seed 7 until the minutes are full, with pauses of 0.3 to 2 s drawn with the same seed.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from flask import Flask

from app.core.db import db, session_scope
from app.db_commands import upgrade_database
from app.factory import create_app
from app.jobs.models import Job, JobStatus
from app.media.models import Media, MediaKind
from app.media.service import media_service
from app.processing import sandbox
from app.processing.speech import RATE
from app.transcripts.models import TranscriptChunk, TranscriptSegment
from tests.conftest import settings_in
from tests.factories import make_admin, make_media_of, make_project
from tests.speech import LECTURE, model_folder, models_root, plain, read_aloud, word_errors

ROOT = Path(__file__).resolve().parents[2]
SEED = 7
# Of 32,768: what the synthesiser's own quiet does not reach.
LOUD = 600


@dataclass(frozen=True)
class Material:
    """A sound, its length, what is said in it, and when each sentence group begins, in milliseconds."""

    path: Path
    seconds: float
    words: list[str]
    begins: list[int]


@dataclass(frozen=True)
class Heard:
    """What was recognised, when its words begin, how long it took, and what the child used."""

    words: list[str]
    starts: list[int]
    took_s: float
    usage: dict[str, Any]


def main() -> None:
    """Measure and print; MINUTES is the length of the long material (30)."""
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, material in (("lecture", make(folder, 0)), (f"{minutes} min", make(folder, minutes))):
            print(row(name, material, recognise(material.path, folder)))
        print(after_a_kill(folder, make(folder, 11)))


def make(folder: Path, minutes: int) -> Material:
    """Return the lecture once, or shuffled and repeated until the minutes are full."""
    said = {text: samples(read_aloud(text, folder / "said.wav")) for text in LECTURE}
    order, chance = list(LECTURE), random.Random(SEED)
    pieces, texts, begins, length = [], [], [], 0
    while not pieces or length < minutes * 60 * RATE:
        for text in order:
            pause = np.zeros(round(chance.uniform(0.3, 2) * RATE), np.int16)
            pieces += [said[text], pause]
            texts.append(text)
            begins.append((length + int(np.argmax(np.abs(said[text]) > LOUD))) * 1000 // RATE)
            length += len(said[text]) + len(pause)
        chance.shuffle(order)
    path = folder / f"{minutes}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(pieces).tobytes())
    return Material(path, length / RATE, plain(" ".join(texts)), begins)


def samples(path: Path) -> np.ndarray[Any, Any]:
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def recognise(path: Path, folder: Path) -> Heard:
    """Recognise a sound in the box."""
    model = model_folder()
    words: list[Any] = []

    async def keep(part: dict[str, Any]) -> None:
        words.extend(word for segment in part["segments"] for word in segment["words"])

    async def run() -> dict[str, Any]:
        params = {"path": str(path), "model": str(model), "language": "en"}
        return await sandbox.run("speech", params, reads=[path, model], work_dir=folder, on_part=keep)

    began = time.monotonic()
    result = asyncio.run(run())
    heard = plain(" ".join(word[2] for word in words))
    return Heard(heard, [word[0] for word in words], time.monotonic() - began, result["usage"])


def row(name: str, material: Material, heard: Heard) -> str:
    """Return one line of the table."""
    wrong, count = word_errors(material.words, heard.words), len(material.words)
    off = sorted(min(abs(start - begin) for start in heard.starts) for begin in material.begins)
    hour, usage = 3600 / material.seconds, heard.usage
    return (
        f"| {name} | {material.seconds:.0f} s, {count} words | WER {100 * wrong / count:.1f} %"
        f" | first words off by {off[len(off) // 2]} ms, p90 {off[len(off) * 9 // 10]} ms"
        f" | RTF {heard.took_s / material.seconds:.3f} | peak {usage['peak_memory_bytes'] / 1e6:.0f} MB"
        f" | per hour of sound {heard.took_s * hour:.0f} s, {usage['cpu_s'] * hour:.0f} s of processor |"
    )


def after_a_kill(folder: Path, material: Material) -> str:
    """Kill a worker after the first kept chunk, start another, and tell what was done twice."""
    os.environ["RUSHES_MODELS"] = str(models_root())
    app = create_app(settings_in(folder / "instance"))
    with app.app_context():
        upgrade_database()
        media = _register(app, material)
        worker = _worker(app)
        _wait(lambda: _count(TranscriptChunk, media) > 0)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        kept = _chunks(media)
        began, worker = time.monotonic(), _worker(app)
        try:
            _wait(lambda: _is_done(media))
        finally:
            worker.terminate()
            worker.wait(20)
        again, words = time.monotonic() - began, _words(media)
    wrong = word_errors(material.words, words)
    return (
        f"| killed -9 after {len(kept)} of 3 chunks ({kept[-1] / 1000:.0f} s of {material.seconds:.0f} s kept)"
        f" | finished {again:.0f} s after the next worker’s start | WER {100 * wrong / len(material.words):.1f} %,"
        f" {len(words)} of {len(material.words)} words |"
    )


def _register(app: Flask, material: Material) -> Media:
    project = make_project(make_admin("bench"))
    media = make_media_of(
        project,
        material.path,
        app.config["SETTINGS"].media_root,
        kind=MediaKind.AUDIO,
        audio_codec="pcm_s16le",
        rate_num=1000,
        duration_frames=round(material.seconds * 1000),
        width=None,
        height=None,
    )
    with session_scope() as session:
        media_service(session).jobs.enqueue("transcript", project_id=project.id, media_id=media.id, name="bench")
    return media


def _worker(app: Flask) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "RUSHES_INSTANCE": str(app.config["SETTINGS"].instance)}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )


def _wait(is_so: Any, patience_s: float = 120) -> None:
    until = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("the worker does not come forward")
        time.sleep(0.2)


def _count(model: Any, media: Media) -> int:
    with db.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(model).where(model.media_id == media.id)
        return connection.execute(query).scalar_one()


def _chunks(media: Media) -> list[int]:
    with db.engine.connect() as connection:
        query = sa.select(TranscriptChunk.end_ms).where(TranscriptChunk.media_id == media.id)
        return sorted(connection.execute(query).scalars())


def _is_done(media: Media) -> bool:
    with db.engine.connect() as connection:
        query = sa.select(Job.status).where(Job.media_id == media.id, Job.kind == "transcript")
        return connection.execute(query).scalar_one() in (JobStatus.COMPLETED, JobStatus.FAILED)


def _words(media: Media) -> list[str]:
    with db.engine.connect() as connection:
        query = sa.select(TranscriptSegment.text).where(TranscriptSegment.media_id == media.id)
        return plain(" ".join(connection.execute(query.order_by(TranscriptSegment.seq)).scalars()))


if __name__ == "__main__":
    main()
