"""The words and boxes around the results: how much was found, by what it can be narrowed, what to try instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy.orm import Session

from app.core.texts import later, plural, say
from app.index.query import MOST_MATCHES
from app.index.question import Question
from app.projects.models import Project
from app.search.groups import Group
from app.search.matches import Found, Narrowing, vocabulary

KIND_WORDS = {
    "": later("All"),
    "line": later("Transcript"),
    "clip": later("Clips"),
    "topic": later("Topics"),
    "song": later("Songs"),
    "media": later("Media"),
}
MOST_OPTIONS = 12


@dataclass(frozen=True)
class Option:
    """One box or tab; `count` is how many matches it would leave."""

    value: str
    text: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facets:
    """What the results can be narrowed by."""

    kinds: list[Option]
    projects: list[Option]
    speakers: list[Option]


@dataclass(frozen=True)
class Results:
    """Everything the page shows of one search."""

    groups: list[Group]
    heading: str
    facets: Facets
    capped: bool
    project_count: int
    suggestion: str | None
    narrowed: bool
    next_url: str | None
    one_recording: bool


def heading(found: Found, recordings: int, question: Question) -> str:
    """Return the page's first words: "18 results for “keel” in 5 recordings"."""
    if not found.matches:
        return say("Nothing found for “%(text)s”", text=question.text)
    count = (
        say("%(most_matches)s newest results", most_matches=f"{MOST_MATCHES:,}")
        if found.capped
        else plural(len(found.matches), "result", "results")
    )
    within = plural(recordings, "recording", "recordings")
    return say("%(results)s for “%(text)s” in %(within)s", results=count, text=question.text, within=within)


def facets(found: Found, projects: Sequence[Project], narrowing: Narrowing) -> Facets:
    """Return the tabs and boxes with what each would leave."""
    total = sum(found.kinds.values())
    counts = {"": total, **found.kinds}
    kinds = [Option(kind, words, counts.get(kind, 0), kind == narrowing.kind) for kind, words in KIND_WORDS.items()]
    names = {project.slug: project.name for project in projects}
    return Facets(
        kinds=kinds,
        projects=[
            Option(slug, names[slug], count, slug in narrowing.projects)
            for slug, count in found.projects.most_common(MOST_OPTIONS)
        ],
        speakers=[
            Option(name, name or say("Not named"), count, name in narrowing.speakers)
            for name, count in found.speakers.most_common(MOST_OPTIONS)
        ],
    )


def suggestion(session: Session, question: Question, projects: Sequence[Project]) -> str | None:
    """Return the question with its unknown words replaced by known ones that look alike; None where none does."""
    known = vocabulary(session, projects)
    words = list(question.words)
    replaced = [(get_close_matches(word, known, 1) or [word])[0] if word not in known else word for word in words]
    return " ".join(replaced) if replaced != words else None
