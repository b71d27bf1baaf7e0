"""Transcripts through their services on SQLite, PostgreSQL and MariaDB: bulk writes, places, pages, moves."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.db import unit_of_work
from app.index.models import SearchDocument
from app.media.models import Media
from app.transcripts.models import Transcript, TranscriptSegment
from app.transcripts.repository import LineRepository, Place, TranscriptRepository
from app.transcripts.results import keep_chunk, keep_transcript, kept_so_far
from app.transcripts.service import Correction, take_along, transcript_service
from app.transcripts.speakers import speaker_service
from tests.core.planted import Ground, a_person, a_project, a_recording

KEY = "the work"


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def people(session: Session) -> tuple[User, Media]:
    with unit_of_work(session):
        person, project = a_person(), a_project()
        session.add_all([person, project])
        session.flush()
        media = a_recording(Ground(person.id, project.id, 0, 0, 0))
        session.add(media)
    return person, media


def recognise(session: Session, media: Media, *texts: str) -> None:
    segments = []
    for number, text in enumerate(texts):
        at = number * 1000
        words: list[Any] = [[at + 100 * n, at + 100 * n + 80, word, 0.9] for n, word in enumerate(text.split())]
        segments.append({"start_ms": at, "end_ms": words[-1][1], "confidence": 0.9, "words": words})
    with unit_of_work(session):
        keep_chunk(session, media.id, KEY, {"start_ms": 0, "end_ms": 9000, "language": "en", "segments": segments})
        assert kept_so_far(session, media.id, KEY).end_ms == 9000
    with unit_of_work(session):
        keep_transcript(session, media.id, KEY, "a model", None)


def texts(session: Session) -> list[str]:
    with unit_of_work(session):
        session.expire_all()
        transcript = session.scalars(sa.select(Transcript)).one()
        return [line.text for line in LineRepository(session).find_all(transcript.id)]


def test_the_whole_life_of_a_transcript(session: Session, people: tuple[User, Media]) -> None:
    person, media = people
    recognise(session, media, "one two three", "four five", "six")
    with unit_of_work(session):
        service, line = transcript_service(session), session.scalars(sa.select(TranscriptSegment)).first()
        assert line is not None
        voice = speaker_service(session).named(media, "Marit")
        service.correct(person, line, Correction("one too three", 1, voice))
        service.split(person, line, 1, line.version)
        service.join(person, line, line.version)
    recognise(session, media, "wrong again here", "four five", "six seven")

    assert texts(session) == ["one too three", "four five", "six seven"]
    with unit_of_work(session):
        page = TranscriptRepository(session).read_page(media.id, Place(from_ms=900), 2)[1]
        indexed = session.scalar(sa.select(sa.func.count()).where(SearchDocument.entity_type == "line"))
        talk = speaker_service(session).voices(media, session.scalars(sa.select(Transcript)).one())
    assert [said.line.text for said in page] == ["four five", "six seven"]
    assert (indexed, talk[0].lines) == (3, 1)


def test_places_are_made_between_lines_that_have_none(session: Session, people: tuple[User, Media]) -> None:
    person, media = people
    recognise(session, media, " ".join(f"w{number}" for number in range(16)), "the end")

    for _ in range(14):
        with unit_of_work(session):
            line = session.scalars(sa.select(TranscriptSegment).order_by(TranscriptSegment.seq)).first()
            assert line is not None
            transcript_service(session).split(person, line, len(line.words_json) - 1, line.version)

    assert " ".join(texts(session)).split() == [*(f"w{number}" for number in range(16)), "the", "end"]


def test_everything_follows_a_recording_and_goes_with_it(session: Session, people: tuple[User, Media]) -> None:
    _, media = people
    recognise(session, media, "one two")
    with unit_of_work(session):
        other = a_project()
        session.add(other)
        session.flush()
        before, media.project_id = media.project_id, other.id
        take_along(session, media, before)

    with unit_of_work(session):
        session.expire_all()
        assert session.scalars(sa.select(SearchDocument.project_id)).all().count(other.id) >= 1
        assert session.scalars(sa.select(TranscriptSegment.project_id)).one() == other.id
        service = transcript_service(session)
        service.remove(session.scalars(sa.select(Transcript)).one())
        assert service.lines.count() == 0
