"""Bringing recordings by their address: switched off by default, refused in words, fetched by a job."""

import importlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import transaction
from app.jobs import engine
from app.jobs.models import Job, JobStatus
from app.media import fetching
from app.media.models import Media
from app.processing import sandbox
from app.projects.models import Project
from tests.jobs.conftest import Yard
from tests.media_factory import make_audio
from tests.visitors import Company, Visitor

URL = "https://example.org/films/Harbour%20voices.wav"


@pytest.fixture
def allowed(app: Flask) -> None:
    """Return nothing; the operator has switched it on."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], import_by_url=True)


@pytest.fixture
def yard(app: Flask, allowed: None) -> Iterator[Yard]:
    for name in ("app.media.tasks", "app.media.fetch_tasks", "app.transcripts.tasks", "app.analysis.tasks"):
        importlib.import_module(name)
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    yield yard
    engine.close()


def recordings() -> list[Media]:
    with transaction() as session:
        session.expire_all()
        return list(session.scalars(sa.select(Media).order_by(Media.id)))


def ask(visitor: Visitor, company: Company, url: str = URL) -> Any:
    return visitor.post(f"/p/{company.project.slug}/import", {"url": url})


def job_of(media: Media) -> Job:
    with transaction() as session:
        return session.scalars(sa.select(Job).where(Job.media_id == media.id)).one()


def test_where_it_is_switched_off_nobody_is_offered_it_and_an_admin_is_told_how(company: Company) -> None:
    upload = f"/p/{company.project.slug}/upload"

    assert ask(company.as_("editor"), company).status_code == 404
    assert "its address" not in company.as_("editor").get(upload).get_data(as_text=True)
    assert "RUSHES_IMPORT_BY_URL=yes" in company.as_("admin").get(upload).get_data(as_text=True)
    assert recordings() == []


@pytest.mark.usefixtures("allowed")
def test_without_yt_dlp_only_an_admin_is_told_so(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "knows_pages", lambda: False)
    upload = f"/p/{company.project.slug}/upload"

    assert "Or by its address" in company.as_("editor").get(upload).get_data(as_text=True)
    assert "yt-dlp" not in company.as_("editor").get(upload).get_data(as_text=True)
    assert "yt-dlp has to be installed" in company.as_("admin").get(upload).get_data(as_text=True)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("way", ["post", "swap"])
def test_an_address_becomes_a_recording_and_a_job(company: Company, way: str) -> None:
    answer = getattr(company.as_("editor"), way)(f"/p/{company.project.slug}/import", {"url": f"  {URL}  "})

    assert answer.status_code == (303 if way == "post" else 204)
    media = recordings()[0]
    assert (media.title, media.source_url) == ("Harbour voices", URL)
    assert job_of(media).kind == "fetch"


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Write an address"),
        ("harbour.mp4", "begins with https://"),
        ("http://127.0.0.1/a.mp4", "leads into a private network"),
        ("https://me:secret@example.org/a.mp4", "name or password in it"),
        ("https://example.org/" + "a" * 1100, "at most 1,024 characters"),
    ],
)
def test_an_address_that_is_not_fetched_is_refused_beside_what_was_typed(
    company: Company, url: str, words: str
) -> None:
    answer = ask(company.as_("editor"), company, url)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert recordings() == []


@pytest.mark.usefixtures("allowed")
def test_only_editors_of_the_project_may_bring(company: Company) -> None:
    assert ask(company.as_("viewer"), company).status_code == 403
    assert ask(company.as_("outsider"), company).status_code == 404
    assert ask(Visitor(company.app), company).status_code == 303
    assert recordings() == []


def play_the_network(monkeypatch: pytest.MonkeyPatch, file: Path, asked: list[dict[str, Any]]) -> None:
    """Answer the stage as the child would, with this file."""
    real = sandbox.run

    async def run(task: str, params: dict[str, Any], **rest: Any) -> dict[str, Any]:
        if task != "fetch":
            return await real(task, params, **rest)
        asked.append(params)
        path = Path(params["folder"]) / "fetched"
        shutil.copy(file, path)
        made = {"path": str(path), "filename": "Launch day.wav", "size_bytes": 1, "engine": "https"}
        return {**made, "engine_version": None, "usage": {"peak_memory_bytes": 1}}

    monkeypatch.setattr(sandbox, "run", run)


def test_what_was_fetched_is_examined_like_an_upload(
    company: Company, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    play_the_network(monkeypatch, make_audio(tmp_path / "a.wav", seconds=1), asked)
    with transaction() as session:
        session.get_one(Project, company.project.id).quota_bytes = 5_000_000
    ask(company.as_("editor"), company)
    job = job_of(recordings()[0])

    yard.run(job)

    assert yard.job(job).status is JobStatus.COMPLETED, yard.job(job).error_message
    media = recordings()[0]
    assert (media.title, media.filename, media.duration_frames) == ("Launch day", "Launch day.wav", 1000)
    assert media.sha256 is not None and media.storage_key is not None
    assert (asked[0]["url"], asked[0]["max_bytes"]) == (URL, 5_000_000)
    assert yard.stages(job)["fetch"].engine == "https"


@pytest.mark.parametrize(("body", "words"), [(b"<html>no</html>" * 50, "not"), (None, "already here")])
def test_what_is_no_recording_or_here_already_fails_in_words(
    company: Company, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes | None, words: str
) -> None:
    file = make_audio(tmp_path / "a.wav", seconds=1)
    play_the_network(monkeypatch, file, [])
    if body is None:
        ask(company.as_("editor"), company)
        yard.run(job_of(recordings()[0]))
    else:
        file.write_bytes(body)
    ask(company.as_("editor"), company)
    job = job_of(recordings()[-1])

    yard.run(job)

    assert yard.job(job).status is JobStatus.FAILED
    assert words in (yard.job(job).error_message or "")
