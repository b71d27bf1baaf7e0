"""The project page: filters, orders, pages, the list view, the job strip, and what it costs."""

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.core.db import transaction
from app.jobs.models import Job, JobStatus, Worker
from app.jobs.service import NO_WORKER, job_service
from app.media.models import Media, MediaKind, MediaState
from app.media.repository import SORTS
from app.media.service import media_service
from app.pipelines import stages_of
from tests.factories import make_clip, make_media, make_project
from tests.visitors import Company, Visitor, counted, own

LIST_BUDGET = 6
STRIP_BUDGET = 3
# Who works, and who is before them in the line; whether the queue is paused is asked of the engine.
WAITING_BUDGET = 2


@pytest.fixture
def viewer(company: Company) -> Visitor:
    return company.as_("viewer")


def titles(visitor: Visitor, company: Company, query: str = "") -> list[str]:
    """Return the titles on the page, in their order."""
    text = visitor.get(f"/p/{company.project.slug}?{query}").get_data(as_text=True)
    return re.findall(r'<a class="title" href="[^"]*">([^<]*)</a>', text)


def all_pages(visitor: Visitor, company: Company, query: str) -> list[str]:
    """Follow the link to the next page until there is none."""
    seen: list[str] = []
    address = f"/p/{company.project.slug}?{query}"
    for _ in range(10):
        text = visitor.get(address).get_data(as_text=True)
        seen += re.findall(r'<a class="title" href="[^"]*">([^<]*)</a>', text)
        following = re.search(r'href="([^"]*)" rel="next"', text)
        if following is None:
            return seen
        address = f"/p/{company.project.slug}{following.group(1).replace('&amp;', '&')}"
    raise AssertionError("the pages never end")


def enqueue(media: Media, **changes: object) -> Job:
    with transaction() as session:
        job = media_service(session).start(media, "ingest", None)
        for name, value in changes.items():
            setattr(job, name, value)
        return job


def test_recordings_come_newest_first_with_their_facts(viewer: Visitor, company: Company) -> None:
    make_media(company.project, title="Older")
    make_media(company.project, title="Newer")

    assert titles(viewer, company) == ["Newer", "Older"]
    text = viewer.get(f"/p/{company.project.slug}").get_data(as_text=True)
    assert "640×360 · 25 fps · h264 · 1.0 kB" in text
    assert "0:40" in text


def test_filters_show_what_they_name(viewer: Visitor, company: Company) -> None:
    make_media(company.project, title="Film")
    make_media(company.project, title="Voice", kind=MediaKind.AUDIO, width=None, height=None)
    make_media(company.project, title="Broken", state=MediaState.FAILED)

    assert titles(viewer, company, "type=video") == ["Broken", "Film"]
    assert titles(viewer, company, "type=audio") == ["Voice"]
    assert titles(viewer, company, "status=failed") == ["Broken"]
    assert titles(viewer, company, "type=video&status=ready") == ["Film"]
    assert titles(viewer, company, "type=nonsense&status=nonsense&sort=nonsense") == ["Broken", "Voice", "Film"]


@pytest.mark.parametrize(
    ("q", "found"), [("harb", ["Harbour"]), ("BOUR", ["Harbour"]), ("clip0001", ["Keel"]), ("x", [])]
)
def test_the_filter_finds_words_parts_and_file_names(
    viewer: Visitor, company: Company, q: str, found: list[str]
) -> None:
    make_media(company.project, title="Harbour")
    make_media(company.project, title="Keel", filename="clip0001.mov")

    assert titles(viewer, company, f"q={q}") == found


def test_nothing_found_says_so_and_offers_to_clear(viewer: Visitor, company: Company) -> None:
    make_media(company.project)

    text = viewer.get(f"/p/{company.project.slug}?q=zebra").get_data(as_text=True)

    assert "Nothing matches" in text
    assert "0 recordings" in text


