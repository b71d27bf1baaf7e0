"""Who says what: rename once, merge, talk time, and the names in every file."""

import pytest

from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.media.models import Media
from app.transcripts.models import Speaker
from app.transcripts.service import Correction, transcript_service
from app.transcripts.speakers import speaker_service
from tests.factories import Told, make_media
from tests.transcripts.conftest import stored
from tests.visitors import Company, Visitor


@pytest.fixture
def voices(company: Company, media: Media, told: Told) -> list[Speaker]:
    """Return Marit, who says the first two lines, and Jonas, who says the third."""
    with transaction() as session:
        fresh, service = session.get_one(Media, media.id), transcript_service(session)
        marit, jonas = (speaker_service(session).named(fresh, name) for name in ("Marit", "Jonas"))
        for line, voice in zip(told.lines, (marit, marit, jonas), strict=True):
            mine = service.lines.require(line.public_id)
            service.correct(company.editor, mine, Correction(line.text, 1, voice))
    return [marit, jonas]


def test_a_name_is_one_voice_whatever_its_capitals(media: Media, voices: list[Speaker]) -> None:
    with transaction() as session:
        assert speaker_service(session).named(session.get_one(Media, media.id), "mArIt").id == voices[0].id


def test_a_new_name_is_in_every_file(editor: Visitor, media: Media, voices: list[Speaker]) -> None:
    assert editor.post(f"/speakers/{voices[0].public_id}/edit", {"name": "Marit Solheim"}).status_code == 303

    for form in ("vtt", "srt", "txt", "csv", "json"):
        text = editor.get(f"/m/{media.public_id}/transcript.{form}").get_data(as_text=True)
        assert text.count("Marit Solheim") == 2, form


def test_two_voices_become_one(voices: list[Speaker], told: Told) -> None:
    with transaction() as session:
        service = speaker_service(session)
        one, other = (service.speakers.require(voice.public_id) for voice in voices)
        service.merge(other, one)

    assert {line.speaker_id for line in stored(told)} == {voices[0].id}


def test_a_taken_name_is_refused_and_merging_suggested(voices: list[Speaker]) -> None:
    with pytest.raises(Conflict, match="merge them"), transaction() as session:
        service = speaker_service(session)
        service.rename(service.speakers.require(voices[0].public_id), "Jonas")


def test_a_voice_does_not_merge_with_itself_or_with_another_recordings(company: Company, voices: list[Speaker]) -> None:
    elsewhere = make_media(company.project)
    with transaction() as session:
        stranger = speaker_service(session).named(elsewhere, "Kari")

    with pytest.raises(Invalid), transaction() as session:
        service = speaker_service(session)
        marit = service.speakers.require(voices[0].public_id)
        service.merge(marit, marit)
    with pytest.raises(NotFound), transaction() as session:
        service = speaker_service(session)
        service.merge(service.speakers.require(voices[0].public_id), service.speakers.require(stranger.public_id))


def test_the_page_tells_who_talks_how_much(editor: Visitor, media: Media, voices: list[Speaker]) -> None:
    text = editor.get(f"/m/{media.public_id}/speakers").get_data(as_text=True)

    assert text.index("Marit") < text.index("Jonas")
    assert "0:03 in 2 lines" in text
    assert 'value="67"' in text


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_bad_name_is_told_beside_its_voice(editor: Visitor, voices: list[Speaker], name: str) -> None:
    answer = editor.post(f"/speakers/{voices[0].public_id}/edit", {"name": name})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_a_viewer_names_nobody(company: Company, voices: list[Speaker]) -> None:
    viewer = company.as_("viewer")

    assert viewer.post(f"/speakers/{voices[0].public_id}/edit", {"name": "X"}).status_code == 403
    assert viewer.post(f"/speakers/{voices[0].public_id}/merge", {"into": str(voices[1].public_id)}).status_code == 403
