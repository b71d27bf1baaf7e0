"""The stage in a worker: both stems beside the recording, what made them, and a sentence where it cannot be done."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import session_scope, transaction
from app.jobs import engine
from app.jobs.models import Job, JobStatus, StageStatus
from app.media.models import Media, MediaKind, Rendition
from app.media.uploads import Received, upload_service
from app.processing import weights
from app.songs import engine as song_engine
from app.songs.service import song_service
from tests.factories import make_media_of
from tests.jobs.conftest import Yard
from tests.songs.conftest import make_song
from tests.sung import Sound, tune, write
from tests.visitors import Company


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    for name in ("media", "analysis", "transcripts", "songs"):
        importlib.import_module(f"app.{name}.tasks")
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


def recording(company: Company, path: Path, sound: Sound, **columns: Any) -> Media:
    root = company.app.config["SETTINGS"].media_root
    facts = {"kind": MediaKind.AUDIO, "rate_num": 1000, "duration_frames": 1000, "audio_codec": "pcm_s16le"}
    return make_media_of(company.project, write(path, sound), root, **{**facts, "width": None, **columns})


def ask(company: Company, media: Media) -> Job:
    song = make_song(company, media)
    with transaction() as session:
        return song_service(session).make_stems(company.editor, song, session.get_one(Media, media.id))


def made(media: Media) -> dict[str, Rendition]:
    with transaction() as session:
        session.expire_all()
        rows = session.scalars(sa.select(Rendition).where(Rendition.media_id == media.id))
        return {row.kind.value: row for row in rows}


def test_both_stems_stand_beside_the_recording_and_say_what_made_them(
    company: Company, yard: Yard, tmp_path: Path
) -> None:
    media = recording(company, tmp_path / "a.wav", sum(tune(41, 1, width=1.0)))
    job = ask(company, media)

    yard.run(job)

    stage, rows = yard.stages(job)["stems"], made(media)
    assert (yard.job(job).status, stage.status, stage.engine) == (JobStatus.COMPLETED, StageStatus.DONE, "centre")
    assert set(rows) == {"vocals", "instrumental"}
    for row in rows.values():
        assert (row.details, row.source_sha256, row.job_id) == ({"engine": "centre"}, media.sha256, job.id)
        assert (company.app.config["SETTINGS"].media_root / row.path).stat().st_size == row.file_size


def test_made_again_each_stem_takes_the_place_of_the_one_before(company: Company, yard: Yard, tmp_path: Path) -> None:
    media = recording(company, tmp_path / "a.wav", sum(tune(42, 1, width=1.0)))
    yard.run(ask(company, media))
    with session_scope() as session:
        for row in session.scalars(sa.select(Rendition)):
            row.source_sha256 = "0" * 64
    with transaction() as session:
        song = song_service(session).songs.find_by_media(media.id)
        assert song is not None
        job = song_service(session).make_stems(company.editor, song, session.get_one(Media, media.id))

    yard.run(job)

    assert [row.source_sha256 for row in made(media).values()] == [media.sha256] * 2


def test_what_sounds_alike_on_both_sides_is_left_with_the_sentence_that_would_help(
    company: Company, yard: Yard, tmp_path: Path
) -> None:
    media = recording(company, tmp_path / "a.wav", sum(tune(43, 1, width=0.0)))
    job = ask(company, media)

    yard.run(job)

    stage = yard.stages(job)["stems"]
    assert (stage.status, made(media)) == (StageStatus.SKIPPED, {})
    assert "flask models install spleeter-2stems" in str(stage.message)


def test_without_sound_the_stage_is_skipped(company: Company, yard: Yard, tmp_path: Path) -> None:
    media = recording(company, tmp_path / "a.wav", tune(44, 0.1, width=1)[0], audio_codec=None)
    job = ask(company, media)

    yard.run(job)

    assert yard.stages(job)["stems"].message == "There is no sound in this recording."


def test_a_song_that_is_sent_is_measured_and_parted_by_one_job(company: Company, yard: Yard, tmp_path: Path) -> None:
    settings = company.app.config["SETTINGS"]
    path = write(tmp_path / "a.wav", sum(tune(45, 0.6, width=1.0)))
    with transaction() as session:
        uploads = upload_service(session, company.app.extensions["storage"], settings.max_upload_bytes)
        (settings.media_root / "blobs" / "aa").mkdir(parents=True, exist_ok=True)
        digest = weights.sha256_of(path)
        target = company.app.extensions["storage"].path_of(f"blobs/{digest[:2]}/{digest}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        received = Received(target, "a.wav", path.stat().st_size, digest)
        media = uploads.register(
            company.editor, uploads.media.projects.projects.get(company.project.id), received, "song"
        )
        job = session.scalars(sa.select(Job).where(Job.media_id == media.id)).one()

    yard.run(job)

    assert yard.job(job).status is JobStatus.COMPLETED, yard.log(job)
    assert {"vocals", "instrumental", "waveform"} <= set(made(media))


def test_the_network_is_chosen_where_its_weights_are(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert song_engine.choose(app.config["SETTINGS"]).name == "centre"
    monkeypatch.setattr(weights, "is_installed", lambda model, root: model.name == "spleeter-2stems")

    chosen = song_engine.choose(app.config["SETTINGS"])

    assert (chosen.name, chosen.folder is not None) == ("spleeter-2stems", True)
