"""Fetch a recording from a public address, in a child that may connect and do nothing else.

A file is fetched as it is. An address that leads to a page is given to yt-dlp, where that is installed; this
process can then still reach public addresses only.
"""

import http.client
import importlib
import importlib.util
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from app.core.texts import later, say
from app.processing.addresses import Place, guard_connections, place_of
from app.processing.errors import MediaRefused, ProcessingFailed

Report = Callable[[float, str], None]

MOST_REDIRECTS = 5
SILENCE_S = 30
BLOCK = 1 << 18
GIB = 1 << 30
REDIRECTS = (301, 302, 303, 307, 308)
PAGES = ("text/html", "application/xhtml+xml")
NAMED = re.compile(r"[^\w. -]+")

A_PAGE = later(
    "This address leads to a web page, not to a file. Give the address of the file itself; "
    "whoever runs this server may also install yt-dlp, which knows many pages."
)
TOO_LARGE = later("The file is larger than the {limit} GB that are fetched here.")
TOO_LONG = later("It took longer than is allowed here.")
BROKE_OFF = later("The connection broke off. Try again.")
NO_ANSWER = later("The server at {host} does not answer.")
ROUND = later("The address leads from one to the next, and never to a file.")


@dataclass(frozen=True)
class Bounds:
    """How much may be fetched, and until when (by the monotonic clock)."""

    most_bytes: int
    ends_at: float

    def check(self, size: int) -> None:
        if size > self.most_bytes:
            raise MediaRefused(TOO_LARGE.format(limit=f"{self.most_bytes / GIB:g}"))
        if time.monotonic() > self.ends_at:
            raise ProcessingFailed(TOO_LONG)


def fetch(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Fetch ``params["url"]`` into the folder ``params["folder"]``: at most ``max_bytes`` in at most ``max_s`` seconds.

    Gives ``path`` (in the folder), ``filename`` (what the server calls it), ``size_bytes``, ``engine`` ("https" or
    "yt-dlp") and ``engine_version``. Raises MediaRefused for an address that is not fetched, ProcessingFailed where
    the other side fails.
    """
    guard_connections()
    bounds = Bounds(int(params["max_bytes"]), time.monotonic() + float(params["max_s"]))
    folder = Path(params["folder"])
    with _answer_of(str(params["url"])) as (place, answer):
        if answer.headers.get_content_type() not in PAGES:
            path = folder / "fetched"
            size = _keep(answer, path, bounds, report)
            name = _name_of(place, answer.headers)
            return {"path": str(path), "filename": name, "size_bytes": size, "engine": "https", "engine_version": None}
        url = place.url
    if not knows_pages():
        raise MediaRefused(A_PAGE)
    return _by_page(url, folder, bounds, report)


def knows_pages() -> bool:
    """Say whether yt-dlp is installed."""
    return importlib.util.find_spec("yt_dlp") is not None


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was checked, whatever its name would lead to by now."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.host, place.port, timeout=SILENCE_S)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.create_connection((self._place.address, self._place.port), SILENCE_S)
        if self._place.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._place.host)


@contextmanager
def _answer_of(url: str) -> Iterator[tuple[Place, http.client.HTTPResponse]]:
    """Ask, follow at most five redirects, each checked anew, and give the answer that is one."""
    for _ in range(MOST_REDIRECTS + 1):
        place = place_of(url)
        connection = _Pinned(place)
        try:
            answer = _ask(connection, place)
            if answer.status not in REDIRECTS:
                _require_success(answer)
                yield place, answer
                return
            url = urljoin(url, answer.headers.get("Location") or "")
        finally:
            connection.close()
    raise MediaRefused(ROUND)


def _ask(connection: _Pinned, place: Place) -> http.client.HTTPResponse:
    headers = {"User-Agent": "Rushes", "Accept": "*/*", "Accept-Encoding": "identity"}
    try:
        connection.request("GET", place.target, headers=headers)
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise ProcessingFailed(NO_ANSWER.format(host=place.host), str(error)) from error


def _require_success(answer: http.client.HTTPResponse) -> None:
    if answer.status in (401, 403, 407):
        raise MediaRefused(say("The server asks who wants it, and gives it to nobody unknown."))
    if answer.status in (404, 410):
        raise MediaRefused(say("There is nothing at this address."))
    if answer.status != 200:
        raise ProcessingFailed(
            say("The server answered %(status)s %(reason)s.", status=answer.status, reason=answer.reason)
        )


def _keep(answer: http.client.HTTPResponse, path: Path, bounds: Bounds, report: Report) -> int:
    """Write what comes and return how much it was; a file that ends early is none."""
    announced = answer.headers.get("Content-Length") or ""
    whole = int(announced) if announced.isascii() and announced.isdigit() else None
    bounds.check(whole or 0)
    size = 0
    with path.open("wb") as file:
        while block := _block(answer):
            size += len(block)
            bounds.check(size)
            file.write(block)
            report(size / whole if whole else 0.5, f"Fetched {size / (1 << 20):.0f} MB")
    if whole is not None and size != whole:
        raise ProcessingFailed(BROKE_OFF)
    return size


def _block(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read(BLOCK)
    except (OSError, http.client.HTTPException) as error:
        raise ProcessingFailed(BROKE_OFF, str(error)) from error


def _name_of(place: Place, headers: Message) -> str:
    """Return what the server calls the file, else the end of its address."""
    told = headers.get_filename() or unquote(urlsplit(place.url).path).rsplit("/", 1)[-1]
    plain = NAMED.sub(" ", told.replace("\\", "/").rsplit("/", 1)[-1])
    return " ".join(plain.split()).strip(" .")[:200] or place.host


def _by_page(url: str, folder: Path, bounds: Bounds, report: Report) -> dict[str, Any]:
    """Have yt-dlp find the recording a page is about; one file, as it is there, without other programs."""
    package = importlib.import_module("yt_dlp")

    def told(state: dict[str, Any]) -> None:
        size, whole = int(state.get("downloaded_bytes") or 0), state.get("total_bytes")
        bounds.check(size)
        report(size / whole if whole else 0.5, f"Fetched {size / (1 << 20):.0f} MB")

    options = {
        "format": "best",
        "outtmpl": {"default": str(folder / "fetched.%(ext)s")},
        "noplaylist": True,
        "playlist_items": "1",
        "max_filesize": bounds.most_bytes,
        "socket_timeout": SILENCE_S,
        "progress_hooks": [told],
        **{"quiet": True, "noprogress": True, "cachedir": False, "hls_prefer_native": True, "color": "never"},
    }
    try:
        with package.YoutubeDL(options) as fetcher:
            facts = fetcher.extract_info(url, download=True)
    except package.utils.DownloadError as error:
        raise ProcessingFailed(say("yt-dlp could not fetch it. The log says why."), str(error)) from error
    path = next(iter(sorted(folder.glob("fetched.*"))), None)
    if path is None:
        raise MediaRefused(TOO_LARGE.format(limit=f"{bounds.most_bytes / GIB:g}"))
    name = NAMED.sub(" ", f"{facts.get('title') or 'recording'}{path.suffix}")
    size = path.stat().st_size
    bounds.check(size)
    made = {"engine": "yt-dlp", "engine_version": str(package.version.__version__)}
    return {"path": str(path), "filename": name.strip()[:200], "size_bytes": size, **made}
