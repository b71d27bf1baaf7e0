"""The verbs of jobs, people, findings and history, with the same answers on eight backings."""

from datetime import timedelta
from typing import Any

import pytest

from app.analysis.models import SceneKind, SilenceType
from app.core.clock import now
from app.jobs.models import JobStatus
from tests.core.backings import Stand
from tests.core.planted import Ground, number
from tests.core.rooms import HISTORY, JOBS, LOGS, PEOPLE, SCENES, SILENCES


@pytest.fixture
def ground(stand: Stand) -> Ground:
    """Return rows of this test's own to hang others on."""
    return stand.new_ground()


def ids(rows: Any) -> list[int]:
    return [row.id for row in rows]


def test_the_latest_job_of_a_recording_is_one_and_not_a_clips(stand: Stand, ground: Ground) -> None:
    jobs = stand.on(JOBS)
    moment = now()
    jobs.add(media_id=ground.media, created_at=moment - timedelta(minutes=1))
    latest = jobs.add(media_id=ground.media, created_at=moment)
    jobs.add(media_id=ground.media, clip_id=ground.clip, created_at=moment + timedelta(minutes=1))

    assert jobs.do(lambda rows: rows.latest_for_media(ground.media)).id == latest.id
    assert jobs.do(lambda rows: rows.latest_for_media(404_404)) is None


def test_active_jobs_come_in_the_order_they_will_run_and_silent_ones_are_stalled(stand: Stand, ground: Ground) -> None:
    jobs, long_ago = stand.on(JOBS), now() - timedelta(hours=1)
    waiting = jobs.add(project_id=ground.project)
    silent = jobs.add(project_id=ground.project, status=JobStatus.RUNNING, heartbeat_at=long_ago, priority=1)
    lively = jobs.add(project_id=ground.project, status=JobStatus.RUNNING, heartbeat_at=now(), priority=2)
    jobs.add(project_id=ground.project, status=JobStatus.FAILED)

    assert ids(jobs.do(lambda rows: rows.active_for_project(ground.project))) == [silent.id, lively.id, waiting.id]
    stalled = ids(jobs.do(lambda rows: rows.stalled()))
    assert silent.id in stalled and lively.id not in stalled and waiting.id not in stalled


def test_the_log_is_read_by_job_span_level_and_length(stand: Stand, ground: Ground) -> None:
    logs, start = stand.on(LOGS), now() + timedelta(days=number())
    facts = [(0, "info", 30), (1, "error", None), (2, "info", 90)]
    lines = [
        logs.add(job_id=ground.job, timestamp=start + timedelta(seconds=at), level=level, duration_ms=took)
        for at, level, took in facts
    ]
    first, second, third = ids(lines)

    assert ids(logs.do(lambda rows: rows.find_by_job(ground.job))) == [first, second, third]
    assert ids(logs.do(lambda rows: rows.find_by_job(ground.job, limit=2))) == [second, third]
    assert ids(logs.do(lambda rows: rows.find_in_range(start, start + timedelta(seconds=2)))) == [first, second]
    assert ids(logs.do(lambda rows: rows.find_by_kind(ground.job, "error"))) == [second]
    assert ids(logs.do(lambda rows: rows.longest(ground.job))) == [third, first]


def test_people_are_found_by_name_and_address_whatever_the_case(stand: Stand) -> None:
    people = stand.on(PEOPLE)
    made = people.add()

    assert people.do(lambda rows: rows.get_by_username(f" {made.username.upper()} ")).id == made.id
    assert people.do(lambda rows: rows.get_by_email(made.email.upper())).id == made.id
    assert people.do(lambda rows: rows.get_by_username("nobody")) is None


def test_many_people_may_have_no_address_and_no_address_finds_nobody(stand: Stand) -> None:
    people = stand.on(PEOPLE)
    for _ in range(2):
        people.add(email=None, email_normalized=None)

    assert people.do(lambda rows: rows.get_by_email("")) is None


def test_silence_is_found_in_order_in_a_range_by_kind_and_by_length(stand: Stand, ground: Ground) -> None:
    silences = stand.on(SILENCES)
    late = silences.add(media_id=ground.media, start_ms=5000, end_ms=9000)
    early = silences.add(media_id=ground.media, start_ms=0, end_ms=1000, silence_type=SilenceType.BLANK)

    def asked(verb: str, *args: Any) -> list[int]:
        return ids(silences.do(lambda rows: getattr(rows, verb)(ground.media, *args)))

    assert asked("find_by_media") == [early.id, late.id]
    assert asked("find_in_range", 999, 5000) == [early.id]
    assert asked("find_in_range", 1000, 5000) == []
    assert asked("find_by_kind", SilenceType.BLANK) == [early.id]
    assert asked("longest") == [late.id, early.id]
    assert asked("longest", 1) == [late.id]


def test_scenes_are_found_in_order_in_a_range_by_kind_and_by_length(stand: Stand, ground: Ground) -> None:
    scenes = stand.on(SCENES)
    first = scenes.add(media_id=ground.media, seq=0, in_point=0, out_point=25)
    second = scenes.add(media_id=ground.media, seq=1, in_point=25, out_point=100, kind=SceneKind.SLIDE)

    def asked(verb: str, *args: Any) -> list[int]:
        return ids(scenes.do(lambda rows: getattr(rows, verb)(ground.media, *args)))

    assert asked("find_by_media") == [first.id, second.id]
    assert asked("find_in_range", 24, 25) == [first.id]
    assert asked("find_in_range", 24, 26) == [first.id, second.id]
    assert asked("find_by_kind", SceneKind.SLIDE) == [second.id]
    assert asked("longest") == [second.id, first.id]


def test_history_is_told_newest_first_and_page_by_page(stand: Stand) -> None:
    history, id = stand.on(HISTORY), 500_000 + number()
    diff = {"title": {"old": None, "new": "Keel"}}
    for verb in ("log_create", "log_update", "log_delete"):
        history.do(lambda rows, verb=verb: getattr(rows, verb)("boat", id, diff, entity_name="Keel"))

    first = history.do(lambda rows: rows.get_history("boat", id, limit=2))
    rest = history.do(lambda rows: rows.get_history("boat", id, before=int(first.next_after), limit=2))

    assert [row.action.value for row in first.items + rest.items] == ["DELETE", "UPDATE", "CREATE"]
    assert rest.next_after is None
    assert first.items[0].changes == diff
