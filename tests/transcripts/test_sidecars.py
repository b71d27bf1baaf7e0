"""Captions that come with a recording: beside its file, by the form and by tus; with their origin said."""

import importlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import transaction
from app.core.malware import SILENT, Scanner, look_with
from app.jobs import engine
from app.jobs.models import Job, StageStatus
from app.jobs.service import JobService
from app.media import sidecars
from app.media.models import Media, MediaSource, Rendition, RenditionKind, Upload
from app.media.sidecars import parted
from app.transcripts.models import Transcript, TranscriptSegment, TranscriptSource
from tests.clamd import EICAR, running_clamd
from tests.factories import make_media, make_media_of
from tests.jobs.conftest import Yard
from tests.media.sender import Sender
from tests.media_factory import make_audio
from tests.visitors import Company, Visitor

SRT = b"1\n00:00:00,400 --> 00:00:01,500\nWe laid the keel\n\n2\n00:00:01,600 --> 00:00:02,400\nin winter\n"


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    importlib.import_module("app.transcripts.tasks")
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


@pytest.fixture
def sound(company: Company, tmp_path: Path) -> Media:
    """Return a recording that lies in a folder, in place."""
    path = make_audio(tmp_path / "Harbour.wav", seconds=3)
    facts = {"rate_num": 1000, "duration_frames": 3000, "filename": path.name}
    return make_media(company.project, source=MediaSource.SCAN, path=str(path), **facts)


def take_in(yard: Yard, media: Media) -> Job:
    with transaction() as session:
        job = JobService(session).enqueue("captions", project_id=media.project_id, media_id=media.id, name="a")
    yard.run(job)
    return job


def brought() -> list[tuple[str, str | None, list[str]]]:
    with transaction() as session:
        session.expire_all()
        found = session.scalars(sa.select(Transcript).where(Transcript.source == TranscriptSource.IMPORT))
        return sorted((each.language, each.engine, lines_of(session, each)) for each in found)


def lines_of(session: Any, transcript: Transcript) -> list[str]:
    mine = sa.select(TranscriptSegment.text).where(TranscriptSegment.transcript_id == transcript.id)
    return list(session.scalars(mine.order_by(TranscriptSegment.seq)))


@pytest.mark.parametrize(
    ("filename", "stem", "language"),
    [
        ("harbour.srt", "harbour", None),
        ("harbour.en.srt", "harbour", "en"),
        ("harbour.nb-NO.vtt", "harbour", "nb"),
        ("day 1.2.srt", "day 1.2", None),
        (".srt", "", None),
    ],
)
def test_a_name_says_whose_captions_they_are_and_in_which_language(
    filename: str, stem: str, language: str | None
) -> None:
    assert parted(filename) == (stem, language)


def test_captions_beside_a_file_become_transcripts_that_say_where_from(
    company: Company, yard: Yard, sound: Media, tmp_path: Path
) -> None:
    (tmp_path / "harbour.srt").write_bytes(SRT)
    (tmp_path / "Harbour.nb.srt").write_bytes(SRT.replace(b"in winter", b"om vinteren"))
    (tmp_path / "Another.srt").write_bytes(SRT)

    job = take_in(yard, sound)

    assert brought() == [
        ("en", "harbour.srt", ["We laid the keel", "in winter"]),
        ("nb", "Harbour.nb.srt", ["We laid the keel", "om vinteren"]),
    ]
    text = company.as_("viewer").get(f"/m/{sound.public_id}/transcript").get_data(as_text=True)
    assert "imported from harbour.srt" in text
    assert "harbour.srt: 2 lines taken in." in company.as_("viewer").get(f"/jobs/{job.public_id}").get_data(
        as_text=True
    )


def test_what_somebody_corrected_outlives_the_file_it_came_from(yard: Yard, sound: Media, tmp_path: Path) -> None:
    (tmp_path / "harbour.srt").write_bytes(SRT)
    take_in(yard, sound)
    with transaction() as session:
        line = session.scalars(sa.select(TranscriptSegment).order_by(TranscriptSegment.seq)).first()
        assert line is not None
        line.text, line.updated_by = "We laid the steel", 1

    job = take_in(yard, sound)

    assert brought()[0][2] == ["We laid the steel", "in winter"]
    stage = yard.stages(job)["captions"]
    assert stage.status is StageStatus.SKIPPED
    assert "somebody corrected the lines brought before" in (stage.message or "")


