"""Fetching by address: what is refused before a byte is asked for, what on the way, and what comes of the rest."""

import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.processing import addresses, fetching
from app.processing.addresses import NOT_PUBLIC, guard_connections, is_public, place_of, read_url
from app.processing.confinement import Limits
from app.processing.errors import MediaRefused, ProcessingFailed
from app.processing.fetching import fetch
from app.processing.sandbox import run_sync
from tests.processing.conftest import silently

BODY = b"\0\0\0\x18ftypmp42" + bytes(5000)


class Site(BaseHTTPRequestHandler):
    """A little server: files, pages, redirects, and some that lie."""

    protocol_version = "HTTP/1.1"
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        way = getattr(self, f"way_{self.path.strip('/').split('.')[0]}", self.way_missing)
        way()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        told = {"Content_Length": str(len(body)), "Content_Type": "video/mp4", **headers}
        for name, value in told.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def way_film(self) -> None:
        self.send(200, BODY)

    def way_named(self) -> None:
        self.send(200, BODY, Content_Disposition='attachment; filename="../../Harbour & pier.mp4"')

    def way_moved(self) -> None:
        self.send(302, Location="/film.mp4")

    def way_inside(self) -> None:
        self.send(302, Location="http://10.0.0.1/film.mp4")

    def way_file(self) -> None:
        self.send(302, Location="file:///etc/passwd")

    def way_round(self) -> None:
        self.send(302, Location="/round")

    def way_page(self) -> None:
        self.send(200, b"<html>", Content_Type="text/html; charset=utf-8")

    def way_short(self) -> None:
        self.send(200, BODY, Content_Length="99999")

    def way_secret(self) -> None:
        self.send(403)

    def way_missing(self) -> None:
        self.send(404)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a server that passes for a public one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(Site, "asked", [])
    monkeypatch.setattr(addresses, "PORTS", {"http": server.server_port, "https": 443})
    monkeypatch.setattr(addresses, "is_public", lambda text: text == "127.0.0.1" or is_public(text))
    monkeypatch.setattr(fetching, "guard_connections", lambda: None)
    yield "http://127.0.0.1"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(url: str, folder: Path, **changes: Any) -> dict[str, Any]:
    return fetch({"url": url, "folder": str(folder), "max_bytes": 1 << 20, "max_s": 60, **changes}, silently)


@pytest.mark.parametrize(
    "url",
    [
        *("", "film.mp4", "//example.org/a", "ftp://example.org/a", "file:///etc/passwd", "gopher://example.org/"),
        *("https://", "https:///a", "http://[::1", "http://example.org:99999/", "https://example.org/a b"),
        *("https://user@example.org/", "https://user:secret@example.org/", "http://example.org:8080/"),
        *("http://example.org:22/", "https://example.org/" + "a" * 1100, "javascript:alert(1)", "data:video/mp4,x"),
        *("http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0/"),
        *("http://10.1.2.3/", "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/"),
        *("http://100.64.0.1/", "http://[::1]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://224.0.0.1/"),
        *(
            "http://[::ffff:127.0.0.1]/",
            "http://[2002:7f00:1::]/",
            "http://[64:ff9b::7f00:1]/",
            "http://255.255.255.255/",
        ),
    ],
)
def test_an_address_that_is_none_or_not_public_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(MediaRefused):
        read_url(url)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700:4700::1111"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(text)


@pytest.mark.parametrize("found", [["10.0.0.7"], ["8.8.8.8", "127.0.0.1"], ["::1"], []])
def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)

    with pytest.raises(MediaRefused, match="private network"):
        place_of("https://example.org/film.mp4")


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)

    place = place_of("https://example.org/film.mp4?x=1")

    assert (place.address, place.port, place.host, place.target) == ("8.8.8.8", 443, "example.org", "/film.mp4?x=1")


