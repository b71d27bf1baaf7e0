"""Topics: what people change stays, what machines find is replaced; found by search, told in the history, purged."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.analysis.models import ContentSegment
from app.analysis.topics import TopicFields, topic_service
from app.audit.models import AuditLog
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, Stale
from app.index.models import SearchDocument
from app.index.query import matching_ids
from app.media.models import Media
from app.media.purge import empty
from app.media.service import media_service
from tests.analysis.conftest import TOPICS, make_topics, stored
from tests.factories import make_media, make_project, make_transcript
from tests.visitors import Company


def names(media: Media) -> list[tuple[str, int, int]]:
    return [(row.topic, row.start_ms, row.end_ms) for row in stored(media)]


def edit(company: Company, topic: ContentSegment, name: str, version: int = 1) -> None:
    with transaction() as session:
        service = topic_service(session)
        fresh, _, _ = service.get_for(company.editor, topic.public_id, "transcript:edit")
        service.edit(company.editor, fresh, TopicFields(name, fresh.description), version)


def test_finding_again_replaces_what_nobody_touched(company: Company, media: Media) -> None:
    make_topics(media, *TOPICS)

    make_topics(media, ("Sails", 0, 38_000, 1.0))

    assert names(media) == [("Sails", 0, 38_000)]


def test_what_somebody_changed_stays_and_the_new_give_way(company: Company, media: Media) -> None:
    edit(company, make_topics(media, *TOPICS)[1], "Bending oak")

    make_topics(media, ("Sails", 0, 12_000, 1.0), ("Ropes", 12_000, 15_000, 0.1), ("Tar", 15_000, 38_000, 0.5))

    assert names(media) == [("Sails", 0, 8000), ("Bending oak", 8000, 20_000), ("Tar", 20_000, 38_000)]


def test_the_same_job_may_write_its_topics_twice(company: Company, media: Media) -> None:
    with transaction() as session:
        job = media_service(session).start(session.merge(media), "ingest", None).id
    edit(company, make_topics(media, *TOPICS, job_id=job)[0], "The keel")

    make_topics(media, *TOPICS, job_id=job)

    assert [name for name, _, _ in names(media)] == ["The keel", "Oak, steam", "Launch day"]


def test_an_edit_is_told_and_found_by_its_new_words(company: Company, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[0]
    edit(company, topic, "Garboard strakes")

    with transaction() as session:
        query = matching_ids(session, "garboard", "topic", media.project_id)
        assert query is not None
        assert session.scalars(query).all() == [topic.id]
        row = session.scalars(sa.select(AuditLog).where(AuditLog.verb == "topic:update")).first()
        told = (
            row
            or session.scalars(
                sa.select(AuditLog).where(AuditLog.entity_type == "topic", AuditLog.entity_id == topic.id)
            ).all()[-1]
        )
    assert told.changes["topic"] == {"old": "Keels", "new": "Garboard strakes"}


def test_a_stale_edit_is_refused_with_both_values(company: Company, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[0]
    edit(company, topic, "The keel")

    with pytest.raises(Stale) as stale:
        edit(company, topic, "Keelsons")

    assert (stale.value.mine, stale.value.theirs) == ({"topic": "Keelsons"}, {"topic": "The keel"})


@pytest.mark.parametrize("name", ["", "  ", "x" * 256])
def test_a_name_that_is_none_is_refused(company: Company, media: Media, name: str) -> None:
    topic = make_topics(media, *TOPICS)[0]

    with pytest.raises(Invalid):
        edit(company, topic, name)


def test_topics_follow_their_recording_and_go_with_it(company: Company, media: Media) -> None:
    make_topics(media, *TOPICS)
    other = make_project(company.editor)
    with transaction() as session:
        service = media_service(session)
        fresh, _ = service.get_for(company.editor, media.public_id, "media:edit")
        service._move(company.editor, fresh, other.slug)
    assert {row.project_id for row in stored(media)} == {other.id}
    with transaction() as session:
        mine = SearchDocument.entity_type == "topic"
        assert set(session.scalars(sa.select(SearchDocument.project_id).where(mine))) == {other.id}
        session.get_one(Media, media.id).deleted_at = now() - timedelta(days=400)

    with transaction() as session:
        empty(session)

    with transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ContentSegment)) == 0
        assert session.scalar(sa.select(sa.func.count()).where(SearchDocument.entity_type == "topic")) == 0


def test_without_a_transcript_there_is_nothing_to_look_in(company: Company) -> None:
    media = make_media(company.project)

    with transaction() as session:
        service = topic_service(session)
        with pytest.raises(Conflict, match="no transcript"):
            service.find(company.editor, session.merge(media))


def test_asking_twice_makes_one_job(company: Company, media: Media) -> None:
    make_transcript(media, ["We laid the keel"])

    with transaction() as session:
        service = topic_service(session)
        fresh = session.get_one(Media, media.id)
        assert service.find(company.editor, fresh).id == service.find(company.editor, fresh).id
