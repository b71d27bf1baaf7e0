"""The stages in a worker: listening again uses the numbers asked for, and replaces what was found."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.analysis.models import SilenceRegion
from app.analysis.service import analysis_service
from app.analysis.topics import NO_TRANSCRIPT, topic_service
from app.core.db import session_scope, transaction
from app.jobs import engine
from app.jobs.models import JobStatus, StageStatus
from app.jobs.reads import last_run
from app.jobs.service import JobService
from app.media.models import Media, MediaKind
from tests.analysis.conftest import stored
from tests.factories import make_media_of, make_transcript
from tests.jobs.conftest import Yard
from tests.media_factory import make_audio, silent_between
from tests.processing.test_topics import BOATS, BREAD
from tests.visitors import Company


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    importlib.import_module("app.analysis.tasks")
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


@pytest.fixture
def sound(company: Company, tmp_path: Path) -> Media:
    path = make_audio(tmp_path / "a.wav", seconds=4, sound=silent_between(1.0, 1.5))
    facts = {"kind": MediaKind.AUDIO, "rate_num": 1000, "duration_frames": 4000, "audio_codec": "pcm_s16le"}
    return make_media_of(company.project, path, company.app.config["SETTINGS"].media_root, **facts, width=None)


@pytest.mark.parametrize(("min_ms", "found"), [(350, 1), (700, 0)])
def test_listening_again_uses_the_numbers_asked_for(
    company: Company, yard: Yard, sound: Media, min_ms: int, found: int
) -> None:
    with session_scope() as session:
        media = session.get_one(Media, sound.id)
        job = analysis_service(session).listen(company.editor, media, threshold_db=-50.0, min_ms=min_ms)

    yard.run(job)

    assert yard.job(job).status is JobStatus.COMPLETED
    with transaction() as session:
        rows = session.scalars(sa.select(SilenceRegion)).all()
        run = last_run(session, sound.id, "silence")
    assert [row.amplitude_threshold for row in rows] == [-50.0] * found
    assert all(abs(row.start_ms - 1000) <= 50 and abs(row.end_ms - 1500) <= 50 for row in rows)
    assert run is not None
    assert run.params_json == {"threshold_db": -50.0, "min_ms": min_ms, "found_db": -50.0}


def test_topics_are_found_in_the_transcript_people_read(company: Company, yard: Yard, sound: Media) -> None:
    make_transcript(sound, [*BOATS, *BREAD])
    with session_scope() as session:
        job = topic_service(session).find(company.editor, session.get_one(Media, sound.id))

    yard.run(job)

    assert yard.job(job).status is JobStatus.COMPLETED
    assert [(row.start_ms, row.job_id) for row in stored(sound)] == [(0, job.id), (8000, job.id)]


def test_without_a_transcript_the_stage_is_skipped_in_words(company: Company, yard: Yard, sound: Media) -> None:
    with session_scope() as session:
        job = JobService(session).enqueue("topics", project_id=sound.project_id, media_id=sound.id, name="a")

    yard.run(job)

    stage = yard.stages(job)["topics"]
    assert (yard.job(job).status, stage.status) == (JobStatus.COMPLETED, StageStatus.SKIPPED)
    assert stage.message == NO_TRANSCRIPT
