"""The stage in a worker: skipped with a sentence where it cannot be done, and gone on with after a failure."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import session_scope, transaction
from app.jobs import engine
from app.jobs.models import Job, JobStatus, StageStatus
from app.jobs.service import JobService
from app.media.models import Media, MediaKind
from app.transcripts import results, tasks
from app.transcripts.models import TranscriptChunk, TranscriptSegment
from tests.factories import make_media_of
from tests.jobs.conftest import Yard
from tests.media_factory import make_video
from tests.speech import LECTURE, model_folder, models_root, plain, read_aloud, word_errors
from tests.visitors import Company


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    importlib.import_module("app.transcripts.tasks")
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_aloud(LECTURE[0], tmp_path_factory.mktemp("said") / "said.wav")


def sound(company: Company, path: Path, **columns: Any) -> Media:
    root = company.app.config["SETTINGS"].media_root
    facts = {"kind": MediaKind.AUDIO, "rate_num": 1000, "duration_frames": 7000, "audio_codec": "pcm_s16le"}
    return make_media_of(company.project, path, root, **{**facts, "width": None, **columns})


def ask(media: Media) -> Job:
    with session_scope() as session:
        return JobService(session).enqueue(
            "transcript", project_id=media.project_id, media_id=media.id, name=media.title
        )


def lines() -> list[TranscriptSegment]:
    with transaction() as session:
        session.expire_all()
        return list(session.scalars(sa.select(TranscriptSegment).order_by(TranscriptSegment.seq)))


def test_without_a_model_the_stage_is_skipped_and_the_job_done(company: Company, yard: Yard, tmp_path: Path) -> None:
    media = sound(company, make_video(tmp_path / "a.mp4", seconds=0.4))
    job = ask(media)

    yard.run(job)

    stage = yard.stages(job)["transcript"]
    assert (yard.job(job).status, stage.status) == (JobStatus.COMPLETED, StageStatus.SKIPPED)
    assert "flask models install" in str(stage.message)


def test_without_sound_the_stage_is_skipped(company: Company, yard: Yard, tmp_path: Path) -> None:
    media = sound(company, make_video(tmp_path / "a.mp4", seconds=0.4, sound=None), audio_codec=None)
    job = ask(media)

    yard.run(job)

    assert yard.stages(job)["transcript"].message == "There is no sound in this recording."


@pytest.mark.slow
def test_speech_becomes_lines(company: Company, yard: Yard, said: Path) -> None:
    yard.settings = replace(yard.settings, models=models_root() if model_folder() else None)
    job = ask(sound(company, said))

    yard.run(job)

    stage, heard = yard.stages(job)["transcript"], plain(" ".join(line.text for line in lines()))
    assert (stage.status, stage.engine) == (StageStatus.DONE, "whisper-tiny-en")
    assert word_errors(plain(LECTURE[0]), heard) <= 2


@pytest.mark.slow
def test_a_run_that_broke_goes_on_with_the_chunks_it_kept(
    company: Company, yard: Yard, said: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.settings = replace(yard.settings, models=models_root() if model_folder() else None)
    job = ask(sound(company, said))
    monkeypatch.setattr(tasks, "keep_transcript", broken)
    yard.run(job)
    with transaction() as session:
        kept = session.scalars(sa.select(TranscriptChunk)).one()
        words = [word[2] for segment in kept.segments_json for word in segment["words"]]

    monkeypatch.setattr(tasks, "keep_transcript", results.keep_transcript)
    monkeypatch.setattr(tasks, "keep_chunk", broken)
    with session_scope() as session:
        job = JobService(session).retry(session.get_one(Job, job.id))
    yard.run(job)

    assert yard.job(job).status is JobStatus.COMPLETED
    assert " ".join(line.text for line in lines()).split() == words


def broken(*args: Any) -> None:
    raise ValueError("this must not be reached twice")
