"""Asking for a clip's file, the files as lists show them, their certificate, and several as one zip."""

import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask

from app.audit.models import AuditAction, AuditLog
from app.clips.models import Clip
from app.clips.rendering import RenderService, file_stem, hash_of, keep_export, render_service, settings_of
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.jobs.models import Job, JobStatus
from app.media.models import Media, MediaKind, MediaState
from tests.clips.conftest import make_export
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


@pytest.fixture
def clip(company: Company, media: Media) -> Clip:
    return make_clip(company.editor, media, 100, 200, "Keel")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def ask(company: Company, clip: Clip, media: Media, mode: str = "exact") -> Job:
    with transaction() as session:
        service: RenderService = render_service(session)
        return service.request(company.editor, session.get_one(Clip, clip.id), session.get_one(Media, media.id), mode)


def jobs() -> list[Job]:
    with transaction() as session:
        return session.query(Job).filter(Job.kind == "render").order_by(Job.id).all()


def test_a_render_is_asked_for_with_what_the_clip_is_now(company: Company, clip: Clip, media: Media) -> None:
    job = ask(company, clip, media)

    wanted = {"in_point": 100, "out_point": 200, "clip_version": 1, "mode": "exact", "format": "mp4"}
    assert {name: job.params_json[name] for name in wanted} == wanted
    assert (job.clip_id, job.media_id, job.name) == (clip.id, media.id, "Keel")


def test_asking_twice_while_it_runs_gives_the_same_job(company: Company, clip: Clip, media: Media) -> None:
    assert ask(company, clip, media).id == ask(company, clip, media).id
    assert ask(company, clip, media, "smart").id != jobs()[0].id


def test_a_version_that_was_rendered_so_is_not_rendered_again(company: Company, clip: Clip, media: Media) -> None:
    make_export(company.app, clip, media, settings_hash=hash_of(settings_of(media, "exact")))

    with pytest.raises(Conflict, match="rendered so already"):
        ask(company, clip, media)
    assert ask(company, clip, media, "smart").status is JobStatus.QUEUED


@pytest.mark.parametrize("mode", ["", "fast", "EXACT"])
def test_a_mode_nobody_knows_is_refused(company: Company, clip: Clip, media: Media, mode: str) -> None:
    with pytest.raises(Invalid):
        ask(company, clip, media, mode)


def test_nothing_is_cut_from_a_recording_that_is_gone(company: Company, clip: Clip, media: Media) -> None:
    with transaction() as session:
        session.get_one(Media, media.id).state = MediaState.MISSING

    with pytest.raises(Invalid):
        ask(company, clip, media)


def test_a_file_of_a_clip_that_was_deleted_meanwhile_is_not_kept(company: Company, clip: Clip, media: Media) -> None:
    job = ask(company, clip, media)
    with transaction() as session:
        session.delete(session.get_one(Clip, clip.id))

    with transaction() as session:
        assert keep_export(session, session.get_one(Job, job.id), None) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Keel", "Keel"),
        ("a/b\\c:d", "a-b-c-d"),
        ("...", "clip"),
        ("x" * 300, "x" * 120),
        ("CON\n", "CON-"),
        ("Ærø 🎬", "Ærø 🎬"),
    ],
)
def test_a_title_becomes_a_name_every_system_takes(title: str, stem: str) -> None:
    assert file_stem(title) == stem


def test_the_render_page_asks_how(editor: Visitor, clip: Clip) -> None:
    text = editor.get(f"/clips/{clip.public_id}/render").get_data(as_text=True)

    assert "Render “Keel”" in text
    assert 'value="exact"' in text
    assert 'value="smart"' in text


def test_the_render_page_of_a_sound_says_that_both_are_the_same(editor: Visitor, company: Company) -> None:
    sound = make_media(company.project, kind=MediaKind.AUDIO, rate_num=1000, width=None)
    clip = make_clip(company.editor, sound)

    assert "both make the same file" in editor.get(f"/clips/{clip.public_id}/render").get_data(as_text=True)


@pytest.mark.parametrize("asker", ["plain", "htmx"])
def test_asking_leads_back_to_the_clip_which_shows_the_job(
    editor: Visitor, clip: Clip, media: Media, asker: str
) -> None:
    send = editor.post if asker == "plain" else editor.swap

    answer = send(f"/clips/{clip.public_id}/render", {"mode": "exact", "container": "mp4"})

    leads = answer.location if asker == "plain" else answer.headers["HX-Redirect"]
    assert leads == f"/m/{media.public_id}?clip={clip.public_id}#clip-{clip.public_id}"
    assert "Rendering MP4" in editor.get(leads).get_data(as_text=True)


@pytest.mark.parametrize("data", [{}, {"mode": "fast"}, {"mode": "exact", "container": "exe"}])
def test_a_render_form_that_breaks_a_rule_comes_back(editor: Visitor, clip: Clip, data: dict[str, str]) -> None:
    answer = editor.post(f"/clips/{clip.public_id}/render", data)

    assert answer.status_code == 422
    assert jobs() == []


def test_the_files_piece_asks_again_only_while_one_is_made(
    editor: Visitor, company: Company, clip: Clip, media: Media
) -> None:
    job, address = ask(company, clip, media), f"/clips/{clip.public_id}/exports"
    assert "hx-trigger" in editor.piece(address).get_data(as_text=True)

    make_export(company.app, clip, media)
    with transaction() as session:
        session.get_one(Job, job.id).status = JobStatus.COMPLETED
    text = editor.piece(address).get_data(as_text=True)

    assert "hx-trigger" not in text
    assert ">Exact</a>" in text


