"""The search index: folding, what is found and no longer found, and words nobody should be able to break it with."""

import random
import string

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.core.db import transaction
from app.core.search_text import LONGEST_TOKEN, MOST_QUERY_TOKENS, fold, folded, query_tokens, tokens
from app.index.kinds import KINDS
from app.index.models import SearchDocument
from app.index.query import matching_ids, newest_ids
from app.index.rebuild import findable_models
from app.media.models import Media
from app.media.service import media_service
from app.projects.models import Project
from tests.factories import make_clip, make_media, make_project
from tests.visitors import Company


def found(text: str, entity_type: str = "media") -> set[int]:
    """Return the ids the index finds."""
    with transaction() as session:
        return found_in(session, text, entity_type)


def found_in(session: Session, text: str, entity_type: str = "media") -> set[int]:
    asked = (matching_ids(session, text, entity_type, id) for id in session.scalars(sa.select(Project.id)).all())
    return {id for query in asked if query is not None for id in session.scalars(query)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ærø Överby", ["ærø", "overby"]),
        ("CAFÉ déjà-vu", ["cafe", "deja", "vu"]),
        ("Straße", ["strasse"]),
        ("clip_0001.MOV", ["clip", "0001", "mov"]),
        ("ﬁnal ①", ["final", "1"]),
        ("İstanbul", ["istanbul"]),
        ("日本語 テスト", ["日本語", "テスト"]),
        ("  ,.-_  ", []),
        ("a\0b", ["a", "b"]),
        ("x" * 100, ["x" * LONGEST_TOKEN]),
    ],
)
def test_words_are_folded_alike_wherever_they_are_written(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@settings(deadline=None)
@given(st.text(max_size=60))
def test_what_was_folded_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_tokens_hold_letters_and_digits_alone(text: str) -> None:
    for token in tokens(text):
        assert 0 < len(token) <= LONGEST_TOKEN
        assert all(letter.isalnum() for letter in token)


@settings(deadline=None)
@given(st.text(alphabet=string.ascii_letters + "éüØ ", max_size=40))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower())


def test_a_query_has_at_most_sixteen_words() -> None:
    assert len(query_tokens("word " * 1000)) == MOST_QUERY_TOKENS


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("harbour", True),
        ("HARBOUR", True),
        ("harb", True),
        ("arbou", True),
        ("voices harbour", True),
        ("harbour voi", True),
        ("harb voices", False),
        ("voices zebra", False),
        ("clip0001", True),
        ("mov", True),
        ("eb", False),
    ],
)
def test_all_words_must_be_there_and_the_last_may_be_a_beginning(company: Company, query: str, hit: bool) -> None:
    media = make_media(company.project, title="Harbour Voices", filename="clip0001.mov")

    assert (media.id in found(query)) is hit


def test_a_new_title_is_found_and_the_old_one_no_longer(company: Company) -> None:
    media = make_media(company.project, title="Harbour")
    with transaction() as session:
        session.get_one(Media, media.id).title = "Keelson"

    assert found("keelson") == {media.id}
    assert found("harbour") == set()


def test_what_is_in_the_trash_is_not_found_until_it_is_back(company: Company) -> None:
    media = make_media(company.project, title="Harbour")
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, media.id))
    assert found("harbour") == set()

    with transaction() as session:
        media_service(session).restore(company.editor, media.public_id)

    assert found("harbour") == {media.id}


def test_what_is_removed_is_not_found(company: Company) -> None:
    media = make_media(company.project, title="Harbour")

    with transaction() as session:
        session.delete(session.get_one(Media, media.id))

    assert found("harbour") == set()
    with transaction() as session:
        assert session.query(SearchDocument).count() == 0


def test_what_an_act_took_back_is_not_found(company: Company) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        session.add(Media(project_id=company.project.id, title="Harbour", filename="x"))
        session.flush()
        assert len(found_in(session, "harbour")) == 1
        raise RuntimeError

    assert found("harbour") == set()


