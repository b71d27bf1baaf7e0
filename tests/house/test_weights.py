"""What each page weighs as it is sent: scripts, sheets and the page itself, compressed."""

import gzip
import re
from pathlib import PurePosixPath

import pytest
from flask import Flask

from app.core.web.bundles import ENTRIES
from app.core.web.static_files import FOR_EVER, StaticFile, read_folder
from app.factory import ROOT
from tests.house.sources import texts
from tests.house.world import World

KB = 1000
SCRIPTS, SHEETS, PAGE = 25 * KB, 15 * KB, 35 * KB
PLACES = [
    "/projects", "/projects/trash", "/projects/new", "/p/own", "/p/own?view=list", "/p/own/clips", "/p/own/members",
    "/p/own/settings", "/p/own/upload", "/p/own/activity", "/p/own/tags", "/p/own/trash", "/p/own/delete", "/jobs",
    "/activity", "/search?q=said", "/me", "/me/sessions", "/me/tokens", "/admin/users", "/admin/audit",
    "/admin/database", "/admin/storage", "/admin/processing", "/admin/settings", "/m/{media}", "/m/{media}/edit",
    "/m/{media}/history", "/m/{media}/transcript", "/m/{media}/topics", "/clips/{clip}/edit",
]  # fmt: skip
ASKED = re.compile(r'(?:src|href)="/static/\w+/([\w./-]+\.(?:js|css))"')
IMPORTED = re.compile(r'^import .*?"(\./[\w-]+\.js)";', re.M)


def files() -> dict[str, StaticFile]:
    return read_folder(ROOT / "static").files


def sent(name: str) -> int:
    file = files()[name]
    return len(file.packed or file.body)


def asked(page: str, ending: str) -> set[str]:
    """Return the files a page asks for before anybody does anything, those its modules import included."""
    found = {name for name in ASKED.findall(page) if name.endswith(ending)}
    waiting = [name for name in found if ending == ".js"]
    while waiting:
        name = waiting.pop()
        for other in IMPORTED.findall(files()[name].body.decode()):
            needed = str(PurePosixPath(name).parent / other)
            waiting += [needed] if needed not in found else []
            found.add(needed)
    return found


@pytest.mark.parametrize("place", PLACES)
def test_no_page_is_heavier_than_its_budget(world: World, place: str) -> None:
    answer = world.visitor("admin").get(
        place.format(media=world.projects["own"].media, clip=world.projects["own"].clip)
    )
    page = answer.get_data(as_text=True)
    weights = {
        "scripts": sum(map(sent, asked(page, ".js"))),
        "sheets": sum(map(sent, asked(page, ".css"))),
        "page": len(gzip.compress(answer.data, 6)),
    }

    assert answer.status_code == 200
    assert weights["scripts"] <= SCRIPTS and weights["sheets"] <= SHEETS and weights["page"] <= PAGE, weights


def test_files_are_kept_for_ever_under_an_address_of_their_own(app: Flask) -> None:
    client, version = app.test_client(), read_folder(ROOT / "static").version
    packed = client.get(f"/static/{version}/css/tokens.css", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"/static/{version}/css/tokens.css")

    assert packed.headers["Cache-Control"] == FOR_EVER and "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data) == plain.data


def test_an_old_address_answers_what_is_there_now_and_asks_again(app: Flask) -> None:
    answer = app.test_client().get("/static/0ldversion/js/app.js")
    again = app.test_client().get("/static/0ldversion/js/app.js", headers={"If-None-Match": answer.headers["ETag"]})

    assert (answer.status_code, answer.headers["Cache-Control"], again.status_code) == (200, "no-cache", 304)


@pytest.mark.parametrize("path", ["js/nothing.js", "../wsgi.py", "css", "js/../../wsgi.py"])
def test_nothing_else_is_sent(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/static/now/{path}").status_code == 404


def test_no_module_is_sent_twice() -> None:
    """What is fetched later imports entries alone: a module in two files would listen twice."""
    sources = {PurePosixPath(name).stem: text for name, text in texts(".js") if name.startswith("static/js/")}
    later = {found for text in sources.values() for found in re.findall(r'import\("\./([\w-]+)\.js"\)', text)}
    doubled = {
        f"{name} imports {needed}"
        for name in later - ENTRIES
        for needed in re.findall(r'^import .*?"\./([\w-]+)\.js"', sources[name], re.M)
        if needed not in ENTRIES
    }

    assert doubled == set()


def test_no_text_in_a_script_goes_over_a_line() -> None:
    """Indentation and comment lines are left out of what is sent: inside such a text they would be missed."""
    odd = [
        f"{name}: {number}"
        for name, text in texts(".js")
        if name.startswith("static/js/")
        for number, line in enumerate(text.splitlines(), 1)
        if line.count("`") % 2
    ]

    assert odd == []
