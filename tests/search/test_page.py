"""The search page: what is found, among what one may see, grouped by recording, at its time."""

import pytest

from app.core.db import transaction
from app.index.state import IndexState, keep
from app.media.models import Media
from app.projects.models import Project
from app.transcripts.models import Speaker, Transcript, TranscriptSegment
from tests.factories import make_clip, make_media, make_project
from tests.visitors import Company, Visitor, counted


def say(media: Media, *lines: tuple[int, str, str | None]) -> None:
    """Add a transcript of (start in seconds, text, speaker)."""
    with transaction() as session:
        transcript = Transcript(media_id=media.id, project_id=media.project_id, language="en", source="speech")
        session.add(transcript)
        session.flush()
        speakers: dict[str, Speaker] = {}
        for number, (start, text, name) in enumerate(lines):
            if name and name not in speakers:
                speakers[name] = Speaker(
                    media_id=media.id, project_id=media.project_id, label=f"S{number}", display_name=name
                )
                session.add(speakers[name])
                session.flush()
            session.add(
                TranscriptSegment(
                    project_id=media.project_id,
                    media_id=media.id,
                    transcript_id=transcript.id,
                    speaker_id=speakers[name].id if name else None,
                    seq=number,
                    start_ms=start * 1000,
                    end_ms=start * 1000 + 900,
                    text=text,
                )
            )


@pytest.fixture
def yard(company: Company) -> Media:
    """Return a recording whose name, clip and lines tell of a keel."""
    media = make_media(company.project, title="Keel of the Nordlys")
    make_clip(company.editor, media, 100, 200, "Laying the keel")
    say(media, (2, "We laid the keel in winter", "Marit"), (9, "It was cold", "Marit"), (20, "The keel, yes", "Jonas"))
    return media


@pytest.fixture
def viewer(company: Company) -> Visitor:
    return company.as_("viewer")


def found(visitor: Visitor, query: str, **more: str) -> str:
    return visitor.get("/search", query_string={"q": query, **more}).get_data(as_text=True)


def test_an_empty_page_says_what_can_be_asked(viewer: Visitor) -> None:
    text = viewer.get("/search").get_data(as_text=True)

    assert "speaker:marit" in text


def test_everything_found_is_grouped_and_counted(viewer: Visitor, yard: Media) -> None:
    text = found(viewer, "keel")

    assert "4 results for “keel” in 1 recording" in text
    assert text.count('class="hit ') == 3
    assert "<mark>Keel</mark> of the Nordlys" in text
    assert "Clip: Laying the <mark>keel</mark>" in text


def test_a_hit_opens_where_it_happens(viewer: Visitor, yard: Media) -> None:
    text = found(viewer, "winter")

    assert f"/m/{yard.public_id}?f=50&amp;q=winter#at" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('"laid the keel"', 1),
        ('"the laid keel"', 0),
        ("keel -winter", 3),
        ("speaker:marit keel", 1),
        ("speaker:marit", 2),
        ("in:clips keel", 1),
        ("in:transcript keel", 2),
        ("project:nowhere keel", 0),
        ("before:2000 keel", 0),
        ("after:2000 keel", 4),
        ("by:nobody keel", 0),
    ],
)
def test_words_phrases_and_fields(viewer: Visitor, yard: Media, query: str, count: int) -> None:
    text = found(viewer, query)

    expected = f"{count} result" if count else "Nothing found for"
    assert expected in text


def test_boxes_narrow_and_keep_their_counts(viewer: Visitor, yard: Media) -> None:
    text = found(viewer, "keel", speaker="Jonas")

    assert "1 result for" in text
    assert 'name="speaker" value="Jonas" checked' in text
    assert 'name="speaker" value="Marit"' in text


def test_htmx_gets_the_results_alone(viewer: Visitor, yard: Media) -> None:
    answer = viewer.piece("/search?q=keel")

    assert answer.get_data(as_text=True).lstrip().startswith('<div id="results">')