def test_every_kind_that_is_found_has_a_place_of_its_own() -> None:
    assert {model.tracking.entity_type for model in findable_models()} <= set(KINDS)
    assert sorted(KINDS.values()) == list(range(1, len(KINDS) + 1))


def test_the_newest_come_first_and_page_by_page(company: Company) -> None:
    ids = [make_media(company.project, title="Harbour").id for _ in range(5)]

    with transaction() as session:
        first = newest_ids(session, "harbour", "media", company.project.id, limit=2)
        assert first is not None
        top = list(session.scalars(first))
        rest = newest_ids(session, "harbour", "media", company.project.id, limit=9, before_id=top[-1])
        assert rest is not None
        assert [*top, *session.scalars(rest)] == ids[::-1]


@pytest.mark.parametrize("query", ["harbour", "arbou"])
def test_what_other_projects_hold_is_not_found(company: Company, query: str) -> None:
    make_media(make_project(company.owner), title="Harbour")

    with transaction() as session:
        ids = matching_ids(session, query, "media", company.project.id)
        assert ids is not None
        assert list(session.scalars(ids)) == []


def test_each_kind_of_thing_is_found_by_itself(company: Company) -> None:
    media = make_media(company.project, title="Harbour")
    clip = make_clip(company.editor, media, title="Harbour wall")

    assert found("harbour", "media") == {media.id}
    assert found("harbour", "clip") == {clip.id}


def test_a_moved_recording_is_found_in_its_new_project(company: Company) -> None:
    media = make_media(company.project, title="Harbour")
    with transaction() as session:
        session.get_one(Media, media.id).project_id = company.project.id
        document = session.query(SearchDocument).one()
        assert document.project_id == company.project.id
        assert document.media_id == media.id


OPERATORS = [
    '"',
    "*",
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "NEAR/2",
    "^",
    ":",
    "-",
    "+",
    "'",
    ";",
    "--",
    "%",
    "_",
    "\\",
]
OPERATORS += [
    "title:",
    "{title}",
    "\0",
    "\ufeff",
    "\u202e",
    "😀",
    "\u0301",
    "ʼ",
    "ß",
    "İ",
    "〇",
    "𞤀",
    "ǅ",
    "1e9",
    "x'ff'",
]
LETTERS = [chr(number) for number in (*range(1, 0xD800), *range(0xE000, 0x2FFFF, 7))]


def hostile_queries(count: int) -> list[str]:
    """Return queries made of operators, odd letters and pieces of words, the same ones each time."""
    chance = random.Random(20261121)
    made = []
    for _ in range(count):
        pieces = chance.choices(OPERATORS, k=chance.randint(1, 6))
        pieces += chance.choices(LETTERS, k=3)
        pieces += ["".join(chance.choices(string.ascii_letters, k=chance.randint(0, 5)))]
        chance.shuffle(pieces)
        made.append(chance.choice(["", " "]).join(pieces))
    return made


def test_two_thousand_hostile_queries_never_fail(company: Company) -> None:
    make_media(company.project, title="Harbour")

    with transaction() as session:
        for query in hostile_queries(2000):
            found_in(session, query)


def test_hostile_queries_through_the_pages_never_fail(company: Company) -> None:
    make_clip(company.editor, make_media(company.project, title="Harbour"))
    viewer = company.as_("viewer")

    for query in hostile_queries(40):
        for path in (f"/p/{company.project.slug}", f"/p/{company.project.slug}/clips"):
            assert viewer.get(path, query_string={"q": query}).status_code == 200, query


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.characters(categories=["L", "N", "M", "Zs", "P"]), min_size=1, max_size=30))
def test_any_title_is_found_by_each_of_its_words(company: Company, title: str) -> None:
    media = make_media(company.project, title=title, filename="x")

    for word in tokens(title):
        assert media.id in found(word), word
