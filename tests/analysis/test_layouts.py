"""A recording's layout: found, shown over a picture, put right by people, and left alone from then on."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.analysis.layout_reads import layout_of
from app.analysis.models import LayoutAnalysis, LayoutType
from app.analysis.results import keep_layout
from app.audit.models import AuditLog
from app.core.db import transaction
from app.jobs.models import Job, JobStatus, StageStatus
from app.jobs.service import JobService
from app.media.models import Media, MediaKind
from app.media.service import media_service
from tests.analysis.test_stages import yard as yard
from tests.bench.layouts import film, plan_of
from tests.factories import make_media, make_media_of, make_project
from tests.jobs.conftest import Yard
from tests.visitors import Company, Visitor, counted, own

CORNER = {"x": 0.75, "y": 0.75, "width": 0.25, "height": 0.25}
WHOLE = {"x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}
FOUND = {
    "layout_type": "picture_in_picture",
    "screen_region": WHOLE,
    "camera_region": CORNER,
    "split_ratio": 0.9375,
    "confidence": 0.8,
    "frame_ms": 2000,
}
BESIDE = {
    "layout_type": "side_by_side",
    **{"screen_x": "0", "screen_y": "0", "screen_width": "66,6", "screen_height": "100"},
    **{"camera_x": "66.6", "camera_y": "0", "camera_width": "33.4", "camera_height": "100"},
}
BESIDE["screen_width"] = "66.6"


def make_layout(media: Media, **changes: Any) -> LayoutAnalysis:
    """Put a layout in place of the one that was found, and return it as it is stored."""
    with transaction() as session:
        keep_layout(session, media.id, None, FOUND | changes)
    return stored(media)


def stored(media: Media) -> LayoutAnalysis:
    with transaction() as session:
        session.expire_all()
        row = layout_of(session, media.id)
    assert row is not None
    return row


def jobs() -> list[tuple[str, dict[str, Any]]]:
    with transaction() as session:
        return [(job.kind, job.params_json) for job in session.scalars(sa.select(Job).order_by(Job.id))]


def test_the_page_draws_both_regions_and_says_how_sure_it_is(editor: Visitor, media: Media) -> None:
    make_layout(media)

    with counted() as statements:
        text = editor.get(f"/m/{media.public_id}/layout").get_data(as_text=True)

    assert "Camera within the screen. The screen has 94 % of the picture. Found automatically, 80 % sure." in text
    assert '<rect class="camera" x="75.0%" y="75.0%" width="25.0%" height="25.0%"/>' in text
    assert f'src="/m/{media.public_id}/tile/50.jpg"' in text
    assert re.search(r'name="camera_width"[^>]* value="25\.0"', text)
    assert len(own(statements)) <= 7, "\n".join(own(statements))


def test_programs_read_the_layout_or_null(editor: Visitor, media: Media) -> None:
    address = f"/m/{media.public_id}/layout.json"
    assert editor.get(address).get_json() == {"media": str(media.public_id), "layout": None}

    made = make_layout(media)

    told = editor.get(address).get_json()["layout"]
    assert (told["type"], told["camera_region"], told["split_ratio"]) == ("picture_in_picture", CORNER, 0.9375)
    assert (told["public_id"], told["corrected"], told["version"]) == (str(made.public_id), False, 1)


@pytest.mark.parametrize("way", ["post", "swap"])
def test_what_somebody_said_stays_when_a_machine_looks_again(editor: Visitor, media: Media, way: str) -> None:
    make_layout(media)

    answer = getattr(editor, way)(f"/m/{media.public_id}/layout/edit", {**BESIDE, "version": "1"})

    assert answer.status_code == (303 if way == "post" else 204)
    make_layout(media, layout_type="screen_only", camera_region=None)
    row = stored(media)
    assert (row.layout_type, row.confidence_score, row.version) == (LayoutType.SIDE_BY_SIDE, 1.0, 2)
    assert row.camera_region == {"x": 0.666, "y": 0.0, "width": 0.334, "height": 1.0}
    assert row.split_ratio == 0.666
    assert "Somebody said so" in editor.get(f"/m/{media.public_id}/layout").get_data(as_text=True)


def test_a_layout_nobody_found_may_be_said(editor: Visitor, media: Media) -> None:
    editor.post(f"/m/{media.public_id}/layout/edit", {"layout_type": "camera_only", "version": "0"})

    row = stored(media)
    assert (row.layout_type, row.screen_region, row.camera_region) == (LayoutType.CAMERA_ONLY, None, WHOLE)
    with transaction() as session:
        verbs = session.scalars(sa.select(AuditLog.verb).where(AuditLog.entity_type == "layout")).all()
    assert verbs == ["layout:create"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"camera_x": "80"}, "reaches over the edge"),
        ({"camera_width": ""}, "Say where the camera is"),
        ({"camera_width": "1"}, "at least 2 %"),
        ({"screen_x": "101"}, "Write 0 to 100"),
        ({"screen_x": "nan"}, "Write 0 to 100"),
        ({"layout_type": "upside_down"}, "Not a valid choice"),
        ({"version": "x"}, "This page was damaged"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_what_was_typed(
    editor: Visitor, media: Media, changes: dict[str, str], words: str
) -> None:
    make_layout(media)

    answer = editor.post(f"/m/{media.public_id}/layout/edit", {**BESIDE, "version": "1", **changes})

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored(media).layout_type is LayoutType.PICTURE_IN_PICTURE


def test_two_people_at_once_are_told_and_nothing_typed_is_lost(editor: Visitor, media: Media) -> None:
    make_layout(media)
    editor.post(f"/m/{media.public_id}/layout/edit", {"layout_type": "screen_only", "version": "1"})

    answer = editor.post(f"/m/{media.public_id}/layout/edit", {**BESIDE, "version": "1"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Somebody saved this layout while you were editing" in text
    assert 'value="66.6"' in text and 'name="version" type="hidden" value="2"' in text


def test_looking_again_asks_for_one_job_with_the_number_typed(editor: Visitor, media: Media) -> None:
    for way in (editor.post, editor.swap):
        assert way(f"/m/{media.public_id}/layout", {"samples": "120"}).status_code in (303, 204)

    assert jobs() == [("layout", {"samples": 120})]
    assert editor.post(f"/m/{media.public_id}/layout", {"samples": "7"}).status_code == 422


def test_taking_a_correction_away_looks_anew(editor: Visitor, media: Media) -> None:
    editor.post(f"/m/{media.public_id}/layout/edit", {"layout_type": "screen_only", "version": "0"})

    answer = editor.post(f"/m/{media.public_id}/layout/delete")

    assert answer.status_code == 303
    assert [kind for kind, _ in jobs()] == ["layout"]
    assert editor.get(f"/m/{media.public_id}/layout.json").get_json()["layout"] is None


def test_only_editors_change_it_and_sound_has_none(company: Company, media: Media) -> None:
    at, data = f"/m/{media.public_id}/layout", {"layout_type": "screen_only", "version": "0", "samples": "60"}
    for path in (at, f"{at}/edit", f"{at}/delete"):
        assert company.as_("viewer").post(path, data).status_code == 403
        assert company.as_("outsider").post(path, data).status_code == 404
        assert Visitor(company.app).post(path, data).status_code == 303
    assert "Correct it" not in company.as_("viewer").get(at).get_data(as_text=True)
    sound = make_media(company.project, kind=MediaKind.AUDIO, title="Bell")

    answer = company.as_("editor").post(f"/m/{sound.public_id}/layout", {"samples": "60"})

    assert answer.status_code == 422
    assert "There is no picture in this recording" in answer.get_data(as_text=True)
    assert jobs() == []


def test_it_follows_its_recording_to_another_project(company: Company, media: Media) -> None:
    make_layout(media)
    other = make_project(company.owner, "Elsewhere")

    with transaction() as session:
        service = media_service(session)
        found, _ = service.get_for(company.owner, media.public_id, "media:edit")
        service.edit(company.owner, found, found.title, other.slug, found.version)

    assert stored(media).project_id == other.id


def test_the_stage_finds_it_and_makes_the_picture_it_is_shown_on(company: Company, yard: Yard, tmp_path: Path) -> None:
    importlib.import_module("app.transcripts.tasks")
    plan = plan_of(6)
    path = film(plan, tmp_path / "a.mp4")
    root = company.app.config["SETTINGS"].media_root
    media = make_media_of(
        company.project, path, root, duration_frames=120, rate_num=10, width=plan.size[0], audio_codec=None
    )
    with transaction() as session:
        job = JobService(session).enqueue("ingest", project_id=media.project_id, media_id=media.id, name="a")

    yard.run(job)

    assert yard.job(job).error_message is None
    assert yard.stages(job)["layout"].status is StageStatus.DONE
    row = stored(media)
    assert row.layout_type is LayoutType.PICTURE_IN_PICTURE
    picture = f"/m/{media.public_id}/frames/{row.sample_frame_ms // 100}.jpg"
    assert company.as_("viewer").get(picture).status_code == 200
    assert picture in company.as_("viewer").get(f"/m/{media.public_id}/layout").get_data(as_text=True)
    assert yard.job(job).status is JobStatus.COMPLETED
