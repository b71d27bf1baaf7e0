"""What people type into the search box, taken apart; nothing they type is an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.marks import marked, snippet
from app.index.question import parse


@pytest.mark.parametrize(
    ("text", "words", "phrases", "without", "fields"),
    [
        ("Keel winter", ("keel", "winter"), (), (), {}),
        ('"Laid the KEEL" winter', ("winter",), (("laid", "the", "keel"),), (), {}),
        ('"keel"', ("keel",), (), (), {}),
        ('"', (), (), (), {}),
        ('keel "laid the', ("keel", "laid", "the"), (), (), {}),
        ("keel -winter", ("keel",), (), ("winter",), {}),
        ("speaker:Marit keel", ("keel",), (), (), {"speaker": ["marit"]}),
        ('speaker:"Marit Solheim"', (), (), (), {"speaker": ["marit solheim"]}),
        ("in:clips", (), (), (), {"in": ["clips"]}),
        ("12:34 http://x", ("12", "34", "http", "x"), (), (), {}),
        ("before:2026-11 after:2020", (), (), (), {"before": ["2026-11"], "after": ["2020"]}),
    ],
)
def test_a_search_is_taken_apart(
    text: str,
    words: tuple[str, ...],
    phrases: tuple[tuple[str, ...], ...],
    without: tuple[str, ...],
    fields: dict[str, list[str]],
) -> None:
    asked = parse(text)

    assert (asked.words, asked.phrases, asked.without, asked.fields) == (words, phrases, without, fields)


@pytest.mark.parametrize(("text", "note"), [("in:dreams", "names no kind"), ("before:soon", "is no date")])
def test_what_makes_no_sense_is_looked_for_as_words_and_said(text: str, note: str) -> None:
    asked = parse(text)

    assert note in asked.notes[0]
    assert asked.words == tuple(text.split(":"))


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80))
def test_nothing_typed_is_an_error(text: str) -> None:
    asked = parse(text)

    assert len(asked.words) <= 16


def test_words_are_marked_as_they_were_written() -> None:
    assert marked("Størm, Café & KEEL", {"cafe", "keel"}) == [
        ("Størm, ", False),
        ("Café", True),
        (" & ", False),
        ("KEEL", True),
    ]


def test_a_beginning_marks_the_whole_word() -> None:
    assert marked("Keelson laid", set(), ["keel"]) == [("Keelson", True), (" laid", False)]


def test_a_snippet_shows_what_stands_around_the_first_hit() -> None:
    text = "before " * 40 + "keel " + "after " * 40

    runs = snippet(text, {"keel"})

    assert runs[0] == ("…", False)
    assert ("keel", True) in runs
    assert runs[-1] == ("…", False)
    assert sum(len(text) for text, _ in runs) < 200


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=300), st.text(alphabet="abcdefgh", min_size=1, max_size=3))
def test_marking_changes_no_letter(text: str, token: str) -> None:
    assert "".join(run for run, _ in marked(text, {token}, [token])) == text