def test_a_link_that_leads_elsewhere_and_a_broken_file_are_left_out_in_words(
    yard: Yard, sound: Media, tmp_path: Path
) -> None:
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "secret.srt").write_bytes(SRT)
    (tmp_path / "harbour.vtt").symlink_to(secret / "secret.srt")
    (tmp_path / "harbour.srt").write_bytes(b"\0\0 no captions")

    stage = yard.stages(take_in(yard, sound))["captions"]

    assert brought() == []
    assert "harbour.srt was left out: This is not a text file." in (stage.message or "")
    assert "vtt" not in (stage.message or "")


def test_without_captions_the_stage_is_not_needed(yard: Yard, sound: Media) -> None:
    stage = yard.stages(take_in(yard, sound))["captions"]

    assert (stage.status, stage.message) == (StageStatus.SKIPPED, "No captions came with this recording.")


def send(visitor: Visitor, company: Company, name: str, data: bytes) -> Any:
    files = {"files": (io.BytesIO(data), name)}
    return visitor.post(f"/p/{company.project.slug}/upload", files)


def test_captions_sent_by_the_form_go_to_the_recording_of_their_name(
    company: Company, yard: Yard, tmp_path: Path
) -> None:
    root = company.app.config["SETTINGS"].media_root
    media = make_media_of(company.project, make_audio(tmp_path / "a.wav"), root, filename="harbour.mov")

    answer = send(company.as_("editor"), company, "Harbour.en.srt", SRT)

    assert answer.status_code == 303
    with transaction() as session:
        kept = session.scalars(sa.select(Rendition).where(Rendition.kind == RenditionKind.CAPTIONS)).one()
        job = session.scalars(sa.select(Job).where(Job.kind == "captions")).one()
        assert (kept.media_id, kept.file_size, job.media_id) == (media.id, len(SRT), media.id)
    yard.run(job)
    assert yard.job(job).error_message is None, yard.stages(job)["captions"].message
    assert brought() == [("en", "Harbour.en.srt", ["We laid the keel", "in winter"])]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("pier.srt", SRT, "There is no recording called “pier” here"),
        ("harbour.srt", SRT * 2, "Captions may have at most"),
    ],
)
def test_captions_of_nothing_and_too_large_ones_are_refused(
    company: Company, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, words: str
) -> None:
    monkeypatch.setattr(sidecars, "LARGEST_BYTES", len(SRT))
    make_media(company.project, title="Harbour", filename="harbour.mov")

    answer = send(company.as_("editor"), company, name, data)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    with transaction() as session:
        assert session.scalars(sa.select(Rendition.kind).where(Rendition.kind == RenditionKind.CAPTIONS)).all() == []


def test_captions_come_by_tus_too_and_leave_no_upload_behind(company: Company) -> None:
    media = make_media(company.project, title="Harbour", filename="harbour.mov")

    answer = Sender(company.as_("editor"), company.project.slug).send(SRT, "harbour.vtt")

    assert (answer.status_code, answer.headers["Upload-Media"]) == (204, str(media.public_id))
    with transaction() as session:
        assert session.scalars(sa.select(Rendition.kind)).all() == [RenditionKind.CAPTIONS]
        assert session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_captions_of_nothing_sent_by_tus_are_refused_and_leave_nothing(company: Company) -> None:
    answer = Sender(company.as_("editor"), company.project.slug).send(SRT, "pier.vtt")

    assert answer.status_code == 422
    assert "no recording called “pier”" in answer.get_data(as_text=True)
    with transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


@pytest.mark.parametrize("answers", [True, False], ids=["infected", "silent"])
def test_captions_beside_a_recording_are_left_out_where_the_scanner_does_not_pass_them(
    yard: Yard, sound: Media, tmp_path: Path, answers: bool
) -> None:
    (tmp_path / "harbour.srt").write_bytes(SRT + EICAR)
    with running_clamd(tmp_path) as clamd:
        clamd.answer = b"" if answers else b"stream: perhaps\0"
        look_with(Scanner(clamd.path))
        stage = yard.stages(take_in(yard, sound))["captions"]
        look_with(None)

    assert brought() == []
    assert ("Eicar-Signature" if answers else str(SILENT)) in (stage.message or "")
