"""Topics on SQLite, PostgreSQL and MariaDB: replaced twice over, what was changed kept, drawn beside silence."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.analysis.models import SilenceRegion, SilenceType
from app.analysis.results import keep_topics
from app.analysis.topics import TopicFields, topic_service
from app.core.db import unit_of_work
from app.index.models import SearchDocument
from app.media.clock import clock_of
from app.workbench.reads import marks_of
from tests.core.planted import Ground, a_person, a_project, a_recording

ABOUT = {"importance": 0.5, "description": "Said here.", "keywords": ["keel"], "concepts": []}


def test_the_whole_life_of_topics(engine: sa.Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        with unit_of_work(session):
            person, project = a_person(), a_project()
            session.add_all([person, project])
            session.flush()
            media = a_recording(Ground(person.id, project.id, 0, 0, 0), rate_num=25, rate_den=1)
            session.add(media)
            session.flush()
            silence = {"start_ms": 100, "end_ms": 900, "silence_type": SilenceType.AUDIO}
            session.add(SilenceRegion(media_id=media.id, **silence))
            keep_topics(session, media.id, None, [{"topic": "Keels", "start_ms": 0, "end_ms": 4000, **ABOUT}])
            service = topic_service(session)
            service.edit(person, service.topics.find_by_media(media.id)[0], TopicFields("The keel", ""), 1)
        with unit_of_work(session):
            keep_topics(session, media.id, None, [{"topic": "Oak", "start_ms": 3000, "end_ms": 9000, **ABOUT}])

        with unit_of_work(session):
            marks = marks_of(session, media, clock_of(media))
            mine = sa.select(sa.func.count()).where(
                SearchDocument.entity_type == "topic", SearchDocument.media_id == media.id
            )
            assert session.scalar(mine) == 2

    assert [(each.title, each.in_s) for each in marks.topics] == [("The keel", 0.0), ("Oak", 4.0)]
    assert marks.silences == [(0.1, 0.9)]
