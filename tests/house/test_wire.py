"""Bytes no browser would send, on the wire to the real server: a clear answer to each, and the server goes on."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import db
from app.factory import create_app
from tests.factories import make_media_of
from tests.live import serving
from tests.visitors import Company, Visitor

MEBIBYTE = 1024 * 1024
FORM = "Content-Type: application/x-www-form-urlencoded"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


@dataclass
class Wire:
    """A server on a port, and what it answers to bytes."""

    port: int

    def send(self, raw: bytes) -> bytes:
        """Return all that is answered until the server closes, or has nothing more to say."""
        with closing(socket.create_connection(("127.0.0.1", self.port), 20)) as wire:
            try:
                wire.sendall(raw)
                wire.shutdown(socket.SHUT_WR)
            except OSError:
                # Refused before everything was sent: the answer is waiting.
                return _rest(wire)
            return _rest(wire)

    def statuses(self, raw: bytes) -> list[int]:
        return [int(number) for number in STATUS.findall(self.send(raw))]

    @property
    def goes_on(self) -> bool:
        return self.statuses(b"GET /healthz HTTP/1.1\r\nHost: rushes.example\r\n\r\n") == [200]


def _rest(wire: socket.socket) -> bytes:
    received = b""
    try:
        while more := wire.recv(65536):
            received += more
    except ConnectionResetError:
        return received
    return received


@pytest.fixture(scope="module")
def named(house: Flask) -> Flask:
    """Return the app as an operator runs it who said what it is called."""
    return create_app(replace(house.config["SETTINGS"], trusted_hosts=("rushes.example",)))


@pytest.fixture
def wire(app: Flask, named: Flask) -> Iterator[Wire]:
    with named.app_context():
        # The database is another file in each test.
        db.engine.dispose()
    with serving(named) as port:
        yield Wire(port)


def request(line: str, *headers: str, body: bytes = b"", host: str = "rushes.example") -> bytes:
    return "\r\n".join([line, f"Host: {host}", *headers, "", ""]).encode("latin-1") + body


SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: rushes.example\r\n\r\n"
AMBIGUOUS = {
    "a length and chunks": request(
        "POST /sign-in HTTP/1.1", FORM, "Content-Length: 4", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "two lengths": request(
        "POST /sign-in HTTP/1.1", FORM, "Content-Length: 3", "Content-Length: 5", body=b"x=1&y" + SMUGGLED
    ),
    "two lengths in one": request("POST /sign-in HTTP/1.1", FORM, "Content-Length: 3, 5", body=b"x=1" + SMUGGLED),
    "chunks in HTTP/1.0": request(
        "POST /sign-in HTTP/1.0", FORM, "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "a length with a sign": request("POST /sign-in HTTP/1.1", FORM, "Content-Length: +3", body=b"x=1" + SMUGGLED),
    "a length below nought": request("POST /sign-in HTTP/1.1", FORM, "Content-Length: -3", body=SMUGGLED),
    "a length that is a word": request("POST /sign-in HTTP/1.1", FORM, "Content-Length: ten", body=SMUGGLED),
    "chunks of no size": request(
        "POST /sign-in HTTP/1.1", FORM, "Transfer-Encoding: chunked", body=b"zz\r\nx=1\r\n0\r\n\r\n"
    ),
    "a chunk longer than it says": request(
        "POST /sign-in HTTP/1.1", FORM, "Transfer-Encoding: chunked", body=b"2\r\nx=1&y=2\r\n0\r\n\r\n"
    ),
    "a coding nobody knows": request(
        "POST /sign-in HTTP/1.1", FORM, "Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "chunks said in two ways": request(
        "POST /sign-in HTTP/1.1", FORM, "Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + SMUGGLED
    ),
    "a blank before the colon": request(
        "POST /sign-in HTTP/1.1", FORM, "Transfer-Encoding : chunked", "Content-Length: 3", body=b"x=1" + SMUGGLED
    ),
    "a nought in a header": request("GET /sign-in HTTP/1.1", "X-One: 1\x00"),
    "a line that is no request": b"NONSENSE\r\n\r\n",
    "a line that ends halfway": request("GET /sign-in HTTP/1.1", "X-One: 1\rX-Two: 2"),
}


@pytest.mark.parametrize("raw", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_may_be_read_in_two_ways_is_refused_and_nothing_behind_it_is_heard(wire: Wire, raw: bytes) -> None:
    assert wire.statuses(raw) in ([400], [501])
    assert wire.goes_on


def test_a_body_in_chunks_is_read(wire: Wire) -> None:
    raw = request("POST /sign-in HTTP/1.1", FORM, "Transfer-Encoding: chunked", body=b"3\r\nx=1\r\n0\r\n\r\n")

    # Refused for want of the page's token, as any form is; what follows is a request of its own.
    assert wire.statuses(raw + SMUGGLED) == [400, 200]


def test_a_head_of_ten_megabytes_is_refused(wire: Wire) -> None:
    answer = wire.send(request("GET /sign-in HTTP/1.1", f"X-Long: {'x' * 10 * MEBIBYTE}"))

    assert STATUS.findall(answer) in ([b"431"], [])
    assert wire.goes_on


def test_an_address_of_a_megabyte_is_refused(wire: Wire) -> None:
    assert wire.statuses(request(f"GET /search?q={'x' * MEBIBYTE} HTTP/1.1"))[:1] in ([431], [])
    assert wire.goes_on


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "BREW"])
def test_a_method_nobody_needs_is_refused_and_echoes_nothing(wire: Wire, method: str) -> None:
    answer = wire.send(
        request(f"{method} /sign-in HTTP/1.1", "X-Canary: canary-header", "Cookie: rushes=canary-cookie")
    )

    assert STATUS.findall(answer) == [b"405"]
    assert b"canary" not in answer


@pytest.mark.parametrize(
    "host", ["evil.example", "rushes.example.evil.example", "rushes.example:80@evil.example", "", "a b", "127.0.0.1"]
)
@pytest.mark.parametrize("path", ["/sign-in", "/projects", "/static/nothing.css", "/nowhere"])
def test_another_host_is_refused_and_never_becomes_an_address_of_ours(wire: Wire, path: str, host: str) -> None:
    answer = wire.send(request(f"GET {path} HTTP/1.1", host=host))

    assert STATUS.findall(answer) == [b"400"]
    assert b"evil.example" not in answer
    assert wire.goes_on


def test_a_forwarded_host_is_not_believed(wire: Wire) -> None:
    answer = wire.send(
        request("GET /projects HTTP/1.1", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
    )

    assert STATUS.findall(answer) == [b"303"]
    assert b"evil.example" not in answer


def test_a_whole_address_in_the_first_line_leads_no_further_than_ours(wire: Wire) -> None:
    answer = wire.send(request("GET http://evil.example/sign-in HTTP/1.1"))

    assert STATUS.findall(answer)[0] in (b"200", b"400", b"404")
    assert b"evil.example" not in answer
    assert wire.goes_on


RANGES = {
    "bytes=0-0": 206,
    "bytes=-1": 206,
    "bytes=5-": 206,
    "bytes=0-99999999999999999999": 206,
    "bytes=99999999999999999999-": 416,
    "bytes=9-3": (200, 416),
    "bytes=-0": (200, 416),
    "bytes=0-1,3-4": (200, 206, 416),
    "bytes=" + ",".join(["0-"] * 1000): (200, 206, 416),
    "bytes=x-y": (200, 416),
    "bytes": (200, 416),
    "lines=1-2": (200, 416),
}


@pytest.mark.parametrize("asked", RANGES, ids=lambda asked: asked[:24])
def test_every_shape_of_a_range_has_a_clear_answer(
    app: Flask, wire: Wire, company: Company, recording: Path, asked: str
) -> None:
    media = make_media_of(company.project, recording, app.config["SETTINGS"].media_root)
    cookie = f"Cookie: {cookies_of(company.as_('viewer'))}"
    line = f"GET /m/{media.public_id}/file?play=1 HTTP/1.1"

    answer = wire.send(request(line, cookie, f"Range: {asked}"))

    allowed = RANGES[asked]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(STATUS.findall(head)[0]) in (allowed if isinstance(allowed, tuple) else (allowed,))
    assert len(body) <= max(recording.stat().st_size, 20_000)
    assert wire.goes_on


def cookies_of(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("rushes")
    assert cookie is not None
    return f"rushes={cookie.value}"
