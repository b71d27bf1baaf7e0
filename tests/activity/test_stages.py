"""The processing log of a recording: what made each result, whether it still holds, and asking again."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import transaction
from app.jobs.engines import engine_of
from app.jobs.models import Job, JobStage, JobStatus, ProcessingLog, StageStatus
from app.media.models import Media, MediaKind
from app.projects.models import Project
from app.transcripts.models import TranscriptSegment
from tests.factories import make_media, make_transcript
from tests.visitors import Company, Visitor, counted, own


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Harbour")


def make_run(media: Media, stage: str, *, params: dict[str, Any] | None = None, **facts: Any) -> Job:
    """Write an ended run of a stage, as a worker leaves it."""
    ended = facts.pop("completed_at", now())
    engine, version = engine_of(stage)
    job_params = facts.pop("job_params", {})
    with transaction() as session:
        job = Job(project_id=media.project_id, media_id=media.id, kind=stage, name=media.title, params_json=job_params)
        job.status = JobStatus.COMPLETED
        session.add(job)
        session.flush()
        known = {"status": StageStatus.DONE, "engine": engine, "engine_version": version, **facts}
        times = {"started_at": ended - timedelta(seconds=2.5), "completed_at": ended}
        session.add(JobStage(job_id=job.id, name=stage, seq=0, params_json=params, **times, **known))
        session.add(ProcessingLog(job_id=job.id, stage=stage, status="done", message="Done in 2.5 s."))
    return job


def page(visitor: Visitor, media: Media) -> str:
    return visitor.get(f"/m/{media.public_id}/processing").get_data(as_text=True)


def told(visitor: Visitor, media: Media) -> dict[str, dict[str, Any]]:
    answer = visitor.get(f"/m/{media.public_id}/processing.json").get_json()
    return {stage["name"]: stage for stage in answer["stages"]}


def jobs() -> list[tuple[str, dict[str, Any]]]:
    with transaction() as session:
        return [(job.kind, job.params_json) for job in session.scalars(sa.select(Job).order_by(Job.id))]


def test_each_result_says_what_made_it_with_what_and_how_long(company: Company, media: Media) -> None:
    asked = {"threshold_db": -40, "min_ms": 700, "found_db": -40}
    job = make_run(media, "silence", params=asked, job_params=asked, peak_memory_bytes=80_000_000)

    text = page(company.as_("viewer"), media)

    assert "level 1, 80.0 MB of memory; level −40 dB, at least 700 ms" in text
    assert "2.5 s" in text and f'href="/jobs/{job.public_id}"' in text
    assert "Not run yet" in text and "Again…" not in text
    row = told(company.as_("viewer"), media)["silence"]
    assert (row["engine"], row["engine_version"], row["params"], row["duration_ms"]) == ("level", "1", asked, 2500)
    assert (row["stale"], row["job"], row["peak_memory_bytes"]) == (None, str(job.public_id), 80_000_000)


def test_the_newest_run_that_was_done_counts_and_all_are_listed(company: Company, media: Media) -> None:
    make_run(media, "layout", params={"samples": 60}, completed_at=now() - timedelta(hours=2))
    make_run(media, "layout", params={"samples": 90}, completed_at=now() - timedelta(hours=1))
    make_run(media, "layout", status=StageStatus.FAILED, message="The decoder crashed.")

    answer = company.as_("viewer").get(f"/m/{media.public_id}/processing.json").get_json()

    assert [stage["params"] for stage in answer["stages"]] == [{"samples": 90}]
    assert [run["status"] for run in answer["runs"]] == ["failed", "done", "done"]
    assert "The decoder crashed." not in page(company.as_("viewer"), media).split("Every run")[0]


def test_topics_are_stale_once_a_line_was_corrected(company: Company, media: Media) -> None:
    make_transcript(media, ["We laid the keel"])
    make_run(media, "topics")
    assert told(company.as_("viewer"), media)["topics"]["stale"] is not None, "it began before the words were there"
    with transaction() as session:
        session.execute(sa.update(JobStage).values(started_at=now(), completed_at=now()))
    assert told(company.as_("viewer"), media)["topics"]["stale"] is None

    with transaction() as session:
        line = session.scalars(sa.select(TranscriptSegment)).one()
        line.text = "We laid the steel"

    assert told(company.as_("viewer"), media)["topics"]["stale"] == "The transcript was changed after this."
    assert "Stale. The transcript was changed after this." in page(company.as_("viewer"), media)


def test_silence_is_stale_once_the_project_has_another_level_unless_somebody_chose_it(
    company: Company, media: Media
) -> None:
    make_run(media, "silence", params={"threshold_db": None, "min_ms": 350})
    with transaction() as session:
        session.get_one(Project, media.project_id).silence_db = -50
    assert "silence level was changed" in told(company.as_("viewer"), media)["silence"]["stale"]

    chosen = {"threshold_db": -30.0, "min_ms": 350}
    make_run(media, "silence", params=chosen, job_params=chosen)

    assert told(company.as_("viewer"), media)["silence"]["stale"] is None


def test_a_result_of_an_older_engine_is_stale(company: Company, media: Media) -> None:
    make_run(media, "scenes", engine_version="0")

    assert told(company.as_("viewer"), media)["scenes"]["stale"] == "frame differences 1 would be used now."


@pytest.mark.parametrize(
    ("stage", "data", "params"),
    [
        ("scenes", {"least_change": "14.5"}, {"least_change": 14.5}),
        ("transcript", {"language": "nb", "model": ""}, {"language": "nb"}),
        ("transcript", {"language": "", "model": ""}, {}),
        ("topics", {"cost": "0.8"}, {"cost": 0.8}),
    ],
)
def test_a_stage_is_asked_for_again_with_what_was_typed(
    company: Company, media: Media, stage: str, data: dict[str, str], params: dict[str, Any]
) -> None:
    make_transcript(media, ["We laid the keel"])
    address = f"/m/{media.public_id}/processing/{stage}"
    assert company.as_("editor").get(address).status_code == 200

    plain = company.as_("editor").post(address, data)
    swapped = company.as_("editor").swap(address, data)

    assert (plain.status_code, plain.location) == (303, f"/m/{media.public_id}/processing")
    assert swapped.status_code == 204
    assert jobs() == [(stage, params)]


@pytest.mark.parametrize(
    ("stage", "data"),
    [
        ("scenes", {"least_change": "1"}),
        ("scenes", {"least_change": "nan"}),
        ("scenes", {}),
        ("topics", {"cost": "9"}),
        ("transcript", {"language": "xx", "model": ""}),
        ("transcript", {"language": "", "model": "../secret"}),
    ],
)
def test_what_makes_no_sense_is_refused(company: Company, media: Media, stage: str, data: dict[str, str]) -> None:
    answer = company.as_("editor").post(f"/m/{media.public_id}/processing/{stage}", data)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert jobs() == []


def test_what_cannot_be_asked_of_this_recording_is_refused_in_words(company: Company) -> None:
    sound = make_media(company.project, kind=MediaKind.AUDIO, title="Bell")

    answer = company.as_("editor").post(f"/m/{sound.public_id}/processing/scenes", {"least_change": "10"})

    assert answer.status_code == 422
    assert "There is no picture in this recording." in answer.get_data(as_text=True)


def test_only_editors_may_ask_again(company: Company, media: Media) -> None:
    address = f"/m/{media.public_id}/processing/scenes"

    assert company.as_("viewer").post(address, {"least_change": "10"}).status_code == 403
    assert company.as_("outsider").post(address, {"least_change": "10"}).status_code == 404
    assert Visitor(company.app).post(address, {"least_change": "10"}).status_code == 303
    assert jobs() == []


def test_the_page_costs_few_queries_however_much_was_done(company: Company, media: Media) -> None:
    for number in range(30):
        make_run(media, "silence", params={"min_ms": number})
    visitor = company.as_("viewer")

    with counted() as statements:
        page(visitor, media)

    assert len(own(statements)) <= 6, "\n".join(own(statements))


def test_a_job_tells_programs_its_parameters_its_stages_and_its_log(company: Company, media: Media) -> None:
    job = make_run(media, "layout", params={"samples": 90}, job_params={"samples": 90})

    answer = company.as_("viewer").get(f"/jobs/{job.public_id}.json").get_json()

    assert answer["params"] == {"samples": 90}
    assert answer["stages"][0]["params"] == {"samples": 90}
    assert answer["log"][0]["message"] == "Done in 2.5 s."
    assert "edges that stay 1; 90 moments" in company.as_("viewer").get(f"/jobs/{job.public_id}").get_data(as_text=True)
