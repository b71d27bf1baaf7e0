"""Registering a folder's recordings in place: what is found, what is left out, and who chooses the folder."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.media import scan as scanning
from app.media.models import Media, MediaSource
from app.media.scan import ScanResult, register, survey
from app.projects.models import Project
from app.projects.service import ProjectFields, project_service
from tests.factories import make_project
from tests.media.conftest import Ledger
from tests.visitors import Company


@pytest.fixture
def workspaces(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """Return the folder the operator allows."""
    folder = tmp_path / "workspaces"
    folder.mkdir()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], workspaces=folder)
    yield folder


@pytest.fixture
def folder(workspaces: Path, company: Company, recording: Path) -> Path:
    """Return the project's folder, with one recording in it."""
    folder = workspaces / "harbour"
    folder.mkdir()
    shutil.copy(recording, folder / "one.mp4")
    choose(company, "harbour", workspaces)
    return folder


def choose(company: Company, path: str, workspaces: Path | None, role: str = "admin") -> Project:
    with transaction() as session:
        project = session.get_one(Project, company.project.id)
        fields = ProjectFields(project.name, workspace_path=path)
        service = project_service(session, workspaces)
        return service.edit(getattr(company, role), project, fields, project.version)


def look(company: Company, workspaces: Path) -> ScanResult:
    with transaction() as session:
        project = session.get_one(Project, company.project.id)
        return register(session, project, survey(session, project, workspaces), company.editor.id)


def test_a_recording_is_registered_where_it_lies(
    company: Company, workspaces: Path, folder: Path, ledger: Ledger
) -> None:
    result = look(company, workspaces)

    assert [name for name, _ in result.registered] == ["one.mp4"]
    left = ledger.left()
    assert (left.media, left.jobs, left.files) == (1, 1, frozenset())
    with transaction() as session:
        media = session.query(Media).one()
    assert (media.path, media.source, media.sha256) == (str(folder / "one.mp4"), MediaSource.SCAN, None)


def test_a_second_scan_registers_nothing(company: Company, workspaces: Path, folder: Path, ledger: Ledger) -> None:
    look(company, workspaces)
    before = ledger.left()

    result = look(company, workspaces)

    assert result.registered == []
    assert result.skipped == [("one.mp4", "It is here already.")]
    assert ledger.left() == before


def test_what_is_no_recording_is_left_out_with_its_reason(company: Company, workspaces: Path, folder: Path) -> None:
    (folder / "notes.txt").write_text("dear diary")
    (folder / "deep").mkdir()
    (folder / "deep" / "playlist.mp4").write_text("#EXTM3U\nfile:///etc/passwd")
    (folder / ".hidden.mp4").write_text("x")
    (folder / "Thumbs.db").write_text("x")

    result = look(company, workspaces)

    assert result.found == 3
    reasons = dict(result.skipped)
    assert set(reasons) == {"notes.txt", "deep/playlist.mp4"}
    assert "a playlist" in reasons["deep/playlist.mp4"]


