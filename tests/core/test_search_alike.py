"""Search gives the same answers on three databases: those that plain Python gives over the same corpus."""

import os
import random
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.db import unit_of_work
from app.core.search_text import query_tokens, tokens
from app.media.models import Media
from app.media.repository import MediaRepository
from app.projects.models import Project
from tests.core.memories import finds
from tests.torture.tally import tally

# `make torture` asks for 20,000.
QUERIES = int(os.environ.get("RUSHES_QUERIES", "300"))
CORPUS = (
    "Launching the boat",
    "The boat at sea",
    "Båten sjøsettes",
    "BÅTEN I NATT",
    "Keel_final.v2.MOV",
    "keel final v2",
    "A001_C012_0921AB.mov",
    "100% oak",
    "under_score and per%cent",
    "to be or not to be",
    "a b c d e f g",
    "I",
    "Straße nach Süden",
    "STRASSE",
    "Ångström ÅNGSTRÖM",
    "naïve café déjà vu",
    "İstanbul ıstanbul",
    "Ελλάδα ΟΔΟΣ ὀδός",
    "Москва ёлка Ёж",
    "海の日 カメラ1号",
    "한국어 영상",
    "שלום עולם",
    "مرحبا بالعالم",
    "ไทย ภาษา",
    "हिन्दी वीडियो",
    "🎬 take 🎬 5",
    "x² ½ ①",
    "e\u0301tude",
    "co-operate re-enter",
    "O’Brien’s O'Brien",
    "1e5 10km 3.14 v1.2.3",
    "http://example.org/a?b=c&d=e",
    "someone@example.org",
    "C++ & C#",
    "\N{MATHEMATICAL BOLD CAPITAL A}\N{MATHEMATICAL BOLD CAPITAL B} plain",
    "\N{ADLAM CAPITAL LETTER ALIF}\N{ADLAM CAPITAL LETTER DAALI} adlam",
    "xxkeel stored",
    "w" * 64 + "x" * 30,
    "and AND the OR not NEAR",
)
ASKED = (
    *("boat", "sea the boat", "BOAT the", "bo", "oat", "launch boat", "boat launch", "baten", "båten nat", "BÅT"),
    *("keel", "final keel", "v2", "mov", "a001 c012", "012", "c012_0921", "%", "_", "100%", "r_s", "per%", "oak"),
    *("to be", "be to or", "not", "the", "a", "b a", "i", "I", "strasse", "STRAẞE", "suden", "angstrom", "cafe"),
    *("istanbul", "ıstanbul", "ελλαδα", "οδος", "ОД", "елка", "ЁЛКА", "еж", "海の日", "海", "の", "カメラ1号", "メラ1"),
    *("한국어", "한국", "한", "שלום", "مرحبا", "ไทย", "हिन्दी", "🎬", "🎬 5", "take", "x2", "1⁄2", "½", "1", "etude"),
    *("étude", "co operate", "co-operate", "reenter", "obrien", "o brien", "o'brien", "1e5", "10km", "3.14", "314"),
    *("example org", "example.org", "someone", "c", "c++", "AB", "ab plain", "adlam", "\N{ADLAM CAPITAL LETTER ALIF}"),
    *("xxk", "xx", "xxkeel", "xkeel", "w" * 64, "w" * 63, "w" * 65, "w" * 10, "x" * 30, "and", "or not", "near"),
    *(
        '"',
        '"boat',
        'boat"',
        "boat*",
        "*",
        "(boat",
        "boat)",
        "NOT boat",
        "boat AND",
        "-boat",
        "+boat",
        "~boat",
        "<boat",
    ),
    *("boat:", "title:boat", "{title}:boat", "^boat", "boat\0sea", "boat\\", "'", "''", ";--", "@boat", "a@", "\ud800"),
    *("boat " * 1000, "é" * 5000, "%" * 5000, "a b " * 1250),
)
PIECES = (
    "boat",
    '"',
    "'",
    "*",
    "(",
    ")",
    "%",
    "_",
    "\\",
    ":",
    "-",
    "+",
    "^",
    "AND",
    "NEAR(",
    "\0",
    "å",
    "海",
    "🎬",
    " ",
)


@pytest.fixture
def shelf(engine: sa.Engine) -> Iterator[tuple[Session, int]]:
    """Return a reading session and the project that holds the corpus."""
    with Session(engine) as session, unit_of_work(session):
        project = Project(name="Keel", slug="keel")
        session.add(project)
        session.flush()
        session.add_all(Media(project_id=project.id, title=title, filename="f") for title in CORPUS)
        id = project.id
    with Session(engine) as session:
        yield session, id


def found(shelf: tuple[Session, int], text: str) -> set[str]:
    session, project = shelf
    return {media.title for media in MediaRepository(session).search(project, text)}


def expected(text: str) -> set[str]:
    words = query_tokens(text)
    return {title for title in CORPUS if words and finds(words, f"{title} f", title)}


def test_every_question_has_the_answer_of_plain_python(shelf: tuple[Session, int]) -> None:
    wrong = {text[:40]: found(shelf, text) ^ expected(text) for text in ASKED}

    assert {text: titles for text, titles in wrong.items() if titles} == {}


def test_every_word_beginning_and_piece_of_the_corpus_finds_what_holds_it(shelf: tuple[Session, int]) -> None:
    chance = random.Random(7)
    wrong = {}
    for _ in range(QUERIES):
        held = tokens(chance.choice(CORPUS)) or ["boat"]
        *whole, last = chance.sample(held, k=min(len(held), chance.randint(1, 3)))
        text = " ".join([*whole, last[: chance.randint(1, len(last))] if chance.random() < 0.5 else last[-3:]])
        if found(shelf, text) != expected(text):
            wrong[text] = found(shelf, text) ^ expected(text)

    assert wrong == {}


def test_a_letter_of_any_script_is_a_letter_to_every_index(shelf: tuple[Session, int], engine: sa.Engine) -> None:
    """Each stands alone, thrice, in a title: an index that took it for a space would not find it."""
    every = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    letters = random.Random(9).sample([letter for letter in every if len(tokens(letter * 3)) == 1], min(QUERIES, 1000))
    with Session(engine) as session, unit_of_work(session):
        session.add_all(
            Media(project_id=shelf[1], title=f"z{letter * 3} {letter}q", filename="f") for letter in letters
        )

    with Session(engine) as session:
        lost = [f"{ord(letter):x}" for letter in letters if not found((session, shelf[1]), f"f {letter}q")]

    assert lost == []


@pytest.mark.timeout(1800)
def test_no_text_whatever_is_an_error(shelf: tuple[Session, int]) -> None:
    chance = random.Random(8)
    with tally(f"hostile texts searched, {shelf[0].get_bind().dialect.name}") as row:
        row.bad = 1
        for row.tried in range(1, QUERIES + 1):
            letters = "".join(chr(chance.randrange(1, 0x11000)) for _ in range(chance.randint(0, 8)))
            found(shelf, "".join(chance.choices((*PIECES, letters), k=chance.randint(1, 12))))
        row.bad = 0
