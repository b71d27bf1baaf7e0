"""The pages of topics: what they show, what is edited in place, and chapters other programs read."""

from typing import Any

import pytest
import webvtt

from app.analysis.chapters import Chapter, write
from app.media.models import Media
from tests.analysis.conftest import TOPICS, make_topics, stored
from tests.factories import make_transcript
from tests.visitors import Company, Visitor, counted, own


def test_the_page_lists_topics_with_their_sentence_and_time(editor: Visitor, media: Media) -> None:
    make_topics(media, *TOPICS)

    text = editor.get(f"/m/{media.public_id}/topics").get_data(as_text=True)

    assert f'href="/m/{media.public_id}?f=200#at" data-frame="200">0:08</a>' in text
    assert "We speak of oak, steam here." in text
    assert "importance 100 of 100" in text


def test_topics_stand_on_the_timeline_and_beside_the_transcript(company: Company, media: Media) -> None:
    make_topics(media, *TOPICS)
    make_transcript(media, ["We laid the keel"])
    visitor = company.as_("viewer")

    with counted() as statements:
        text = visitor.get(f"/m/{media.public_id}").get_data(as_text=True)

    assert '<span class="scenes">Topics</span>' in text
    assert 'style="--in:8;--out:20">Oak, steam</span>' in text
    assert "3 topics</summary>" in text
    assert len(own(statements)) <= 12, "\n".join(own(statements))


def test_a_topic_is_changed_in_its_place_and_by_a_plain_form(editor: Visitor, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[0]
    url, data = f"/topics/{topic.public_id}/edit", {"topic": "The keel", "description": "Laid in winter."}

    assert "<li" in editor.piece(url).get_data(as_text=True)
    swapped = editor.swap(url, {**data, "version": "1"})
    plain = editor.post(url, {**data, "topic": "A keel", "version": "2"})

    assert (swapped.status_code, "The keel" in swapped.get_data(as_text=True)) == (200, True)
    assert plain.status_code == 303
    assert plain.location == f"/m/{media.public_id}/topics#topic-{topic.public_id}"
    assert (stored(media)[0].topic, stored(media)[0].version) == ("A keel", 3)


def test_a_stale_edit_keeps_what_was_typed(editor: Visitor, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[0]
    url = f"/topics/{topic.public_id}/edit"
    editor.post(url, {"topic": "The keel", "description": "", "version": "1"})

    answer = editor.swap(url, {"topic": "Keelsons", "description": "", "version": "1"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="Keelsons"' in text and "Saved meanwhile: The keel." in text
    assert 'name="version" type="hidden" value="2"' in text


@pytest.mark.parametrize("data", [{"topic": ""}, {"topic": "x" * 256}, {"topic": "Keel", "version": "x"}])
def test_a_bad_form_is_answered_with_what_is_wrong(editor: Visitor, media: Media, data: dict[str, str]) -> None:
    topic = make_topics(media, *TOPICS)[0]

    answer = editor.post(f"/topics/{topic.public_id}/edit", {"description": "", "version": "1", **data})

    assert answer.status_code == 422
    assert stored(media)[0].topic == "Keels"


def test_who_may_not_change_topics_changes_none(company: Company, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[0]
    asked: list[tuple[str, dict[str, Any]]] = [
        (f"/topics/{topic.public_id}/edit", {"topic": "x", "description": "", "version": "1"}),
        (f"/topics/{topic.public_id}/delete", {}),
        (f"/m/{media.public_id}/topics", {}),
    ]

    for url, data in asked:
        assert company.as_("viewer").post(url, data).status_code == 403
        assert company.as_("outsider").post(url, data).status_code == 404
        assert Visitor(company.app).post(url, data).location.startswith("/sign-in")
    assert [row.topic for row in stored(media)] == [name for name, *_ in TOPICS]


def test_a_topic_can_be_taken_away(editor: Visitor, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[0]

    assert editor.post(f"/topics/{topic.public_id}/delete").status_code == 303

    assert [row.topic for row in stored(media)] == ["Oak, steam", "Launch day"]


def test_finding_topics_needs_a_transcript(editor: Visitor, media: Media) -> None:
    assert editor.post(f"/m/{media.public_id}/topics").status_code == 409
    make_transcript(media, ["We laid the keel"])

    assert editor.swap(f"/m/{media.public_id}/topics").headers["HX-Redirect"] == f"/m/{media.public_id}/topics"
    assert "A job is at work" in editor.get(f"/m/{media.public_id}/topics").get_data(as_text=True)


def test_programs_read_topics(editor: Visitor, media: Media) -> None:
    topic = make_topics(media, *TOPICS)[1]

    listed = editor.get(f"/m/{media.public_id}/topics.json").get_json()["topics"]

    assert [each["topic"] for each in listed] == ["Keels", "Oak, steam", "Launch day"]
    assert listed[1] == editor.get(f"/topics/{topic.public_id}.json").get_json()
    assert (listed[1]["start_ms"], listed[1]["end_ms"], listed[1]["importance"]) == (8000, 20_000, 1.0)


def test_chapters_are_read_back_as_they_were_written(editor: Visitor, media: Media) -> None:
    make_topics(media, ("Oak & <steam> --> heat", 0, 12_000, 1.0), ("Launch", 12_000, 38_000, 0.5))

    text = editor.get(f"/m/{media.public_id}/chapters.vtt?download=1").get_data(as_text=True)

    cues = webvtt.from_string(text)
    assert [(cue.start, cue.end) for cue in cues] == [
        ("00:00:00.000", "00:00:12.000"),
        ("00:00:12.000", "00:00:38.000"),
    ]
    assert "Oak &amp; &lt;steam&gt; --&gt; heat" in text


def test_a_list_for_video_sites_begins_at_nought_and_has_no_short_chapter() -> None:
    chapters = [Chapter(2500, 9000, "One"), Chapter(9000, 15_900, "Two"), Chapter(3_725_000, 3_800_000, "Three")]

    assert write("txt", chapters) == "0:00 One\n1:02:05 Three\n"


def test_a_recording_without_topics_has_no_chapters(editor: Visitor, media: Media) -> None:
    assert editor.get(f"/m/{media.public_id}/chapters.txt").status_code == 404
    assert "no transcript yet" in editor.get(f"/m/{media.public_id}/topics").get_data(as_text=True)


def test_a_search_finds_topics_and_leads_to_their_moment(company: Company, media: Media) -> None:
    make_topics(media, *TOPICS)

    text = company.as_("viewer").get("/search?q=steam&in=topic").get_data(as_text=True)

    assert "Topic: " in text and "<mark>steam</mark>" in text
    assert f'href="/m/{media.public_id}?f=200&amp;q=steam#at"' in text
    assert "Topic: " not in company.as_("outsider").get("/search?q=steam").get_data(as_text=True)
