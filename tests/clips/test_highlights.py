"""Suggested clips: listed, accepted and refused, one by one and all, by those who may."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from app.analysis.models import ContentSegment
from app.analysis.results import keep_topics
from app.audit.models import AuditLog
from app.clips.models import Clip, ClipOrigin
from app.core.db import transaction
from app.media.models import Media
from tests.factories import make_clip, make_media, make_transcript
from tests.visitors import Company, Visitor, counted, own

# Lines of two seconds, of which half a second is quiet.
TEXTS = [f"word{number} of the launch and the keel" for number in range(20)]


@pytest.fixture
def media(company: Company) -> Media:
    media = make_media(company.project, title="Harbour")
    make_transcript(media, TEXTS)
    with transaction() as session:
        about = {"description": "We laid the keel.", "keywords": [], "concepts": []}
        spans = [("Keels", 0, 8000, 1.0), ("Coffee", 8000, 16_000, 0.2), ("Launch", 16_000, 40_000, 0.7)]
        topics = [
            {"topic": name, "start_ms": start, "end_ms": end, "importance": weight, **about}
            for name, start, end, weight in spans
        ]
        keep_topics(session, media.id, None, topics)
    return media


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def clips() -> list[Clip]:
    with transaction() as session:
        return list(session.scalars(sa.select(Clip).order_by(Clip.in_point)))


def topic(name: str) -> str:
    with transaction() as session:
        found = session.scalars(sa.select(ContentSegment).where(ContentSegment.topic == name)).one()
        return str(found.public_id)


def titles(visitor: Visitor, media: Media) -> list[str]:
    listed: list[dict[str, Any]] = visitor.get(f"/m/{media.public_id}/highlights.json").get_json()["highlights"]
    return [each["title"] for each in listed]


def test_important_topics_are_suggested_and_become_no_clips_by_themselves(editor: Visitor, media: Media) -> None:
    text = editor.get(f"/m/{media.public_id}/highlights").get_data(as_text=True)

    assert re.findall(r"<h2>(.*?)</h2>", text) == ["Keels", "Launch"]
    assert "Accept all 2" in text
    assert clips() == []


def test_an_accepted_one_is_a_clip_that_says_where_it_comes_from(editor: Visitor, media: Media) -> None:
    answer = editor.post(f"/m/{media.public_id}/highlights/{topic('Keels')}/acceptance")

    assert (answer.status_code, answer.location) == (303, f"/m/{media.public_id}/highlights")
    (clip,) = clips()
    assert (clip.title, clip.topic, clip.importance_score, clip.origin) == ("Keels", "Keels", 1.0, ClipOrigin.SUGGESTED)
    assert (clip.in_point, clip.out_point, clip.notes) == (0, 188, "We laid the keel.")
    assert titles(editor, media) == ["Launch"]


def test_accepting_twice_makes_one_clip(editor: Visitor, media: Media) -> None:
    address = f"/m/{media.public_id}/highlights/{topic('Keels')}/acceptance"

    assert [editor.swap(address).status_code for _ in range(2)] == [200, 200]

    assert len(clips()) == 1


def test_accepting_all_makes_clips_that_share_no_frame(editor: Visitor, media: Media) -> None:
    text = editor.swap(f"/m/{media.public_id}/highlights/acceptance").get_data(as_text=True)

    first, second = clips()
    assert first.out_point <= second.in_point
    assert "Nothing is suggested." in text and "Saved 2 clips." in text
    with transaction() as session:
        told = sa.select(sa.func.count()).where(AuditLog.entity_type == "clip", AuditLog.action == "CREATE")
        assert session.scalar(told) == 2
        assert session.get_one(Media, media.id).clip_count == 2


def test_a_refused_one_is_told_in_the_history_and_not_suggested_again(editor: Visitor, media: Media) -> None:
    assert editor.post(f"/m/{media.public_id}/highlights/{topic('Keels')}/refusal").status_code == 303

    assert titles(editor, media) == ["Launch"]
    assert editor.post(f"/m/{media.public_id}/highlights/{topic('Keels')}/acceptance").status_code == 404
    with transaction() as session:
        newest = sa.select(AuditLog).where(AuditLog.entity_type == "topic").order_by(AuditLog.id.desc())
        told = session.scalars(newest).first()
    assert told is not None
    assert list(told.changes) == ["refused_at"]


def test_refusing_all_leaves_nothing(editor: Visitor, media: Media) -> None:
    assert editor.post(f"/m/{media.public_id}/highlights/refusal").status_code == 303

    assert titles(editor, media) == []
    assert clips() == []


def test_topics_found_again_do_not_suggest_what_was_accepted(editor: Visitor, media: Media) -> None:
    editor.post(f"/m/{media.public_id}/highlights/acceptance")
    with transaction() as session:
        found = {"topic": "Keels again", "start_ms": 0, "end_ms": 9000, "importance": 1.0}
        keep_topics(session, media.id, None, [{**found, "description": "", "keywords": [], "concepts": []}])

    assert titles(editor, media) == []
    assert [clip.content_segment_id for clip in clips()] == [None, None]


def test_peoples_own_clips_stand_in_nobodys_way(editor: Visitor, company: Company, media: Media) -> None:
    make_clip(company.editor, media, 0, 500)

    assert titles(editor, media) == ["Keels", "Launch"]


def test_only_editors_decide(company: Company, media: Media) -> None:
    base, keels = f"/m/{media.public_id}/highlights", topic("Keels")
    for path in (f"{keels}/acceptance", f"{keels}/refusal", "acceptance", "refusal"):
        assert company.as_("viewer").post(f"{base}/{path}").status_code == 403
        assert company.as_("outsider").post(f"{base}/{path}").status_code == 404
        assert Visitor(company.app).post(f"{base}/{path}").location.startswith("/sign-in")

    assert "Accept" not in company.as_("viewer").get(base).get_data(as_text=True)
    assert titles(company.as_("viewer"), media) == ["Keels", "Launch"]


def test_a_topic_of_another_recording_is_not_there(editor: Visitor, company: Company, media: Media) -> None:
    other = make_media(company.project)

    assert editor.post(f"/m/{other.public_id}/highlights/{topic('Keels')}/acceptance").status_code == 404
    assert editor.post(f"/m/{other.public_id}/highlights/{topic('Keels')}/refusal").status_code == 404


def test_the_page_costs_few_queries(company: Company, media: Media) -> None:
    visitor = company.as_("viewer")

    with counted() as statements:
        assert visitor.get(f"/m/{media.public_id}/highlights").status_code == 200

    assert len(own(statements)) <= 8, "\n".join(own(statements))