def test_what_one_may_not_see_is_not_found(company: Company, yard: Media) -> None:
    assert "Nothing found for “keel”" in found(company.as_("outsider"), "keel")


def test_an_admin_finds_in_every_project(company: Company, yard: Media) -> None:
    other = make_project(company.owner)
    make_media(other, title="Another keel")

    assert "in 2 recordings" in found(company.as_("admin"), "keel")


def test_archived_projects_are_not_searched(company: Company, yard: Media) -> None:
    company.as_("owner").post(f"/p/{company.project.slug}/archive")

    assert "Nothing found" in found(company.as_("viewer"), "keel")


def test_another_persons_recording_in_the_address_is_not_found(company: Company, yard: Media) -> None:
    answer = company.as_("outsider").get(f"/search?q=keel&media={yard.public_id}")

    assert answer.status_code == 404


def test_one_recording_shows_all_its_matches(viewer: Visitor, company: Company) -> None:
    media = make_media(company.project)
    say(media, *((second, f"keel number {second}", None) for second in range(9)))

    assert "5 more matches in this recording" in found(viewer, "keel")
    assert found(viewer, "keel", media=str(media.public_id)).count('class="hit ') == 9


def test_the_best_recording_comes_first_and_more_are_a_page_away(viewer: Visitor, company: Company) -> None:
    for number in range(11):
        say(make_media(company.project, title=f"Tape {number}"), (1, "a keel", None))
    make_media(company.project, title="Keel")

    first = found(viewer, "keel")

    assert first.index("<mark>Keel</mark>") < first.index("Tape 10")
    assert "page=2" in first
    assert found(viewer, "keel", page="2").count("panel hit-group") == 2


def test_a_misspelt_word_is_answered_by_one_that_is_there(viewer: Visitor, yard: Media) -> None:
    assert "Search for “nordlys”" in found(viewer, "nordlis")


def test_what_is_typed_is_never_markup(viewer: Visitor, company: Company) -> None:
    media = make_media(company.project, title="<b>keel</b>")
    say(media, (1, "<script>keel</script>", "<i>x</i>"))

    text = found(viewer, 'keel "><script>')

    assert "<script>keel" not in text
    assert "<b>" not in text.split('id="results"')[1].replace("<b>No", "")


def test_an_index_out_of_step_is_said(viewer: Visitor, yard: Media) -> None:
    with transaction() as session:
        keep(session, IndexState(False, "The search index is out of step."))

    assert "The search index is out of step." in found(viewer, "keel")


def test_the_page_asks_a_fixed_number_of_questions(viewer: Visitor, company: Company, yard: Media) -> None:
    with counted() as one:
        found(viewer, "keel")
    for number in range(5):
        other = make_media(company.project, title=f"keel {number}")
        say(other, (1, "keel", "Marit"))

    with counted() as many:
        found(viewer, "keel")

    assert len(many) == len(one) <= 14


def test_a_question_over_many_projects(company: Company) -> None:
    with transaction() as session:
        for number in range(230):
            session.add(Project(name=f"P{number}", slug=f"p{number}"))
    make_media(company.project, title="keel")

    assert "1 result for" in found(company.as_("admin"), "keel")


def test_the_same_question_again_is_answered_from_memory_until_something_is_written(
    viewer: Visitor, company: Company, yard: Media
) -> None:
    with counted() as first:
        found(viewer, "keel")
    with counted() as again:
        found(viewer, "keel", speaker="Marit")
    make_media(company.project, title="A new keel")

    assert sum("search_fts" in statement for statement in first) == 1
    assert sum("search_fts" in statement for statement in again) == 0
    assert "5 results for" in found(viewer, "keel")


def test_an_answer_kept_for_one_is_not_given_to_another(company: Company, yard: Media) -> None:
    assert "4 results for" in found(company.as_("viewer"), "keel")

    assert "Nothing found" in found(company.as_("outsider"), "keel")
