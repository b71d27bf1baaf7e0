"""The rules of lines: correct, split, join, bring back; every change told with before and after."""

import pytest
import sqlalchemy as sa

from app.audit.models import AuditLog
from app.core.db import transaction
from app.core.errors import Invalid, NotFound, Stale
from app.index.models import SearchDocument
from app.media.models import Media
from app.media.service import media_service
from app.transcripts.models import TranscriptSegment
from app.transcripts.service import Correction, TranscriptService, transcript_service
from app.transcripts.speakers import speaker_service
from tests.factories import Told, make_media, make_project, make_transcript
from tests.transcripts.conftest import TEXTS, stored, texts
from tests.visitors import Company


def line_of(service: TranscriptService, line: TranscriptSegment) -> TranscriptSegment:
    return service.lines.require(line.public_id)


def correct(company: Company, line: TranscriptSegment, text: str, version: int = 1) -> None:
    with transaction() as session:
        service = transcript_service(session)
        service.correct(company.editor, line_of(service, line), Correction(text, version))


def found(word: str) -> list[int]:
    """Return the lines whose folded words hold this one."""
    query = sa.select(SearchDocument.entity_id).where(
        SearchDocument.entity_type == "line", SearchDocument.body.contains(word)
    )
    with transaction() as session:
        return list(session.scalars(query))


def test_a_correction_keeps_what_was_and_tells_before_and_after(company: Company, told: Told) -> None:
    correct(company, told.lines[0], "  We laid the keelson\nin winter ")

    with transaction() as session:
        entry = session.scalars(sa.select(AuditLog).where(AuditLog.entity_type == "line")).one()
        was = transcript_service(session).lines.revisions(told.lines[0].id)[0]
    assert entry.changes == {"text": {"old": TEXTS[0], "new": "We laid the keelson in winter"}}
    assert (was.version, was.old_text, was.edited_by) == (1, TEXTS[0], company.editor.id)
    assert [word[:2] for word in stored(told)[0].words_json] == [word[:2] for word in told.lines[0].words_json]


def test_a_correction_is_found_at_once_and_the_old_words_no_more(company: Company, told: Told) -> None:
    correct(company, told.lines[0], "We laid the rudder")

    assert found("rudder") == [told.lines[0].id]
    assert found("keel") == []


def test_lines_written_in_bulk_are_found_with_their_time(told: Told) -> None:
    with transaction() as session:
        query = "SELECT start_ms, media_id FROM search_documents WHERE entity_type = 'line' ORDER BY start_ms"
        rows = session.execute(sa.text(query)).all()

    assert [row.start_ms for row in rows] == [0, 2000, 4000]
    assert found("anders") == [told.lines[1].id]


def test_a_line_somebody_else_saved_meanwhile_is_told_with_both_texts(company: Company, told: Told) -> None:
    correct(company, told.lines[0], "Theirs")

    with pytest.raises(Stale) as stale:
        correct(company, told.lines[0], "Mine")

    assert (stale.value.mine, stale.value.theirs, stale.value.version) == ({"text": "Mine"}, {"text": "Theirs"}, 2)
    assert texts(told)[0] == "Theirs"


def test_the_same_text_twice_is_no_clash_and_no_second_revision(company: Company, told: Told) -> None:
    correct(company, told.lines[0], "The same")
    correct(company, told.lines[0], "The same")

    with transaction() as session:
        assert len(transcript_service(session).lines.revisions(told.lines[0].id)) == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * 5001])
def test_a_line_needs_words_and_not_too_many(company: Company, told: Told, text: str) -> None:
    with pytest.raises(Invalid):
        correct(company, told.lines[0], text)


def test_a_split_parts_text_and_times(company: Company, told: Told) -> None:
    with transaction() as session:
        service = transcript_service(session)
        service.split(company.editor, line_of(service, told.lines[0]), 2, 1)

    lines = stored(told)
    assert [line.text for line in lines] == ["We laid", "the keel in winter", *TEXTS[1:]]
    assert lines[0].end_ms <= lines[1].start_ms < lines[1].end_ms == 1500


def test_a_line_can_be_split_again_and_again(company: Company, told: Told) -> None:
    many = " ".join(f"w{number}" for number in range(30))
    correct(company, told.lines[0], many)

    for _ in range(14):
        with transaction() as session:
            service = transcript_service(session)
            line = line_of(service, told.lines[0])
            service.split(company.editor, line, len(line.words_json) - 1, line.version)

    assert " ".join(texts(told)) == " ".join([many, *TEXTS[1:]])


