"""The media page: what it shows and costs, whom it lets do what, and where one stopped."""

from typing import Any

import pytest

from app.analysis.models import Scene, SceneKind, SilenceRegion, SilenceType
from app.core.clock import now
from app.core.db import transaction
from app.jobs.models import Job, JobStatus
from app.media.models import Media, MediaKind, MediaState, Playhead, Rendition, RenditionKind
from app.media.service import media_service
from app.pipelines import stages_of
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor, counted, own
from tests.workbench.conftest import draft

BUDGET = 12


def enqueue(media: Media, **changes: Any) -> Job:
    with transaction() as session:
        job = media_service(session).start(session.merge(media), "ingest", None)
        for name, value in changes.items():
            setattr(job, name, value)
        return job


def test_the_page_shows_the_recording_and_its_clips(editor: Visitor, company: Company, media: Media) -> None:
    make_clip(company.editor, media, 100, 200, "Keel")

    text = editor.get(f"/m/{media.public_id}").get_data(as_text=True)

    assert "<h1>Harbour</h1>" in text
    assert "25 fps" in text
    assert "00:00:04:00" in text
    assert "00:00:07:24" in text
    assert f'<source src="/m/{media.public_id}/file?play=1#t=0.02" type="video/mp4">' in text


@pytest.mark.parametrize(
    ("query", "frame"),
    [
        ("f=30", 30),
        ("f=99999", 999),
        ("f=-3", 0),
        ("f=x", 0),
        ("f=" + "9" * 30, 0),
        ("clip=x", 0),
        ("z=nan", 0),
        ("", 0),
    ],
)
def test_the_address_names_the_frame(editor: Visitor, media: Media, query: str, frame: int) -> None:
    text = editor.get(f"/m/{media.public_id}?{query}").get_data(as_text=True)

    assert f'data-at="{frame}"' in text


@pytest.mark.parametrize(("query", "closer"), [("", 50), ("z=50", 100), ("z=300", 400)])
def test_zooming_in_without_scripts_goes_closer_each_time(
    editor: Visitor, media: Media, query: str, closer: int
) -> None:
    text = editor.get(f"/m/{media.public_id}?{query}").get_data(as_text=True)

    assert f'href="?z={closer}&amp;f=0#at"' in text


def test_a_clip_in_the_address_is_chosen_and_its_first_frame_shown(
    editor: Visitor, company: Company, media: Media
) -> None:
    clip = make_clip(company.editor, media, 100, 200)

    text = editor.get(f"/m/{media.public_id}?clip={clip.public_id}").get_data(as_text=True)

    assert 'data-at="100"' in text
    assert f'data-clip="{clip.public_id}" aria-current=true' in text


def test_the_page_costs_few_queries_whatever_the_recording_holds(company: Company, media: Media) -> None:
    for number in range(40):
        make_clip(company.editor, media, number * 5, number * 5 + 20)
    with transaction() as session:
        for seq in range(20):
            session.add(
                Scene(media_id=media.id, seq=seq, in_point=seq * 50, out_point=seq * 50 + 50, kind=SceneKind.SHOT)
            )
            start = seq * 2000
            region = SilenceRegion(
                media_id=media.id, start_ms=start, end_ms=start + 500, silence_type=SilenceType.AUDIO
            )
            session.add(region)
    enqueue(media)
    visitor, address = company.as_("viewer"), f"/m/{media.public_id}"

    with counted() as statements:
        assert visitor.get(address).status_code == 200

    assert len(own(statements)) <= BUDGET, "\n".join(own(statements))


def test_a_viewer_can_watch_but_finds_no_form(company: Company, media: Media) -> None:
    make_clip(company.editor, media)

    text = company.as_("viewer").get(f"/m/{media.public_id}").get_data(as_text=True)

    assert 'id="draft"' not in text
    assert "/delete" not in text
    assert "Marking clips needs the Editor role" in text


def test_a_recording_that_is_not_ready_says_what_to_do_meanwhile(editor: Visitor, company: Company) -> None:
    media = make_media(company.project, state=MediaState.PROCESSING, duration_frames=0, probe_json=None)
    enqueue(media, status=JobStatus.RUNNING, current_stage="probe", progress=1)

    answer = editor.get(f"/m/{media.public_id}")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "A copy that browsers can play is being made." in text
    assert f"Measuring, step 1 of {len(stages_of('ingest'))}" in text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"state": MediaState.FAILED}, "could not be processed"),
        ({"state": MediaState.MISSING}, "not where it was"),
        ({"state": MediaState.READY}, "cannot be played in a browser"),
    ],
)
def test_a_recording_that_cannot_be_played_says_why(
    editor: Visitor, company: Company, columns: dict[str, Any], words: str
) -> None:
    media = make_media(company.project, probe_json={}, **columns)

    assert words in editor.get(f"/m/{media.public_id}").get_data(as_text=True)


def test_a_lost_original_is_not_given_to_the_player_as_something_it_cannot_play(
    editor: Visitor, company: Company
) -> None:
    page = editor.get(f"/m/{make_media(company.project, state=MediaState.MISSING).public_id}").text

    assert "not where it was" in page and "This browser cannot play it" not in page