def test_links_that_lead_out_of_the_folder_are_left_out(
    company: Company, workspaces: Path, folder: Path, recording: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    shutil.copy(recording, secret / "theirs.mp4")
    (folder / "file-link.mp4").symlink_to(secret / "theirs.mp4")
    (folder / "folder-link").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.mp4").symlink_to(folder / "gone.mp4")
    (folder / "itself.mp4").symlink_to(folder / "itself.mp4")

    result = look(company, workspaces)

    assert [name for name, _ in result.registered] == ["one.mp4"]
    assert result.skipped == [("file-link.mp4", "It is a link that leads out of the folder.")]


def test_a_link_to_a_recording_in_the_same_folder_is_the_same_recording(
    company: Company, workspaces: Path, folder: Path
) -> None:
    (folder / "two.mp4").symlink_to(folder / "one.mp4")

    result = look(company, workspaces)

    assert len(result.registered) == 1
    assert result.skipped == [("two.mp4", "It is here already.")]


def test_a_name_that_is_no_text_is_left_out_with_its_reason(
    company: Company, workspaces: Path, folder: Path, recording: Path
) -> None:
    shutil.copy(recording, os.fsencode(folder) + b"/\xff\xfe.mp4")

    result = look(company, workspaces)

    assert [name for name, _ in result.registered] == ["one.mp4"]
    assert len(result.skipped) == 1
    name, reason = result.skipped[0]
    assert name.encode()
    assert "name" in reason


def test_a_folder_with_too_many_files_is_refused_and_registers_nothing(
    company: Company, workspaces: Path, folder: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "MOST_FILES", 1)
    (folder / "zzz.mp4").write_text("x")

    with pytest.raises(Invalid, match="more than 1 files"):
        look(company, workspaces)

    assert ledger.left().media == 0


@pytest.mark.parametrize("path", ["..", "../outside", "/", "harbour/../..", "link-out", "nowhere", "file.txt"])
def test_a_folder_outside_the_allowed_one_cannot_be_chosen(
    company: Company, workspaces: Path, tmp_path: Path, path: str
) -> None:
    (tmp_path / "outside").mkdir()
    (workspaces / "harbour").mkdir()
    (workspaces / "link-out").symlink_to(tmp_path / "outside")
    (workspaces / "file.txt").write_text("x")

    with pytest.raises(Invalid) as refused:
        choose(company, path, workspaces)

    assert refused.value.field == "workspace_path"


def test_no_folder_can_be_chosen_where_the_operator_allows_none(company: Company) -> None:
    with pytest.raises(Invalid, match="RUSHES_WORKSPACES"):
        choose(company, "harbour", None)


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_only_an_admin_chooses_the_folder(company: Company, workspaces: Path, role: str) -> None:
    (workspaces / "harbour").mkdir()

    assert choose(company, "harbour", workspaces, role).workspace_path is None


def test_an_owner_cannot_send_the_folder_in_the_form(company: Company, workspaces: Path) -> None:
    (workspaces / "harbour").mkdir()
    owner, address = company.as_("owner"), f"/p/{company.project.slug}/settings"

    owner.post(address, {"name": "Renamed", "workspace_path": "harbour", "version": "1", "language": ""})

    with transaction() as session:
        project = session.get_one(Project, company.project.id, populate_existing=True)
        assert (project.name, project.workspace_path) == ("Renamed", None)


def test_an_owners_edit_keeps_the_folder_an_admin_chose(company: Company, workspaces: Path, folder: Path) -> None:
    assert choose(company, "", workspaces, "owner").workspace_path == str(folder)


def test_two_projects_cannot_share_a_folder(company: Company, workspaces: Path, folder: Path) -> None:
    with pytest.raises(Conflict) as refused, transaction() as session:
        fields = ProjectFields("Another", workspace_path="harbour")
        project_service(session, workspaces).create(company.admin, fields)

    assert refused.value.field == "workspace_path"


def test_a_folder_that_is_gone_is_told(company: Company, workspaces: Path, folder: Path) -> None:
    shutil.rmtree(folder)

    with pytest.raises(Invalid, match="not there any more"):
        look(company, workspaces)


def test_a_folder_moved_out_by_a_link_is_not_followed(
    company: Company, workspaces: Path, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)

    with pytest.raises(Invalid, match="not there any more"):
        look(company, workspaces)


def test_the_scan_page_asks_first_and_then_tells_what_happened(
    company: Company, workspaces: Path, folder: Path
) -> None:
    (folder / "notes.txt").write_text("dear diary")
    editor, address = company.as_("editor"), f"/p/{company.project.slug}/scan"

    assert str(folder) in editor.get(address).get_data(as_text=True)
    text = editor.post(address).get_data(as_text=True)

    assert "2 found, 1 added, 1 left out" in text
    assert "This is a text file" in text


def test_the_scan_page_of_a_project_without_a_folder_says_so(company: Company) -> None:
    editor, address = company.as_("editor"), f"/p/{company.project.slug}/scan"

    assert "This project has no folder" in editor.get(address).get_data(as_text=True)
    assert editor.post(address).status_code == 422


def test_the_command_scans_a_project_by_its_address(
    app: Flask, company: Company, workspaces: Path, folder: Path
) -> None:
    result = app.test_cli_runner().invoke(args=["media", "scan", company.project.slug])

    assert result.output == "added    one.mp4\n"


def test_the_command_says_which_project_it_does_not_know(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["media", "scan", "nowhere"])

    assert result.exit_code == 1
    assert "There is no project nowhere." in result.output


def test_one_file_in_two_projects_folders_is_two_recordings(
    company: Company, workspaces: Path, folder: Path, recording: Path, ledger: Ledger
) -> None:
    look(company, workspaces)
    (workspaces / "other").mkdir()
    shutil.copy(recording, workspaces / "other" / "one.mp4")
    other = make_project(company.admin)
    with transaction() as session:
        fresh = session.get_one(Project, other.id)
        service = project_service(session, workspaces)
        service.edit(company.admin, fresh, ProjectFields(fresh.name, workspace_path="other"), fresh.version)
        register(session, fresh, survey(session, fresh, workspaces), None)

    assert ledger.left().media == 2