@pytest.mark.parametrize("at", [0, 6, 99, -1])
def test_a_split_leaves_words_on_both_sides(company: Company, told: Told, at: int) -> None:
    with pytest.raises(Invalid), transaction() as session:
        service = transcript_service(session)
        service.split(company.editor, line_of(service, told.lines[0]), at, 1)


def test_joining_takes_the_next_line_in(company: Company, told: Told) -> None:
    with transaction() as session:
        service = transcript_service(session)
        service.join(company.editor, line_of(service, told.lines[0]), 1)

    lines = stored(told)
    assert [line.text for line in lines] == [f"{TEXTS[0]} {TEXTS[1]}", TEXTS[2]]
    assert lines[0].end_ms == told.lines[1].end_ms
    assert found("anders") == [told.lines[0].id]


def test_the_last_line_has_nothing_to_join(company: Company, told: Told) -> None:
    with pytest.raises(Invalid, match="last line"), transaction() as session:
        service = transcript_service(session)
        service.join(company.editor, line_of(service, told.lines[2]), 1)


def test_any_earlier_wording_comes_back_and_can_be_left_again(company: Company, told: Told) -> None:
    correct(company, told.lines[0], "Second wording", 1)
    correct(company, told.lines[0], "Third wording", 2)

    with transaction() as session:
        service = transcript_service(session)
        service.revert(company.editor, line_of(service, told.lines[0]), 1, 3)
        service.revert(company.editor, line_of(service, told.lines[0]), 3, 4)

    line = stored(told)[0]
    assert (line.text, line.version) == ("Third wording", 5)


def test_a_wording_that_never_was_does_not_come_back(company: Company, told: Told) -> None:
    with pytest.raises(NotFound), transaction() as session:
        service = transcript_service(session)
        service.revert(company.editor, line_of(service, told.lines[0]), 9, 1)


def test_words_say_where_they_begin_and_end_from_either_side(told: Told) -> None:
    with transaction() as session:
        service = transcript_service(session)
        one, other = line_of(service, told.lines[0]), line_of(service, told.lines[1])
        forwards = service.stretch(one, 4, other, 1)
        backwards = service.stretch(other, 1, one, 4)

    assert forwards == backwards
    assert forwards[2] == "in winter Old Anders"
    assert forwards[:2] == (told.lines[0].words_json[4][0], told.lines[1].words_json[1][1])


def test_what_is_said_follows_its_recording_to_another_project(company: Company, media: Media, told: Told) -> None:
    other = make_project(company.owner)

    with transaction() as session:
        fresh = session.get_one(Media, media.id)
        media_service(session).edit(company.owner, fresh, fresh.title, other.slug, fresh.version)

    assert {line.project_id for line in stored(told)} == {other.id}
    with transaction() as session:
        query = sa.text("SELECT DISTINCT project_id FROM search_documents WHERE entity_type = 'line'")
        assert list(session.scalars(query)) == [other.id]


def test_a_transcript_that_is_deleted_leaves_nothing_to_be_found(told: Told) -> None:
    with transaction() as session:
        service = transcript_service(session)
        service.remove(service.transcripts.require(told.transcript.public_id))

    assert texts(told) == []
    assert found("anders") == []


def test_naming_a_line_can_name_those_after_it(company: Company, media: Media, told: Told) -> None:
    with transaction() as session:
        service = transcript_service(session)
        voice = speaker_service(session).named(session.get_one(Media, media.id), "Marit")
        assert service.name_following(company.editor, line_of(service, told.lines[0]), voice) == 2

    assert [line.speaker_id for line in stored(told)] == [None, voice.id, voice.id]


def test_a_page_of_lines_costs_the_same_however_many_there_are(company: Company) -> None:
    media = make_media(company.project, duration_frames=100_000)
    make_transcript(media, [f"line number {number}" for number in range(300)])
    visitor = company.as_("viewer")

    text = visitor.get(f"/m/{media.public_id}/transcript?at=400000").get_data(as_text=True)

    assert "line number 200" in text
    assert "line number 10<" not in text
    assert text.count('class="turn"') == 40
