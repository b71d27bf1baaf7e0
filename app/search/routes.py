"""`/search`: everything a person may see, by one box."""

from time import perf_counter
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.db import reading
from app.core.errors import NotFound
from app.core.web.access import SIGNED_IN, access, viewer
from app.core.web.htmx import as_json, render, wants_json
from app.core.web.rates import costly
from app.index.question import Question, parse
from app.index.state import state
from app.media.service import media_service
from app.projects.service import project_service
from app.search.dicts import group_dict
from app.search.groups import GROUPS, HITS, MOST_HITS, Asked, groups, ranked
from app.search.matches import KINDS, Narrowing, find
from app.search.page import Results, facets, heading, suggestion

bp = Blueprint("search", __name__)

LONGEST_QUESTION = 400
MOST_PAGES = 200


@bp.get("/search")
@bp.get("/search.json", endpoint="index_json")
@access(SIGNED_IN)
@costly
def index() -> Response:
    """Show what the question finds, grouped by recording; htmx gets the results alone."""
    text = request.args.get("q", "")[:LONGEST_QUESTION]
    question, started = parse(text), perf_counter()
    with reading() as session:
        results = _results(session, question) if question.asks else None
        whole = state(session)
    if wants_json():
        return _told(text, results)
    return render(
        "search/index.html",
        "search/_results.html" if results else "search/_ask.html",
        query=text,
        question=question,
        results=results,
        index_note=None if whole.well else whole.words,
        seconds=f"{perf_counter() - started:.2f}",
        link=_link,
    )


def _told(text: str, results: Results | None) -> Response:
    groups_found = [group_dict(group) for group in results.groups] if results else []
    address = results.next_url.replace("/search?", "/search.json?", 1) if results and results.next_url else None
    capped = results.capped if results else False
    return as_json({"query": text, "capped": capped, "items": groups_found, "next": address})


def _results(session: Session, question: Question) -> Results:
    projects = project_service(session).visible(viewer())
    narrowing, page = _narrowing(session), _page()
    found = find(session, question, projects, narrowing)
    order = ranked(found.matches)
    chosen = order[page * GROUPS : (page + 1) * GROUPS]
    most = MOST_HITS if narrowing.media is not None else HITS
    by_id = {project.id: project for project in projects}
    return Results(
        groups=groups(session, Asked(question, question.text), chosen, by_id, most),
        heading=heading(found, len(order), question),
        facets=facets(found, projects, narrowing),
        capped=found.capped,
        project_count=len(projects),
        suggestion=None if order else suggestion(session, question, projects),
        narrowed=narrowing != Narrowing(),
        next_url=_link(page=str(page + 2)) if len(order) > (page + 1) * GROUPS else None,
        one_recording=narrowing.media is not None,
    )


def _narrowing(session: Session) -> Narrowing:
    """Read the boxes that are ticked; one that names nothing of ours finds nothing."""
    asked = request.args
    kind = asked.get("in", "")
    return Narrowing(
        kind=kind if kind in KINDS else "",
        projects=tuple(asked.getlist("project")[:50]),
        speakers=tuple(asked.getlist("speaker")[:50]),
        media=_recording(session, asked.get("media", "")),
    )


def _recording(session: Session, text: str) -> int | None:
    """Return the id of the recording the address names; raises `NotFound` where the viewer may not see it."""
    if not text:
        return None
    try:
        public_id = UUID(text)
    except ValueError:
        raise NotFound() from None
    return media_service(session).get_for(viewer(), public_id, "media:view")[0].id


def _page() -> int:
    """Return the number of the page asked for, from 0."""
    text = request.args.get("page", "1")
    return min(int(text), MOST_PAGES) - 1 if text.isdecimal() and len(text) < 5 and int(text) > 0 else 0


def _link(**changes: str) -> str:
    """Return this page's address with something changed in it; an empty value takes it out."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes and name != "page"]
    return f"{url_for('search.index')}?{urlencode(kept + [(name, value) for name, value in changes.items() if value])}"
