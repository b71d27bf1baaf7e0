"""A recording's clips as one reel: a recording of its own, in the clips' order, with captions."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.clips.reels import captions_of_reel
from app.core.db import transaction
from app.jobs import engine
from app.jobs.models import Job, JobStatus
from app.jobs.service import JobService
from app.media.models import Media, MediaKind
from app.transcripts.models import Transcript, TranscriptSegment, TranscriptSource
from tests.factories import make_clip, make_media, make_media_of, make_transcript
from tests.jobs.conftest import Yard
from tests.media_factory import make_video
from tests.visitors import Company, Visitor

STAGES = ("app.media.tasks", "app.transcripts.tasks", "app.analysis.tasks", "app.clips.tasks", "app.clips.reel_tasks")


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    for name in STAGES:
        importlib.import_module(name)
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


def reels() -> list[Media]:
    with transaction() as session:
        session.expire_all()
        return list(session.scalars(sa.select(Media).where(Media.title.like("%reel%")).order_by(Media.id)))


def job_of(media: Media) -> Job:
    with transaction() as session:
        return session.scalars(sa.select(Job).where(Job.media_id == media.id).order_by(Job.id)).one()


@pytest.mark.parametrize("way", ["post", "swap"])
def test_a_reel_is_asked_for_of_all_clips_in_their_order(company: Company, way: str) -> None:
    media = make_media(company.project, title="Harbour")
    make_clip(company.editor, media, 300, 400, "Mast")
    make_clip(company.editor, media, 100, 200, "Keel")

    answer = getattr(company.as_("editor"), way)(f"/m/{media.public_id}/reel")

    reel = reels()[0]
    assert answer.status_code == (303 if way == "post" else 204)
    assert reel.title == "Harbour, reel"
    assert job_of(reel).kind == "reel"
    assert job_of(reel).params_json["ranges"] == [[300, 400], [100, 200]]


def test_without_clips_or_pictures_there_is_no_reel(company: Company) -> None:
    bare, sound = make_media(company.project), make_media(company.project, kind=MediaKind.AUDIO, rate_num=1000)
    make_clip(company.editor, sound, 100, 200)

    for media, words in ((bare, "no clips yet"), (sound, "has sound only")):
        answer = company.as_("editor").post(f"/m/{media.public_id}/reel")
        assert answer.status_code == 409
        assert words in answer.get_data(as_text=True)
    assert reels() == []


def test_only_those_who_may_render_make_reels(company: Company) -> None:
    media = make_media(company.project)
    make_clip(company.editor, media, 100, 200)

    assert company.as_("viewer").post(f"/m/{media.public_id}/reel").status_code == 403
    assert company.as_("outsider").post(f"/m/{media.public_id}/reel").status_code == 404
    assert Visitor(company.app).post(f"/m/{media.public_id}/reel").status_code == 303
    assert reels() == []


def test_captions_are_counted_from_the_reels_beginning(company: Company) -> None:
    media = make_media(company.project)
    make_transcript(media, ["Before it", "We laid", "the keel", "Steam", "After it"])

    with transaction() as session:
        told = captions_of_reel(session, media.id, [[150, 200], [50, 100]])
        nothing = captions_of_reel(session, media.id, [[990, 1000]])

    assert nothing is None and told is not None
    assert told[0] == "en"
    blocks = told[1].strip().split("\n\n")[1:]
    assert [block.splitlines() for block in blocks] == [
        ["00:00:00.000 --> 00:00:01.500", "Steam"],
        ["00:00:02.000 --> 00:00:03.500", "We laid"],
    ]


def test_the_reel_becomes_a_recording_with_its_words(company: Company, yard: Yard, tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4)
    root = company.app.config["SETTINGS"].media_root
    media = make_media_of(company.project, path, root, title="Harbour", rate_num=25, duration_frames=100)
    ingest(yard, media)
    make_transcript(media, ["We laid", "the keel"], source="import")
    make_clip(company.editor, media, 50, 75, "Keel")
    make_clip(company.editor, media, 0, 25, "Start")
    company.as_("editor").post(f"/m/{media.public_id}/reel")
    reel = reels()[0]

    yard.run(job_of(reel))

    assert yard.job(job_of(reel)).status is JobStatus.COMPLETED, yard.job(job_of(reel)).error_message
    made = reels()[0]
    assert (made.duration_frames, made.rate_num, made.width) == (50, 25, 160)
    with transaction() as session:
        words = sa.select(TranscriptSegment.text).join(Transcript).where(Transcript.media_id == made.id)
        brought = words.where(Transcript.source == TranscriptSource.IMPORT).order_by(TranscriptSegment.seq)
        assert list(session.scalars(brought)) == ["the keel", "We laid"]


def ingest(yard: Yard, media: Media) -> None:
    with transaction() as session:
        job = JobService(session).enqueue("ingest", project_id=media.project_id, media_id=media.id, name="a")
    yard.run(job)
