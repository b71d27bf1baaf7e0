"""From a search into a recording, and on from match to match."""

import re

import pytest

from app.media.models import Media
from tests.factories import make_clip, make_media
from tests.search.test_page import say
from tests.visitors import Company, Visitor


@pytest.fixture
def media(company: Company) -> Media:
    made = make_media(company.project)
    say(made, (4, "a keel", None), (8, "no such thing", None), (12, "the keel", None))
    make_clip(company.editor, made, 200, 300, "Keel laid")
    say_elsewhere = make_media(company.project)
    say(say_elsewhere, (1, "another keel", None))
    return made


@pytest.fixture
def viewer(company: Company) -> Visitor:
    return company.as_("viewer")


def page(viewer: Visitor, media: Media, frame: int, query: str = "keel") -> str:
    return viewer.get(f"/m/{media.public_id}?f={frame}&q={query}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("frame", "words", "before", "behind"),
    [
        (0, "3 matches", None, 100),
        (100, "Match 1 of 3", None, 200),
        (250, "Match 2 of 3", 100, 300),
        (300, "Match 3 of 3", 200, None),
    ],
)
def test_it_says_which_match_this_is_and_leads_to_its_neighbours(
    viewer: Visitor, media: Media, frame: int, words: str, before: int | None, behind: int | None
) -> None:
    text = page(viewer, media, frame)

    assert words in text
    for neighbour, label in ((before, "Previous match"), (behind, "Next match")):
        link = f"/m/{media.public_id}?f={neighbour}&amp;q=keel#at"
        assert (link in text) is (neighbour is not None)
        assert (f'aria-label="{label}"' in text) is (neighbour is not None)


def test_without_a_search_there_is_nothing_to_step_through(viewer: Visitor, media: Media) -> None:
    assert 'class="matches' not in viewer.get(f"/m/{media.public_id}").get_data(as_text=True)


def test_a_search_that_finds_nothing_here_says_so(viewer: Visitor, media: Media) -> None:
    assert "0 matches" in page(viewer, media, 0, "zebra")


def test_one_match_is_one(viewer: Visitor, media: Media) -> None:
    assert re.search(r">1 match<", page(viewer, media, 0, "laid"))
