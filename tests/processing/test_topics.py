"""Topics: boundaries where the talk changes, names from its own words, a sentence of it, and a weight."""

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.processing.sandbox import run_sync
from app.processing.segmenting import segment, vectors
from app.processing.topics import terms_of, topics
from tests.bench.topics import differs, error, found, generate
from tests.processing.conftest import silently

BOATS = (
    "The keel of the boat was laid in winter.",
    "A keel needs straight oak, and oak needs time.",
    "Steam bends the oak planks around the keel.",
    "Then the boat planks are nailed to the oak ribs.",
)
BREAD = (
    "The sourdough starter wants flour and warm water.",
    "Flour and salt make the bread dough.",
    "Knead the dough until the flour disappears.",
    "Bread from sourdough keeps a whole week.",
)
SKY = (
    "Jupiter rises behind the telescope dome.",
    "The telescope mirror gathers light from Jupiter.",
    "Four moons of Jupiter show in any telescope.",
    "Astronomers polish the mirror by hand.",
)


def lines(*texts: str, each_ms: int = 3000) -> list[list[Any]]:
    return [[number * each_ms, number * each_ms + each_ms - 500, text] for number, text in enumerate(texts)]


def ask(*texts: str, **params: Any) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = topics({"lines": lines(*texts), **params}, silently)["topics"]
    return answer


def test_topics_part_where_the_talk_changes() -> None:
    told = ask(*BOATS, *BREAD, *SKY)

    assert [(each["start_ms"], each["end_ms"]) for each in told] == [(0, 12_000), (12_000, 24_000), (24_000, 35_500)]


def test_a_topic_is_named_by_its_own_words_and_told_in_a_sentence_of_it() -> None:
    for told, texts in zip(ask(*BOATS, *BREAD, *SKY), (BOATS, BREAD, SKY), strict=True):
        assert told["description"] in texts
        said = " ".join(texts).lower()
        assert all(word.lower() in said for word in told["keywords"])
        assert all(part.lower() in said for part in told["topic"].split(", "))
        assert told["topic"][0].isupper()


def test_names_keep_their_capital() -> None:
    assert "Jupiter" in ask(*BOATS, *BREAD, *SKY)[2]["keywords"]


def test_importance_lies_between_nothing_and_one_and_something_is_the_most_important() -> None:
    weights = [each["importance"] for each in ask(*BOATS, *BREAD, *SKY)]

    assert max(weights) == 1
    assert all(0 < weight <= 1 for weight in weights)


@pytest.mark.parametrize("texts", [(), ("Yes.",), ("", " "), ("the of and",) * 4, ("123 456",) * 9])
def test_little_or_nothing_said_is_one_topic_at_most(texts: tuple[str, ...]) -> None:
    assert len(ask(*texts)) <= 1


def test_the_same_said_over_and_over_is_one_topic() -> None:
    assert len(ask(*["We laid the keel in winter."] * 40)) == 1


def test_what_somebody_described_is_left_alone() -> None:
    told = ask(*BOATS, *BREAD, *SKY, kept=[[11_000, 25_000]])

    assert [(each["start_ms"], each["end_ms"]) for each in told] == [(0, 11_000), (25_000, 35_500)]
    assert not any("flour" in each["keywords"] for each in told)


@pytest.mark.parametrize("seed", range(3))
def test_topics_are_in_order_and_never_overlap(seed: int) -> None:
    chance = random.Random(seed)
    texts = [" ".join(chance.choices(" ".join(BOATS + BREAD + SKY).split(), k=8)) for _ in range(60)]

    told = ask(*texts, kept=[[30_000, 40_000], [90_000, 95_000]])

    assert all(one["end_ms"] <= other["start_ms"] for one, other in pairwise(told))
    assert all(each["start_ms"] < each["end_ms"] for each in told)


def test_segments_cover_all_lines_once_even_where_there_are_many() -> None:
    chance = random.Random(1)
    said = [[f"word{chance.randint(0, 400)}" for _ in range(6)] for _ in range(2501)]

    parts = segment(vectors(said)[0])

    assert (parts[0][0], parts[-1][1]) == (0, 2501)
    assert all(one[1] == other[0] for one, other in pairwise(parts))


def test_boundaries_in_spliced_documents_are_found_far_better_than_by_doing_nothing() -> None:
    documents = [generate(seed) for seed in range(201, 207)]

    nothing = sum(error(document, [], differs) for document in documents)
    ours = sum(error(document, found(document), differs) for document in documents)

    assert ours < nothing / 2


def test_terms_are_folded_and_tell_something() -> None:
    assert terms_of("The Keels, and the café of 1999!") == ["keel", "cafe"]


def test_topics_are_found_inside_the_box(tmp_path: Path) -> None:
    told = run_sync("topics", {"lines": lines(*BOATS, *BREAD)}, reads=[], work_dir=tmp_path)

    assert len(told["topics"]) == 2
