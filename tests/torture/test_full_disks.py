"""An instance on a disk that fills up: words for the person, nothing acknowledged lost, and on after room is made."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest

from app.backups.errors import BackupError
from app.backups.whole import back_up_whole
from app.core import ballast
from tests.torture.clients import TUS, Clients
from tests.torture.tally import Tally
from tests.torture.test_web_kills import lost
from tests.torture.web import ROOT, Web

# Each begins processes of its own, some many.
pytestmark = pytest.mark.slow

SIZE_MIB = int(os.environ.get("RUSHES_DISK_MIB", "24"))
MEBIBYTE = 1024 * 1024
BALLAST = {"RUSHES_BALLAST_MIB": "4", "RUSHES_RESERVE_MIB": "1"}
MOST = 3000
HEADERS = {**TUS, "Upload-Length": "5000", "Upload-Metadata": "project b3du,filename YS5tcDQ="}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def disk(tmp_path: Path, prepared: Path) -> Iterator[Path]:
    """Yield an instance on a small disk of its own; only root can mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        if os.environ.get("RUSHES_REQUIRE_ALL") == "1":
            pytest.fail("no small disk can be mounted here")
        pytest.skip("no small disk can be mounted here")
    try:
        shutil.copytree(prepared, place / "instance")
        yield place / "instance"
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(filler: Path, left: int) -> None:
    """Leave so many bytes of room."""
    free = shutil.disk_usage(filler.parent).free
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - left))


def make_project(clients: Clients, name: str) -> int:
    status = clients.web.ask("POST", "/projects/new", urlencode({"name": name}).encode(), FORM).status
    if status == 303:
        clients.made.append(name)
    return status


def until_refused(clients: Clients) -> list[int]:
    """Make projects until several in a row are refused; return how each was answered."""
    statuses: list[int] = []
    while len(statuses) < MOST and (len(statuses) < 3 or 303 in statuses[-3:]):
        statuses.append(make_project(clients, f"Made {len(statuses)}"))
    return statuses


def test_a_full_disk_is_told_and_loses_nothing(disk: Path, tmp_path: Path, tally: Tally) -> None:
    web = Web(disk)
    web.start()
    clients = Clients(web, b"")
    make_project(clients, "Made before")
    fill(disk.parent / "filler", 300_000)

    try:
        with tally("writes on a disk that is full, and after room is made") as row:
            statuses = until_refused(clients)
            refused = [status for status in statuses if status != 303]
            upload = web.ask("POST", "/uploads", None, HEADERS)
            with pytest.raises(BackupError, match=r"(?i)free|space|full"):
                back_up_whole(f"sqlite:///{disk / 'rushes.db'}", disk / "media", disk / "kept")
            reading = web.ask("GET", "/p/own.json").status
            (disk.parent / "filler").unlink()
            after = make_project(clients, "Made after")
            web.kill()
            wrong = lost(disk, clients)
            row.tried, row.bad = len(statuses), len(wrong)
            row.note = f"{len(clients.made)} acknowledged, then {sorted(set(refused))}, an upload {upload.status}"
    finally:
        (disk.parent / "filler").unlink(missing_ok=True)

    assert not wrong
    assert set(refused) == {503}
    assert upload.status in (413, 503, 507)
    assert (reading, after) == (200, 303)
    assert not list(disk.glob("kept*"))


def test_a_lost_project_would_be_found(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance = tmp_path / "instance"
    shutil.copytree(prepared, instance)
    clients = Clients(Web(instance), b"")
    clients.made.append("Made and lost")

    with tally("planted mistake found: an acknowledged project that is not there") as row:
        found = lost(instance, clients)
        row.tried, row.bad = 1, int(not found)

    assert found == ["project Made and lost is lost"]


def doctor(instance: Path, *options: str) -> str:
    facts = {"RUSHES_INSTANCE": str(instance), "SECRET_KEY": "only for tests", **BALLAST}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor", *options]
    return subprocess.run(command, cwd=ROOT, env=os.environ | facts, capture_output=True, text=True).stdout


def removed(web: Web) -> int:
    """Put a recording into the trash; return how that was answered."""
    with closing(sqlite3.connect(web.instance / "rushes.db")) as database:
        found = database.execute("SELECT public_id FROM media WHERE deleted_at IS NULL LIMIT 1").fetchone()[0]
    return web.ask("POST", f"/m/{UUID(found)}/delete", b"", FORM).status


@pytest.mark.parametrize("mistake", ["", "planted mistake found: a ballast that takes no room"])
def test_a_full_disk_is_got_out_of_by_the_ballast(mistake: str, disk: Path, tally: Tally) -> None:
    made = doctor(disk)
    assert "4.2 MB of ballast can be let go" in made, made
    if mistake:
        (disk / ballast.NAME).unlink()
        with (disk / ballast.NAME).open("wb") as file:
            file.truncate(4 * MEBIBYTE)
    web = Web(disk)
    web.start()
    clients = Clients(web, b"")
    try:
        with tally(
            mistake.replace("planted:", "planted mistake found:") or "a full disk, got out of by the ballast"
        ) as row:
            fill(disk.parent / "filler", 300_000)
            until_refused(clients)
            on_a_full_disk = removed(web)
            words = doctor(disk, "--free")
            after = removed(web), make_project(clients, "Made after")
            (disk.parent / "filler").unlink()
            again = doctor(disk)
            web.kill()
            wrong = lost(disk, clients)
            helped = after == (303, 303)
            row.tried, row.bad = 1, len(wrong) + (helped == bool(mistake))
    finally:
        (disk.parent / "filler").unlink(missing_ok=True)

    assert on_a_full_disk == 503
    assert "let go" in words
    assert helped != bool(mistake), after
    assert "of ballast can be let go" in again
    assert not wrong