def test_a_render_that_failed_is_told_with_its_reason(
    editor: Visitor, company: Company, clip: Clip, media: Media
) -> None:
    job = ask(company, clip, media)
    with transaction() as session:
        row = session.get_one(Job, job.id)
        row.status, row.error_message = JobStatus.FAILED, "The disk is full."

    text = editor.piece(f"/clips/{clip.public_id}/exports").get_data(as_text=True)

    assert "MP4 failed" in text
    assert "The disk is full." in text


def test_a_file_of_an_older_version_says_so(editor: Visitor, company: Company, clip: Clip, media: Media) -> None:
    make_export(company.app, clip, media)
    with transaction() as session:
        session.get_one(Clip, clip.id).title = "Keelson"

    assert "MP4, older version" in editor.piece(f"/clips/{clip.public_id}/exports").get_data(as_text=True)


def test_a_file_goes_out_whole_and_the_history_tells_who_took_it(
    editor: Visitor, company: Company, clip: Clip, media: Media
) -> None:
    export = make_export(company.app, clip, media)

    answer = editor.get(f"/clips/{clip.public_id}/export/{export.public_id}")

    assert (answer.data, answer.mimetype) == (b"a rendered file", "video/mp4")
    assert answer.headers["ETag"] == f'"{export.sha256}"'
    assert "Keel.mp4" in answer.headers["Content-Disposition"]
    with transaction() as session:
        told = session.query(AuditLog).filter(AuditLog.action == AuditAction.EXPORT).one()
    assert (told.actor_id, told.entity_public_id) == (company.editor.id, export.public_id)


def test_a_file_that_is_gone_is_not_found(
    app: Flask, editor: Visitor, company: Company, clip: Clip, media: Media
) -> None:
    export = make_export(company.app, clip, media)
    (app.config["SETTINGS"].media_root / export.path).unlink()

    assert editor.get(f"/clips/{clip.public_id}/export/{export.public_id}").status_code == 404


def test_the_certificate_is_a_page_and_a_file(editor: Visitor, company: Company, clip: Clip, media: Media) -> None:
    export = make_export(company.app, clip, media)

    page = editor.get(f"/clips/{clip.public_id}/certificate").get_data(as_text=True)
    sent = editor.get(f"/clips/{clip.public_id}/certificate.json?export={export.public_id}")

    assert "Exact" in page
    assert "00:00:07:24" in page
    assert json.loads(sent.data)["verdict"] == "passed"
    assert "attachment" in sent.headers["Content-Disposition"]


@pytest.mark.parametrize("export", ["", "?export=nonsense"])
def test_a_clip_without_a_file_has_no_certificate(editor: Visitor, clip: Clip, export: str) -> None:
    assert editor.get(f"/clips/{clip.public_id}/certificate{export}").status_code == 404


def test_several_clips_are_asked_for_at_once(editor: Visitor, company: Company, media: Media, clip: Clip) -> None:
    other = make_clip(company.editor, media, 300, 400, "Mast")
    address, chosen = f"/p/{company.project.slug}/clips/render", [str(clip.public_id), str(other.public_id)]

    asked = editor.post(address, {"clip": chosen}).get_data(as_text=True)
    answer = editor.post(address, {"clip": chosen, "mode": "exact"})

    assert "Render 2 clips" in asked
    assert answer.status_code == 303
    assert [job.name for job in jobs()] == ["Keel", "Mast"]


@pytest.mark.parametrize("chosen", [[], ["nonsense"], ["00000000-0000-4000-8000-000000000000"]])
@pytest.mark.parametrize("act", ["render", "zip"])
def test_nothing_chosen_is_told(editor: Visitor, company: Company, clip: Clip, act: str, chosen: list[str]) -> None:
    answer = editor.post(f"/p/{company.project.slug}/clips/{act}", {"clip": chosen})

    assert answer.status_code == 303
    assert jobs() == []


def test_a_clip_of_a_deleted_recording_does_not_stop_the_others(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    gone = make_media(company.project)
    lost = make_clip(company.editor, gone, title="Lost")
    make_export(company.app, lost, gone)
    make_export(company.app, clip, media)
    editor.post(f"/m/{gone.public_id}/delete")
    chosen = {"clip": [str(clip.public_id), str(lost.public_id)]}

    rendered = editor.post(f"/p/{company.project.slug}/clips/render", {**chosen, "mode": "smart"})
    zipped = editor.post(f"/p/{company.project.slug}/clips/zip", chosen)

    assert rendered.status_code == 303
    assert [job.name for job in jobs()] == ["Keel"]
    assert not any("Lost" in name for name in zip_of(zipped.data))


def test_several_files_come_as_one_zip_with_doubled_names_numbered(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    twin = make_clip(company.editor, media, 300, 400, "Keel")
    for each in (clip, twin):
        make_export(company.app, each, media)

    answer = editor.post(f"/p/{company.project.slug}/clips/zip", {"clip": [str(clip.public_id), str(twin.public_id)]})

    files = zip_of(answer.data)
    assert answer.mimetype == "application/zip"
    assert {name for name in files if name.endswith(".mp4")} == {"Keel.mp4", "Keel (2).mp4"}
    assert files["Keel.mp4"] == b"a rendered file"
    assert "clips.zip" in answer.headers["Content-Disposition"]


def test_a_file_that_is_gone_is_told_before_a_zip_begins(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    export = make_export(company.app, clip, media)
    company.app.extensions["storage"].remove(export.path)

    answer = editor.post(f"/p/{company.project.slug}/clips/zip", {"clip": [str(clip.public_id)]})

    assert answer.status_code == 303
    assert "is not where it was" in editor.get(answer.location).get_data(as_text=True)


def zip_of(data: bytes) -> dict[str, Any]:
    """Return what a zip holds, each file checked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