def test_a_sound_has_a_page_as_well(editor: Visitor, company: Company) -> None:
    facts = {"kind": MediaKind.AUDIO, "width": None, "height": None, "rate_num": 1000, "video_codec": None}
    media = make_media(company.project, **facts, duration_frames=61_250)
    make_clip(company.editor, media, 1000, 2500)

    text = editor.get(f"/m/{media.public_id}").get_data(as_text=True)

    assert "<audio controls" in text
    assert "00:00:02.499" in text


def test_silence_and_scenes_lie_on_the_timeline(editor: Visitor, media: Media) -> None:
    with transaction() as session:
        region = SilenceRegion(media_id=media.id, start_ms=1000, end_ms=2500, silence_type=SilenceType.AUDIO)
        session.add_all([region, Scene(media_id=media.id, seq=0, in_point=0, out_point=1000, kind=SceneKind.SLIDE)])

    text = editor.get(f"/m/{media.public_id}").get_data(as_text=True)

    assert 'style="--in:1;--out:2.5"' in text
    assert "Slide 1" in text


def test_the_page_opens_where_the_person_stopped_and_only_for_them(
    editor: Visitor, company: Company, media: Media
) -> None:
    assert editor.post(f"/m/{media.public_id}/playhead", {"f": "321"}).status_code == 204

    assert 'data-at="321"' in editor.get(f"/m/{media.public_id}").get_data(as_text=True)
    assert 'data-at="0"' in company.as_("viewer").get(f"/m/{media.public_id}").get_data(as_text=True)


@pytest.mark.parametrize(("frame", "kept"), [("5", 5), ("99999999", 999)])
def test_a_playhead_stays_in_the_recording(company: Company, media: Media, frame: str, kept: int) -> None:
    visitor = company.as_("viewer")
    for _ in range(2):
        assert visitor.post(f"/m/{media.public_id}/playhead", {"f": frame}).status_code == 204

    with transaction() as session:
        assert [row.position for row in session.query(Playhead)] == [kept]


@pytest.mark.parametrize("frame", ["", "-1", "x", "9" * 13, "1.5"])
def test_a_playhead_that_is_no_frame_is_refused(editor: Visitor, media: Media, frame: str) -> None:
    assert editor.post(f"/m/{media.public_id}/playhead", {"f": frame}).status_code == 422


def test_the_status_asks_again_only_while_the_job_is_active(editor: Visitor, media: Media) -> None:
    job = enqueue(media, status=JobStatus.RUNNING, current_stage="proxy", progress=30)
    running = editor.piece(f"/m/{media.public_id}/status").get_data(as_text=True)
    with transaction() as session:
        row = session.merge(job)
        row.status, row.completed_at = JobStatus.COMPLETED, now()

    done = editor.piece(f"/m/{media.public_id}/status").get_data(as_text=True)

    assert "hx-trigger" in running
    assert "hx-trigger" not in done
    assert "Ready. Show it" in done


def test_a_failed_job_tells_why_and_an_editor_may_retry(editor: Visitor, company: Company, media: Media) -> None:
    job = enqueue(media, status=JobStatus.FAILED, error_message="The index is damaged.")
    retry = f"/jobs/{job.public_id}/retry"

    for_editor = editor.get(f"/m/{media.public_id}").get_data(as_text=True)
    for_viewer = company.as_("viewer").get(f"/m/{media.public_id}").get_data(as_text=True)

    assert "The index is damaged." in for_editor
    assert "The index is damaged." in for_viewer
    assert retry in for_editor
    assert retry not in for_viewer


def test_a_recording_without_an_index_has_no_frame_times(editor: Visitor, media: Media) -> None:
    assert editor.get(f"/m/{media.public_id}/frame-times.json").status_code == 404


def test_a_waveform_whose_file_is_gone_does_not_break_the_page(editor: Visitor, media: Media) -> None:
    with transaction() as session:
        kind, key = RenditionKind.WAVEFORM, f"made/{media.public_id.hex}/waveform-0.bin"
        session.add(Rendition(media_id=media.id, kind=kind, path=key, content_type="application/octet-stream"))

    answer = editor.get(f"/m/{media.public_id}")

    assert answer.status_code == 200
    assert "No waveform" in answer.get_data(as_text=True)


def test_lanes_say_that_processing_failed(editor: Visitor, company: Company) -> None:
    failed = make_media(company.project, state=MediaState.FAILED)

    text = editor.get(f"/m/{failed.public_id}").get_data(as_text=True)

    assert "Pictures are not made: processing failed" in text
    assert "The waveform is not made: processing failed" in text


def test_names_made_to_run_are_only_names(editor: Visitor, company: Company, media: Media) -> None:
    hostile = "\"'><svg onload=1></script>"
    make_clip(company.editor, media, 0, 100, hostile)
    make_clip(company.editor, media, 50, 150, hostile)

    for path in (f"/m/{media.public_id}", f"/p/{company.project.slug}/clips", "/activity"):
        text = editor.get(path).get_data(as_text=True)
        assert "<svg onload" not in text
    posted = editor.swap(f"/m/{media.public_id}/clips", draft(title=hostile)).get_data(as_text=True)
    assert "<svg onload" not in posted
