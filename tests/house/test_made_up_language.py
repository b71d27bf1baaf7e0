"""In a language nobody speaks, every word on every page is of that language or was typed by somebody."""

import gettext
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core.clock import zone_names
from app.core.db import db
from app.processing.weights import catalogue as models
from tests.house.test_walk import walk
from tests.house.world import World

ROOT = Path(__file__).resolve().parents[2]
POT = ROOT / "app" / "core" / "rushes.pot"
# A language of the range that is left for private use.
MADE_UP = "qps"
SAID = {"title", "aria-label", "placeholder", "alt", "aria-description", "aria-valuetext"}
# Neither the language of a page nor of a person.
SILENT = {"script", "style", "code", "kbd"}
WORD = re.compile(r"[A-Za-z]{2,}")
# Names, units and marks that are the same everywhere.
SAME = """
    Rushes SQLite MP4 WAV MOV SRT VTT CSV JSON SHA UTC TC dB ms kB MB GB TB fps Hz kHz px WebVTT SubRip TXT LRC
""".split()


@pytest.fixture
def catalogue() -> gettext.GNUTranslations:
    """Return the catalogue with every text between brackets: a text that is missing in it stays bare."""
    said = Catalog()
    for message in read_po(io.BytesIO(POT.read_bytes())):
        if isinstance(message.id, tuple):
            said.add(message.id, tuple(f"⟦{each}⟧" for each in message.id))
        elif message.id:
            said.add(message.id, f"⟦{message.id}⟧")
    file = io.BytesIO()
    write_mo(file, said)
    file.seek(0)
    return gettext.GNUTranslations(file)


@pytest.fixture
def speaking(world: World, catalogue: gettext.GNUTranslations) -> Iterator[World]:
    world.app.extensions["texts"][MADE_UP] = catalogue
    yield world
    del world.app.extensions["texts"][MADE_UP]


class Words(HTMLParser):
    """Collect what a page says: its texts, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent, self.depth = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name in SAID and value]
        # Names of files, settings and commands are set like code.
        if not self.silent and (tag in SILENT or "mono" in (dict(attrs).get("class") or "").split()):
            self.silent = tag
        self.depth += tag == self.silent

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == self.silent
        self.silent = self.silent if self.depth else ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def bare(html: str, typed: re.Pattern[str]) -> set[str]:
    """Return the words of a page that are neither of the made-up language nor data."""
    words = Words()
    words.feed(html)
    left = set()
    # A text with tags inside begins in one piece and ends in another: what counts is whether a bracket is open.
    depth = 0
    for said in words.said:
        outside = ""
        for sign in said:
            depth += (sign == "⟦") - (sign == "⟧")
            outside += sign if depth == 0 and sign != "⟧" else ""
        if WORD.search(outside) and WORD.search(typed.sub(" ", outside)):
            left.add(said.strip()[:120])
    return left


def typed_by_somebody() -> re.Pattern[str]:
    """Return a pattern for every string in the database: what people, machines and earlier pages left."""
    found: set[str] = {
        *SAME,
        *(name.replace("_", " ") for name in zone_names()),
        *(model.title for model in models().values()),
    }
    with db.engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')):
                found.update(each for value in row for each in _strings(value))
        # Where a line is split its words are shown one by one.
        lines = connection.execute(sa.text("SELECT text FROM transcript_segments")).scalars()
        found.update(word for line in lines for word in line.split())
    known = sorted({re.escape(each.strip()) for each in found if len(each.strip()) > 1}, key=len, reverse=True)
    return re.compile(r"(?<![A-Za-z])(?:" + "|".join(known) + r")(?![A-Za-z])")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str) and value[:2] in ('{"', '["', "[{"):
        value = json.loads(value)
    if isinstance(value, str):
        yield value
    for each in (
        [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _strings(each)


@pytest.mark.parametrize("role, path, posts", [("viewer", "/admin/users", False), ("viewer", "/projects/new", True)])
def test_who_is_refused_is_told_in_their_language_and_nobody_else(
    speaking: World, role: str, path: str, posts: bool
) -> None:
    client, asked = speaking.visitor(role).client, {"Accept-Language": MADE_UP}
    # Without its token a form is refused before any view is asked.
    refused = client.post(path, data={"name": "x"}, headers=asked) if posts else client.get(path, headers=asked)
    nobody = speaking.app.test_client().get("/nowhere")

    assert refused.status_code in (400, 403, 404)
    assert f'lang="{MADE_UP}"' in refused.text and bare(refused.text, typed_by_somebody()) == set()
    assert 'lang="en"' in nobody.text and "⟦" not in nobody.text


def test_a_word_past_the_catalogue_is_found() -> None:
    page = (
        "<p>⟦Hand this to <b>Mara</b>.⟧ <i>Mara</i> Today</p><p title='Later'>⟦Save⟧ <span class='mono'>rm</span></p>"
    )
    assert bare(page, re.compile("Mara")) == {"Today", "Later"}


def _one(id: str | tuple[str, ...] | list[str]) -> str:
    """Return a text by its singular, which is what a catalogue knows it by."""
    return id if isinstance(id, str) else id[0]


def test_the_catalogue_is_of_this_code(catalogue: gettext.GNUTranslations) -> None:
    held = {_one(message.id) for message in read_po(io.BytesIO(POT.read_bytes())) if message.id}
    keywords = {**DEFAULT_KEYWORDS, "say": None, "later": None, "plural": (2, 3), "by_count": (1, 2)}
    found = {
        _one(message)
        for folder, pattern, method in (("app", "**.py", "python"), ("templates", "**.html", "jinja2"))
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder, [(pattern, method)], keywords=keywords, directory_filter=bool
        )
    }
    assert (found - held, held - found) == (set(), set()), "make texts brings it up to date"


@pytest.mark.slow
@pytest.mark.parametrize("role", ["signed out", "viewer", "admin"])
def test_every_word_of_every_page_is_in_the_catalogue(speaking: World, role: str) -> None:
    paths = [path for path, (status, page) in walk(speaking, role).items() if status == 200 and page.ids]
    visitor, left = speaking.visitor(role), {}
    typed = typed_by_somebody()
    for path in paths:
        page = visitor.get(path, headers={"Accept-Language": MADE_UP})
        assert page.vary.find("Accept-Language") >= 0
        words = bare(page.get_data(as_text=True), typed)
        if words:
            left[path] = words

    assert len(paths) > (1 if role == "signed out" else 20)
    assert sorted({word for words in left.values() for word in words}) == []