@pytest.mark.parametrize(
    ("path", "name"), [("film.mp4", "film.mp4"), ("moved", "film.mp4"), ("named", "Harbour pier.mp4")]
)
def test_a_file_is_fetched_whole_under_its_servers_name(site: str, tmp_path: Path, path: str, name: str) -> None:
    made = fetched(f"{site}/{path}", tmp_path)

    assert Path(made["path"]).read_bytes() == BODY
    assert Path(made["path"]).parent == tmp_path
    assert (made["filename"], made["size_bytes"], made["engine"]) == (name, len(BODY), "https")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("inside", "private network"),
        ("file", "begins with https"),
        ("round", "from one to the next"),
        ("page", "leads to a web page"),
        ("secret", "asks who wants it"),
        ("nothing", "nothing at this address"),
    ],
)
def test_what_is_no_file_for_everybody_is_refused_in_words(site: str, tmp_path: Path, path: str, words: str) -> None:
    with pytest.raises(MediaRefused, match=words):
        fetched(f"{site}/{path}", tmp_path)
    assert len(Site.asked) <= 6


def test_a_file_that_ends_early_is_no_file(site: str, tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed, match="broke off"):
        fetched(f"{site}/short", tmp_path)


def test_more_than_is_allowed_is_not_fetched_nor_longer(site: str, tmp_path: Path) -> None:
    with pytest.raises(MediaRefused, match="larger than"):
        fetched(f"{site}/film.mp4", tmp_path, max_bytes=len(BODY) - 1)
    with pytest.raises(ProcessingFailed, match="longer than is allowed"):
        fetched(f"{site}/film.mp4", tmp_path, max_s=-1)


def test_a_page_is_given_to_yt_dlp_where_that_is_installed(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "knows_pages", lambda: True)
    monkeypatch.setitem(sys.modules, "yt_dlp", stand_in())

    made = fetched(f"{site}/page", tmp_path)

    assert (made["filename"], made["engine"], made["engine_version"]) == ("Launch day.mp4", "yt-dlp", "2026.1.1")
    assert Path(made["path"]).read_bytes() == BODY


def stand_in() -> ModuleType:
    """Return what of yt-dlp is used, writing a file instead of asking a site."""

    class Fetcher:
        def __init__(self, options: dict[str, Any]) -> None:
            self.options = options

        def __enter__(self) -> "Fetcher":
            return self

        def __exit__(self, *error: object) -> None:
            return None

        def extract_info(self, url: str, *, download: bool) -> dict[str, Any]:
            Path(self.options["outtmpl"]["default"].replace("%(ext)s", "mp4")).write_bytes(BODY)
            self.options["progress_hooks"][0]({"downloaded_bytes": len(BODY), "total_bytes": len(BODY)})
            return {"title": "Launch/day"}

    module: Any = ModuleType("yt_dlp")
    module.YoutubeDL = Fetcher
    module.utils = type("utils", (), {"DownloadError": type("DownloadError", (Exception,), {})})
    module.version = type("version", (), {"__version__": "2026.1.1"})
    return module  # type: ignore[no-any-return]


def test_whatever_a_library_connects_to_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", socket.socket.connect)
    monkeypatch.setattr(socket.socket, "connect_ex", socket.socket.connect_ex)
    guard_connections()

    for family, address in ((socket.AF_INET, ("127.0.0.1", 9)), (socket.AF_UNIX, "nowhere")):
        with socket.socket(family) as sock, pytest.raises(ProcessingFailed, match="private network"):
            sock.connect(address)


def test_the_child_that_fetches_may_connect_and_nothing_else(tmp_path: Path) -> None:
    limits = Limits(wall_s=20, cpu_s=10, memory_bytes=1 << 30, network=True)

    attempts = run_sync("self_check", {}, reads=[], work_dir=tmp_path, limits=limits)["attempts"]

    assert [name for name, outcome in attempts.items() if outcome == "open"] == ["open a socket"]


def test_the_child_refuses_a_private_address_by_itself(tmp_path: Path) -> None:
    params = {"url": "http://127.0.0.1/film.mp4", "folder": str(tmp_path), "max_bytes": 1000, "max_s": 5}

    with pytest.raises(MediaRefused, match=NOT_PUBLIC):
        run_sync("fetch", params, reads=[], work_dir=tmp_path)
