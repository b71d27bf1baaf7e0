"""Words found within one transcript, and who speaks when on the timeline."""

import pytest

from app.core.db import transaction
from app.media.models import Media
from app.transcripts.models import TranscriptSegment
from app.transcripts.speakers import speaker_service
from app.transcripts.turns import MOST_TURNS, Turn, joined
from tests.factories import make_media, make_transcript
from tests.transcripts.test_voices import lines
from tests.visitors import Company, Visitor, counted, own

TEXTS = ["We laid the keel", "In oak & <b>pine</b>", "The keels were cold", "Steam came"]


@pytest.fixture
def media(company: Company) -> Media:
    media = make_media(company.project, title="Harbour")
    make_transcript(media, TEXTS)
    return media


def found(visitor: Visitor, media: Media, typed: str) -> str:
    return visitor.get(f"/m/{media.public_id}/transcript?find={typed}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("keel", "2 lines have “keel”"),
        ("KEEL+cold", "1 line has “KEEL cold”"),
        ("ste", "1 line has “ste”"),
        ("eel", "0 lines have “eel”"),
        ("oak+pine", "1 line has"),
    ],
)
def test_lines_with_every_word_are_listed_and_marked(company: Company, media: Media, typed: str, words: str) -> None:
    text = found(company.as_("viewer"), media, typed)

    assert words in text
    assert text.count('<li class="turn"') == int(words.split()[0])


def test_hits_are_marked_on_escaped_text_and_lead_to_their_moment(company: Company, media: Media) -> None:
    visitor = company.as_("viewer")
    with counted() as statements:
        text = found(visitor, media, "oak")

    assert "In <mark>oak</mark> &amp; &lt;b&gt;pine&lt;/b&gt;" in text
    line = lines()[1]
    assert f"at={line.start_ms}#line-{line.public_id}" in text
    assert len(own(statements)) <= 8, "\n".join(own(statements))


@pytest.mark.parametrize("typed", ["", "+", "%22", "%3Cscript%3E"])
def test_nothing_typed_shows_the_transcript_as_it_is(company: Company, media: Media, typed: str) -> None:
    text = found(company.as_("viewer"), media, typed)

    assert "<script>" not in text.split("<main")[1]
    assert ("We laid the keel" in text) or "0 lines have" in text


def test_the_timeline_draws_who_speaks(company: Company, media: Media) -> None:
    first = lines()[0].id
    with transaction() as session:
        line = session.get_one(TranscriptSegment, first)
        line.speaker_id = speaker_service(session).named(media, "Marit").id

    text = company.as_("viewer").get(f"/m/{media.public_id}").get_data(as_text=True)

    assert '<span class="scenes">Speech</span>' in text
    assert ">Marit</span>" in text.split("lane scenes speech")[1]


def test_one_voice_with_short_pauses_is_one_turn() -> None:
    said = [Turn(0, 1, "A", 1), Turn(1.5, 2, "A", 1), Turn(2.1, 3, "B", 2), Turn(9, 10, "B", 2)]

    assert joined(said, 0.7) == [Turn(0, 2, "A", 1), Turn(2.1, 3, "B", 2), Turn(9, 10, "B", 2)]


def test_thousands_of_lines_are_drawn_as_few_hundred_turns(company: Company, media: Media) -> None:
    make_transcript(media, [f"line {number}" for number in range(1500)], language="nb")
    with transaction() as session:
        voices = [speaker_service(session).named(media, name).id for name in ("Marit", "Jonas")]
    with transaction() as session:
        for number, line in enumerate(session.query(TranscriptSegment)):
            line.speaker_id = voices[number % 2]

    text = company.as_("viewer").get(f"/m/{media.public_id}").get_data(as_text=True)

    drawn = text.split("lane scenes speech")[1].split("</div>")[0].count("at-t")
    assert 1 <= drawn <= MOST_TURNS
