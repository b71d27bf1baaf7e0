"""Chunks are kept as they come and make one transcript; recognising again leaves people's lines alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.db import transaction
from app.media.models import Media
from app.transcripts.engine import ENGLISH_ONLY, NONE_HERE, NoModel, choose, is_ready
from app.transcripts.models import Transcript, TranscriptChunk, TranscriptSegment, TranscriptStatus
from app.transcripts.results import keep_chunk, keep_transcript, kept_so_far
from app.transcripts.service import Correction, transcript_service
from tests.visitors import Company

KEY = "the work"


def segment(at_ms: int, text: str) -> dict[str, Any]:
    words = [[at_ms + 100 * n, at_ms + 100 * n + 80, word, 0.9] for n, word in enumerate(text.split())]
    return {"start_ms": at_ms, "end_ms": words[-1][1], "confidence": 0.9, "words": words}


def part(start_ms: int, end_ms: int, *segments: dict[str, Any]) -> dict[str, Any]:
    return {"start_ms": start_ms, "end_ms": end_ms, "language": "en", "segments": list(segments)}


def recognise(media: Media, *parts: dict[str, Any], key: str = KEY) -> None:
    with transaction() as session:
        for each in parts:
            keep_chunk(session, media.id, key, each)
    with transaction() as session:
        keep_transcript(session, media.id, key, "a model", None)


def lines() -> list[TranscriptSegment]:
    with transaction() as session:
        session.expire_all()
        return list(session.scalars(sa.select(TranscriptSegment).order_by(TranscriptSegment.seq)))


def chunk_count() -> int:
    with transaction() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(TranscriptChunk)) or 0


def test_chunks_make_one_transcript_in_order_and_are_gone(media: Media) -> None:
    recognise(media, part(0, 5000, segment(0, "one two")), part(5000, 9000, segment(5100, "three")))

    with transaction() as session:
        transcript = session.scalars(sa.select(Transcript)).one()
    assert [line.text for line in lines()] == ["one two", "three"]
    assert (transcript.word_count, transcript.engine, transcript.language) == (3, "a model", "en")
    assert chunk_count() == 0


def test_a_run_goes_on_behind_the_last_chunk_without_a_hole(media: Media) -> None:
    with transaction() as session:
        for each in (part(0, 5000), part(5000, 9000), part(12_000, 15_000)):
            keep_chunk(session, media.id, KEY, each)

    with transaction() as session:
        assert kept_so_far(session, media.id, KEY).end_ms == 9000
        assert kept_so_far(session, media.id, "other work").end_ms == 0


def test_a_chunk_that_comes_twice_is_there_once(media: Media) -> None:
    recognise(media, part(0, 5000, segment(0, "one")), part(0, 5000, segment(0, "one")))

    assert [line.text for line in lines()] == ["one"]


def test_sound_without_speech_says_that_nothing_was_said(company: Company, media: Media) -> None:
    recognise(media, part(0, 9000))

    with transaction() as session:
        assert session.scalars(sa.select(Transcript.status)).one() is TranscriptStatus.SILENT
    text = company.as_("viewer").get(f"/m/{media.public_id}").get_data(as_text=True)
    assert "Nothing was said in this recording." in text


def test_recognising_again_keeps_what_people_wrote_and_replaces_the_rest(company: Company, media: Media) -> None:
    recognise(media, part(0, 9000, segment(0, "won two"), segment(1000, "three for"), segment(2000, "five")))
    with transaction() as session:
        service = transcript_service(session)
        line = service.lines.find_all(1)[1]
        service.correct(company.editor, line, Correction("three four", 1))

    recognise(media, part(0, 9000, segment(0, "one two"), segment(1000, "three for b"), segment(2000, "five six")))

    found = lines()
    assert [line.text for line in found] == ["one two", "three four", "b", "five six"]
    assert found[1].updated_by == company.editor.id
    assert [line.seq for line in found] == sorted({line.seq for line in found})


def test_what_was_replaced_is_not_found_any_more(media: Media) -> None:
    recognise(media, part(0, 9000, segment(0, "won")))
    recognise(media, part(0, 9000, segment(0, "one")))

    with transaction() as session:
        bodies = session.scalars(sa.text("SELECT body FROM search_documents WHERE entity_type = 'line'")).all()
    assert bodies == ["one"]


def test_the_history_tells_of_the_transcript_not_of_every_recognised_line(media: Media) -> None:
    recognise(media, part(0, 9000, segment(0, "one"), segment(500, "two")))

    with transaction() as session:
        told = session.scalars(sa.text("SELECT entity_type FROM audit_log WHERE entity_type != 'project'")).all()
    assert "transcript" in told and "line" not in told


def test_a_deleted_recording_gets_no_transcript(media: Media) -> None:
    with transaction() as session:
        keep_transcript(session, 404, KEY, "a model", None)

    assert lines() == []


def test_without_a_model_the_sentence_says_what_would_help(company: Company) -> None:
    settings = company.app.config["SETTINGS"]

    assert is_ready(settings, None) == NONE_HERE
    with pytest.raises(NoModel):
        choose(settings, "en")


def test_an_english_model_is_not_asked_to_hear_norwegian(company: Company, tmp_path: Path) -> None:
    settings = replace(company.app.config["SETTINGS"], models=tmp_path)
    folder = tmp_path / "whisper-tiny-en"
    folder.mkdir()
    for name, size in PRETENDED.items():
        with (folder / name).open("wb") as file:
            file.truncate(size)

    assert choose(settings, "en-GB").language == "en"
    assert is_ready(settings, "nb") == ENGLISH_ONLY


PRETENDED = {"model.bin": 75537502, "config.json": 2317, "tokenizer.json": 2128466, "vocabulary.txt": 422309}
