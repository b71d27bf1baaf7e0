"""Whether the index is whole, and how it is built anew."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import reading, session_scope, transaction
from app.core.errors import Unavailable
from app.core.settings import remember
from app.index.models import SearchDocument
from app.index.rebuild import findable_models, rebuild
from app.index.state import SETTING, IndexState, check, keep, state
from app.media.models import Media
from app.media.service import media_service
from tests.factories import make_clip, make_media
from tests.index.test_index import found
from tests.visitors import Company

DOCUMENT = sa.select(
    SearchDocument.entity_type,
    SearchDocument.entity_id,
    SearchDocument.project_id,
    SearchDocument.media_id,
    SearchDocument.title,
    SearchDocument.body,
).order_by(SearchDocument.entity_type, SearchDocument.entity_id)


def documents() -> list[tuple[object, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(DOCUMENT)]


def checked() -> IndexState:
    with reading() as session:
        return check(session, findable_models())


def rebuild_all() -> dict[str, int]:
    return dict(rebuild(session_scope))


@pytest.fixture
def media(company: Company) -> Media:
    made = make_media(company.project, title="Harbour")
    make_clip(company.editor, made, title="Keel")
    return made


def test_what_people_make_leaves_the_index_whole(media: Media) -> None:
    assert checked().well


def test_a_rebuild_writes_what_the_flushes_wrote(media: Media, company: Company) -> None:
    gone = make_media(company.project, title="Gone")
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, gone.id))
    written = documents()
    with transaction() as session:
        session.execute(sa.delete(SearchDocument))

    counts = rebuild_all()

    assert documents() == written
    assert (counts["media"], counts["clip"]) == (1, 1)
    assert found("harbour") == {media.id}


def test_a_rebuild_goes_through_many_rows_in_batches(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.index.rebuild.BATCH", 3)
    for _ in range(7):
        make_media(company.project)
    written = documents()

    assert rebuild_all()["media"] == 7
    assert documents() == written


def test_what_lacks_a_document_is_counted(media: Media) -> None:
    with transaction() as session:
        session.execute(sa.delete(SearchDocument).where(SearchDocument.entity_type == "clip"))

    assert "1 thing cannot be found" in checked().words


def test_a_document_of_something_gone_is_counted_and_swept(media: Media) -> None:
    strange = {
        "project_id": 1,
        "scope": "p1kmedia",
        "title": "x",
        "body": "",
        "tags": "",
        "media_id": None,
        "start_ms": None,
    }
    with transaction() as session:
        session.execute(sa.insert(SearchDocument), [{**strange, "place": 1, "entity_type": "media", "entity_id": 9999}])
        session.execute(
            sa.insert(SearchDocument), [{**strange, "place": 2, "entity_type": "unheard of", "entity_id": 1}]
        )
    assert "1 thing should no longer be found" in checked().words

    rebuild_all()

    assert checked().well
    assert {row[0] for row in documents()} == {"media", "clip"}


def test_a_missing_index_is_said_and_built_again(app: Flask, media: Media) -> None:
    with transaction() as session:
        for name in ("search_documents_added", "search_documents_removed", "search_documents_changed"):
            session.execute(sa.text(f"DROP TRIGGER {name}"))
        session.execute(sa.text("DROP TABLE search_fts"))
    with pytest.raises(Unavailable, match="flask search reindex"):
        found("harbour")
    assert "missing" in checked().words

    rebuild_all()

    assert found("harbour") == {media.id}


def told() -> IndexState:
    with reading() as session:
        return state(session)


def test_pages_are_told_by_one_small_read(media: Media) -> None:
    with transaction() as session:
        keep(session, IndexState(False, "It is out of step."))
    assert told() == IndexState(False, "It is out of step.")

    rebuild_all()

    assert told().well


def test_an_index_of_an_older_version_is_stale(media: Media) -> None:
    with transaction() as session:
        remember(session, SETTING, {"version": 0, "well": True, "words": ""})

    assert "older version" in told().words


def test_the_command_rebuilds_and_the_other_says_how_it_stands(app: Flask, media: Media) -> None:
    runner = app.test_cli_runner()
    with transaction() as session:
        session.execute(sa.delete(SearchDocument))
    assert runner.invoke(args=["search", "check"]).exit_code == 1

    answer = runner.invoke(args=["search", "reindex"])

    assert "media: 1 document" in answer.output
    assert runner.invoke(args=["search", "check"]).output == "The search index is whole.\n"
