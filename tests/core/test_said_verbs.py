"""What the repositories of transcripts, lines, speakers, topics and layouts answer, the same on eight backings."""

from typing import Any

from app.analysis.models import LayoutType
from app.transcripts.models import TranscriptSource
from tests.core.backings import Stand
from tests.core.rooms import LAYOUTS, LINES, SPEAKERS, TOPICS, TRANSCRIPTS


def test_what_somebody_brought_comes_before_what_was_recognised(stand: Stand) -> None:
    transcripts, media = stand.on(TRANSCRIPTS), stand.ground.media
    brought = transcripts.add(source=TranscriptSource.IMPORT)
    later = transcripts.add()

    found = [row.id for row in transcripts.do(lambda rows: rows.find_by_media(media))]

    assert found.index(brought.id) < found.index(later.id)
    assert transcripts.do(lambda rows: rows.find(media, later.language, TranscriptSource.SPEECH)).id == later.id
    assert transcripts.do(lambda rows: rows.find(media, later.language, TranscriptSource.IMPORT)) is None


def test_lines_come_in_the_order_they_are_said_and_touched_ones_apart(stand: Stand) -> None:
    lines, transcript = stand.on(LINES), stand.on(TRANSCRIPTS).add().id
    last = lines.add(transcript_id=transcript, seq=9000, start_ms=500)
    first = lines.add(transcript_id=transcript, seq=10, updated_by=stand.ground.user)

    assert [row.id for row in lines.do(lambda rows: rows.find_all(transcript))] == [first.id, last.id]
    assert [row.id for row in lines.do(lambda rows: rows.find_touched(transcript))] == [first.id]
    assert lines.do(lambda rows: rows.count_in(transcript)) == 2


def test_a_voice_is_found_by_its_name_whatever_its_capitals(stand: Stand) -> None:
    speakers, media = stand.on(SPEAKERS), stand.ground.media
    kari = speakers.add(display_name="Kari Øst")

    assert speakers.do(lambda rows: rows.find_by_name(media, "KARI øst")).id == kari.id
    assert speakers.do(lambda rows: rows.find_by_name(media, "Kar")) is None
    assert kari.label in speakers.do(lambda rows: rows.labels(media))
    assert kari.id in [row.id for row in speakers.do(lambda rows: rows.find_by_media(media))]


def test_topics_come_in_the_order_of_their_times_or_by_weight(stand: Stand) -> None:
    topics, media = stand.on(TOPICS), stand.ground.media
    late = topics.add(start_ms=50_000, end_ms=60_000, importance_score=0.2, updated_by=stand.ground.user)
    early = topics.add(start_ms=40_000, end_ms=50_000, importance_score=0.9)
    mine = {late.id, early.id}

    def seen(rows: list[Any]) -> list[int]:
        return [row.id for row in rows if row.id in mine]

    assert seen(topics.do(lambda rows: rows.find_by_media(media))) == [early.id, late.id]
    assert seen(topics.do(lambda rows: rows.find_in_range(media, 49_999, 50_000))) == [early.id]
    assert seen(topics.do(lambda rows: rows.find_in_range(media, 50_000, 50_001))) == [late.id]
    assert seen(topics.do(lambda rows: rows.find_touched(media))) == [late.id]
    assert seen(topics.do(lambda rows: rows.top(media, 2))) == [early.id, late.id]


def test_a_recording_has_one_layout_and_a_project_many_of_a_kind(stand: Stand) -> None:
    layouts = stand.on(LAYOUTS)
    inset = layouts.add(layout_type=LayoutType.PICTURE_IN_PICTURE, camera_region={"x": 0.75, "y": 0.75})
    other = layouts.add(layout_type=LayoutType.SCREEN_ONLY)

    found = layouts.do(lambda rows: rows.find_by_media(inset.media_id))
    assert (found.id, found.camera_region, found.screen_region) == (inset.id, {"x": 0.75, "y": 0.75}, None)
    assert layouts.do(lambda rows: rows.find_by_media(404_404)) is None
    kind = LayoutType.SCREEN_ONLY
    assert [row.id for row in layouts.do(lambda rows: rows.find_by_kind(other.project_id, kind))] == [other.id]