@pytest.mark.parametrize(("sort", "expected"), [("oldest", "CAB"), ("", "BAC"), ("title", "ABC"), ("longest", "BCA")])
def test_each_order_is_the_one_it_names(viewer: Visitor, company: Company, sort: str, expected: str) -> None:
    lengths = {"C": (1000, 25), "A": (1000, 50), "B": (2000, 25)}
    for title, (frames, rate) in lengths.items():
        make_media(company.project, title=title, duration_frames=frames, rate_num=rate)

    assert titles(viewer, company, f"sort={sort}") == list(expected)


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_every_order_is_paged_and_nothing_is_lost_or_doubled(viewer: Visitor, company: Company, sort: str) -> None:
    moment = clock.now()
    for number in range(55):
        # Many share a title, a moment and a length: only the id tells them apart.
        make_media(
            company.project,
            title=f"Same {number % 3}",
            created_at=moment - timedelta(seconds=number // 20),
            duration_frames=100 * (number % 4),
        )

    seen = all_pages(viewer, company, f"sort={sort}")

    assert len(seen) == 55
    if sort == "title":
        assert seen == sorted(seen)


def test_the_list_view_shows_a_table(viewer: Visitor, company: Company) -> None:
    media = make_media(company.project, title="Harbour")
    make_clip(company.editor, media)

    text = viewer.get(f"/p/{company.project.slug}?view=list").get_data(as_text=True)

    assert 'aria-label="Media table"' in text
    assert f'href="/m/{media.public_id}"' in text
    assert '<td class="num" data-l="Clips">1</td>' in text


def test_the_list_view_stays_the_list_view_on_the_next_page(viewer: Visitor, company: Company) -> None:
    for _ in range(25):
        make_media(company.project)

    text = viewer.get(f"/p/{company.project.slug}?view=list&type=video").get_data(as_text=True)

    following = re.search(r'href="([^"]*)" rel="next"', text)
    assert following is not None
    assert "view=list" in following.group(1)
    assert "type=video" in following.group(1)


def test_htmx_gets_the_grid_alone(viewer: Visitor, company: Company) -> None:
    make_media(company.project, title="Harbour")

    answer = viewer.piece(f"/p/{company.project.slug}")

    text = answer.get_data(as_text=True)
    assert "Harbour" in text
    assert "<html" not in text
    assert {"HX-Request", "HX-Request-Type"} <= set(answer.vary)


def test_a_boosted_or_restored_page_is_whole(viewer: Visitor, company: Company) -> None:
    for extra in ({"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}):
        answer = viewer.get(f"/p/{company.project.slug}", headers={"HX-Request": "true", **extra})

        assert "<html" in answer.get_data(as_text=True)


def test_an_empty_project_asks_an_editor_to_upload_and_tells_a_viewer_who_can(company: Company) -> None:
    address = f"/p/{company.project.slug}"

    assert "data-upload-pick" in company.as_("editor").get(address).get_data(as_text=True)
    assert "An editor of this project can upload" in company.as_("viewer").get(address).get_data(as_text=True)


@pytest.mark.parametrize("count", [1, 24])
@pytest.mark.parametrize("query", ["", "view=list", "q=recording&type=video"])
def test_the_page_costs_few_queries_whatever_its_length(
    viewer: Visitor, company: Company, count: int, query: str
) -> None:
    for _ in range(count):
        media = make_media(company.project, uploaded_by=company.editor.id)
    enqueue(media, status=JobStatus.FAILED, error_message="The file is broken.")

    with counted() as piece:
        assert viewer.piece(f"/p/{company.project.slug}?{query}").status_code == 200
    with counted() as page:
        assert viewer.get(f"/p/{company.project.slug}?{query}").status_code == 200

    assert len(own(piece)) <= LIST_BUDGET, "\n".join(own(piece))
    assert len(own(page)) <= LIST_BUDGET + STRIP_BUDGET, "\n".join(own(page))


def test_the_strip_tells_what_runs_waits_and_failed(company: Company) -> None:
    media = [make_media(company.project, title=title) for title in ("Runs", "Waits", "Broke")]
    enqueue(media[0], status=JobStatus.RUNNING, current_stage="proxy", progress=40)
    enqueue(media[1])
    enqueue(media[2], status=JobStatus.FAILED, error_message="The index is damaged.")

    text = company.as_("editor").get(f"/p/{company.project.slug}").get_data(as_text=True)

    assert "<b>1</b> failed · <b>1</b> running · <b>1</b> waiting" in " ".join(text.split())
    # Why it waits, not only that it does: here nothing is there to run it.
    assert NO_WORKER in text
    assert "The index is damaged." in text
    assert f"Making a copy browsers can play, step 4 of {len(stages_of('ingest'))}" in text
    assert 'data-live="running"' in text


def test_a_waiting_recordings_card_tells_its_place_in_line(viewer: Visitor, company: Company) -> None:
    with transaction() as session:
        moment = clock.now()
        session.add(Worker(executor_id="one", host="here", pid=1, heartbeat_at=moment, started_at=moment))
    media = [make_media(company.project, title=f"Tape {number}", state=MediaState.PROCESSING) for number in range(3)]
    for each in media:
        enqueue(each)
    address = f"/p/{company.project.slug}"

    text, poll = viewer.get(address).get_data(as_text=True), viewer.piece(f"{address}/jobs/strip?rows=1")
    with counted() as statements:
        viewer.piece(address)

    places = {title: place for place, title in re.findall(r"<span>([^<]*in line)</span>.*?>(Tape \d)</a>", text, re.S)}
    assert places == {"Tape 0": "Next in line", "Tape 1": "2nd in line", "Tape 2": "3rd in line"}
    assert poll.get_data(as_text=True).count("<span>3rd in line</span>") == 1
    assert len(own(statements)) <= LIST_BUDGET + WAITING_BUDGET, "\n".join(own(statements))


def test_a_viewer_sees_failures_but_cannot_retry_them(viewer: Visitor, company: Company) -> None:
    job = enqueue(make_media(company.project), status=JobStatus.FAILED, error_message="Broken.")

    text = viewer.get(f"/p/{company.project.slug}").get_data(as_text=True)

    assert "Broken." in text
    assert f"/jobs/{job.public_id}/retry" not in text


def test_the_poll_brings_the_cards_that_changed_and_says_what_ended(viewer: Visitor, company: Company) -> None:
    done, running = make_media(company.project, title="Storm"), make_media(company.project, title="Keel")
    make_media(company.project, title="Untouched")
    enqueue(done, status=JobStatus.COMPLETED, completed_at=clock.now())
    enqueue(running, status=JobStatus.RUNNING, progress=30)

    text = viewer.piece(f"/p/{company.project.slug}/jobs/strip?rows=1").get_data(as_text=True)

    assert f"#media-{done.public_id}-thumb" in text
    assert f"#media-{running.public_id}-meta" in text
    assert "Storm is ready" in text
    assert "Untouched" not in text


def test_a_poll_asks_again_only_while_something_runs(viewer: Visitor, company: Company) -> None:
    job = enqueue(make_media(company.project), status=JobStatus.RUNNING)
    address = f"/p/{company.project.slug}/jobs/strip?rows=1"
    assert "hx-trigger" in viewer.piece(address).get_data(as_text=True)

    with transaction() as session:
        session.merge(job).status = JobStatus.COMPLETED

    assert "hx-trigger" not in viewer.piece(address).get_data(as_text=True)


def test_a_dismissed_failure_is_out_of_the_strip(company: Company) -> None:
    media = make_media(company.project)
    job = enqueue(media, status=JobStatus.FAILED, error_message="Broken.")
    with transaction() as session:
        job_service(session).dismiss(session.merge(job))

    text = company.as_("editor").get(f"/p/{company.project.slug}").get_data(as_text=True)

    assert "Broken." not in text


def test_a_recording_in_the_trash_is_not_listed(viewer: Visitor, company: Company) -> None:
    media = make_media(company.project, title="Gone")
    with transaction() as session:
        media_service(session).delete(session.merge(media))

    assert titles(viewer, company) == []
    assert titles(viewer, company, "q=gone") == []


def test_another_projects_recordings_are_never_listed(viewer: Visitor, company: Company) -> None:
    make_media(make_project(company.owner), title="Theirs")
    make_media(company.project, title="Ours")

    assert titles(viewer, company) == ["Ours"]
    assert titles(viewer, company, "q=theirs") == []


@pytest.mark.parametrize("field", ["title", "filename"])
def test_a_name_made_to_run_is_only_a_name(viewer: Visitor, company: Company, field: str) -> None:
    make_media(company.project, **{field: "\"'><svg onload=1>"})

    for view in ("grid", "list"):
        text = viewer.get(f"/p/{company.project.slug}?view={view}").get_data(as_text=True)
        assert "<svg onload" not in text
