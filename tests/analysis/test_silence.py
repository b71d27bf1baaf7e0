"""The page of silences: what it lists and counts, clips between silences, and listening again."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.analysis.models import SilenceRegion
from app.clips.models import Clip
from app.core.db import transaction
from app.jobs.models import Job
from app.media.models import Media
from tests.analysis.conftest import make_silences
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor, counted, own


def jobs() -> list[tuple[str, dict[str, Any]]]:
    with transaction() as session:
        return [(job.kind, job.params_json) for job in session.scalars(sa.select(Job).order_by(Job.id))]


@pytest.mark.usefixtures("silences")
def test_the_page_lists_silences_by_type_with_links_to_frames(editor: Visitor, media: Media) -> None:
    text = editor.get(f"/m/{media.public_id}/silence?type=both").get_data(as_text=True)

    assert f'href="/m/{media.public_id}?f=75#at" data-frame="75">00:00:03:00</a>' in text
    assert ">00:00:04:24</a>" in text
    assert "Nothing heard or seen" in text
    assert ">00:00:10:00</a></td><td>" not in text.split("Between them")[0]


@pytest.mark.parametrize(
    ("least", "cut", "left", "cuts"),
    [("0.35", "3.4 s", "36.6 s", "2 cuts"), ("1", "3.0 s", "37.0 s", "1 cut"), ("3,5", "0.0 s", "40.0 s", "0 cuts")],
)
@pytest.mark.usefixtures("silences")
def test_what_would_be_cut_is_counted_for_a_typed_length(
    editor: Visitor, media: Media, least: str, cut: str, left: str, cuts: str
) -> None:
    text = editor.get(f"/m/{media.public_id}/silence?least={least}").get_data(as_text=True)

    assert f"<b>{cut}</b> would go in {cuts}; <b>{left}</b> would remain" in text


@pytest.mark.parametrize("least", ["x", "-1", "nan", "1e9", "inf"])
def test_a_length_that_is_none_is_refused_in_words(editor: Visitor, media: Media, least: str) -> None:
    answer = editor.get(f"/m/{media.public_id}/silence?least={least}")

    assert answer.status_code == 422
    assert "such as 0.7" in answer.get_data(as_text=True)


@pytest.mark.usefixtures("silences")
def test_programs_read_silences_and_the_stretches_between(editor: Visitor, media: Media) -> None:
    told = editor.get(f"/m/{media.public_id}/silence.json?least=1").get_json()

    assert (told["cut_ms"], told["left_ms"], told["threshold_db"]) == (3000, 37_000, -40.0)
    assert [each["type"] for each in told["silences"]] == ["audio_silence", "both", "blank_screen", "audio_silence"]
    assert told["stretches"] == [
        {"start_ms": 0, "end_ms": 2000, "in_point": 0, "out_point": 50},
        {"start_ms": 5000, "end_ms": 40_000, "in_point": 125, "out_point": 1000},
    ]


@pytest.mark.usefixtures("silences")
def test_a_stretch_between_silences_becomes_a_clip_of_exactly_its_frames(editor: Visitor, media: Media) -> None:
    text = editor.get(f"/m/{media.public_id}/silence?least=1").get_data(as_text=True)
    assert (
        'name="in_timecode" value="00:00:05:00"><input type="hidden" name="out_timecode" value="00:00:39:24">' in text
    )

    editor.post(f"/m/{media.public_id}/clips", {"in_timecode": "00:00:05:00", "out_timecode": "00:00:39:24"})

    with transaction() as session:
        clip = session.scalars(sa.select(Clip)).one()
    assert (clip.in_point, clip.out_point) == (125, 1000)


def test_listening_again_is_a_job_of_its_own_and_leaves_clips_alone(
    editor: Visitor, company: Company, media: Media
) -> None:
    make_clip(company.editor, media)

    answer = editor.post(f"/m/{media.public_id}/silence", {"threshold_db": "-42.5", "min_ms": "700"})

    assert (answer.status_code, answer.location) == (303, f"/m/{media.public_id}/silence")
    assert jobs() == [("silence", {"threshold_db": -42.5, "min_ms": 700})]
    with transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Clip)) == 1


def test_without_a_level_the_sound_decides_and_asking_twice_makes_one_job(editor: Visitor, media: Media) -> None:
    for _ in range(2):
        answer = editor.swap(f"/m/{media.public_id}/silence", {"threshold_db": "", "min_ms": "350"})
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/m/{media.public_id}/silence")

    assert jobs() == [("silence", {"threshold_db": None, "min_ms": 350})]


@pytest.mark.parametrize(
    "data",
    [
        {"threshold_db": "-91", "min_ms": "350"},
        {"threshold_db": "x", "min_ms": "350"},
        {"threshold_db": "nan", "min_ms": "350"},
        {"threshold_db": "-40", "min_ms": ""},
        {"threshold_db": "-40", "min_ms": "49"},
    ],
)
def test_numbers_that_make_no_sense_are_refused(editor: Visitor, media: Media, data: dict[str, str]) -> None:
    answer = editor.post(f"/m/{media.public_id}/silence", data)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert jobs() == []


def test_only_editors_may_have_it_listened_to(company: Company, media: Media, client: Any) -> None:
    address, data = f"/m/{media.public_id}/silence", {"threshold_db": "", "min_ms": "350"}

    assert company.as_("viewer").post(address, data).status_code == 403
    assert company.as_("outsider").post(address, data).status_code == 404
    assert Visitor(company.app).post(address, data).status_code == 303
    assert "Listen again" not in company.as_("viewer").get(address).get_data(as_text=True)
    assert jobs() == []


def test_a_recording_not_yet_measured_is_not_listened_to(editor: Visitor, company: Company) -> None:
    media = make_media(company.project, duration_frames=0)

    answer = editor.post(f"/m/{media.public_id}/silence", {"threshold_db": "", "min_ms": "350"})

    assert answer.status_code == 422
    assert "still being measured" in answer.get_data(as_text=True)


def test_a_thousand_silences_cost_few_queries_and_are_paged(company: Company, media: Media) -> None:
    make_silences(media, *((number * 40, number * 40 + 20, "audio_silence") for number in range(1000)))
    visitor = company.as_("viewer")

    with counted() as statements:
        text = visitor.get(f"/m/{media.public_id}/silence?least=0").get_data(as_text=True)

    assert len(own(statements)) <= 6, "\n".join(own(statements))
    assert text.count("Nothing heard</td>") == 100
    assert "row=100" in text and "stretch=100" in text
    last = visitor.get(f"/m/{media.public_id}/silence?least=0&row=900").get_data(as_text=True)
    assert "row=1000" not in last


def test_what_was_found_before_is_replaced(media: Media) -> None:
    make_silences(media, (0, 500, "audio_silence"))
    make_silences(media, (700, 900, "both"))

    with transaction() as session:
        assert [row.start_ms for row in session.scalars(sa.select(SilenceRegion))] == [700]
