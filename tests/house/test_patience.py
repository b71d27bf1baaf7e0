"""Clients that dawdle, against the real server with two threads: they keep neither a thread nor, for ever, a place."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel

from app.core.web import patience
from app.media import file_routes
from app.media.models import Media
from tests.factories import make_media_of
from tests.live import serving
from tests.visitors import Company, Visitor

MEBIBYTE = 1024 * 1024
# More than the server takes from a thread before it lets it wait.
LONG = 40 * MEBIBYTE
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SCRIPT = b"GET /static/any/vendor/tus-4.3.1.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def long(app: Flask, company: Company, tmp_path: Path) -> Media:
    """Return a recording of forty mebibytes."""
    path = tmp_path / "long.mp4"
    path.write_bytes(b"")
    with path.open("r+b") as file:
        file.truncate(LONG)
    return make_media_of(company.project, path, app.config["SETTINGS"].media_root, content_type="video/mp4")


def playing(media: Media, visitor: Visitor, piece: str = "Range: bytes=1-") -> bytes:
    """Return the request of a player that asks for everything from the second byte on."""
    cookies = "; ".join(f"{each.decoded_key}={each.value}" for each in visitor.cookies.values())
    line = f"GET /m/{media.public_id}/file?play=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return f"{line}Cookie: {cookies}\r\n{piece}\r\n\r\n".encode()


@contextmanager
def stuck(port: int, raw: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Let so many clients send this, read the first bytes of the answer, and then nothing."""
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(10)
            client.connect(("127.0.0.1", port))
            client.sendall(raw)
            assert client.recv(12).startswith(b"HTTP/1.1 20")
            clients.append(client)
        yield clients


def is_served(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 3) as client:
        client.sendall(HEALTH)
        try:
            return client.recv(12) == b"HTTP/1.1 200"
        except TimeoutError:
            return False


def test_players_that_are_paused_keep_no_thread(app: Flask, company: Company, long: Media) -> None:
    with serving(app, threads=2) as port, stuck(port, playing(long, company.as_("viewer")), 3):
        assert is_served(port)


def test_answers_asked_for_at_once_and_not_read_keep_no_thread(app: Flask, company: Company, long: Media) -> None:
    at_once = playing(long, company.as_("viewer"), "X-Whole: 1") * 3

    with serving(app, threads=2) as port, stuck(port, at_once, 3):
        assert is_served(port)


def test_requests_sent_at_once_are_answered_in_their_order(app: Flask) -> None:
    with serving(app, threads=2) as port, socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall((SCRIPT + HEALTH) * 20 + b"GET /none HTTP/1.0\r\n\r\n")
        received = b"".join(iter(lambda: client.recv(65536), b""))

    assert received.count(b"HTTP/1.1 200") == 40
    assert received.rindex(b"200 OK") < received.index(b"HTTP/1.0 ")


def test_a_piece_of_a_file_is_exact_whoever_sends_it(app: Flask, company: Company, long: Media) -> None:
    raw = playing(long, company.as_("viewer"), "Range: bytes=7-99\r\nConnection: close")

    with serving(app) as port, socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(raw)
        head, body = b"".join(iter(lambda: client.recv(65536), b"")).split(b"\r\n\r\n")

    assert b"206 PARTIAL" in head and f"bytes 7-99/{LONG}".encode() in head
    assert body == bytes(93)


HALF = {
    "a head": HEALTH[:-5],
    "a body": b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n\r\nname=",
    "an answer nobody reads": SCRIPT * 300,
}


@pytest.mark.parametrize("half", HALF.values(), ids=HALF)
def test_who_sends_or_takes_next_to_nothing_is_let_go(half: bytes, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.3)
    monkeypatch.setattr(patience, "LEAST_BYTES_PER_S", 1e12)
    with serving(app, look_every_s=0) as port, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.settimeout(10)
        client.sendall(half)
        deadline = time.monotonic() + 3 * patience.PATIENCE_S
        while time.monotonic() < deadline:
            assert is_served(port)
        assert is_let_go(client)
        assert is_served(port)


def is_let_go(client: socket.socket) -> bool:
    """Say whether the server closes by itself, before all the answers were sent."""
    received = 0
    try:
        while more := client.recv(4096):
            received += len(more)
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return received < 300 * 86_000


def test_whoever_was_let_go_waits_for_nothing_more() -> None:
    channel = patience.PatientChannel.__new__(patience.PatientChannel)
    channel._later, channel.requests, channel.total_outbufs_len = [], [], 7
    channel.will_close, channel.close_when_flushed, channel.connected = False, False, False

    assert not channel.readable() and not channel.writable()


def test_whoever_is_being_worked_for_is_not_slow() -> None:
    channel = patience.PatientChannel.__new__(patience.PatientChannel)
    channel._begin()
    channel.requests, channel.total_outbufs_len = [object()], 0

    assert not channel.is_too_slow(channel._since + 10_000, 60)
    channel.requests = []
    assert channel.is_too_slow(channel._since + 61, 60)
    channel._moved = 100 * patience.LEAST_BYTES_PER_S
    assert not channel.is_too_slow(channel._since + 159, 60)


@pytest.mark.parametrize("mistake", ["a thread waits for the reader", "a thread sends the piece"])
def test_a_server_that_lets_a_thread_wait_is_found(
    mistake: str, app: Flask, company: Company, long: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mistake == "a thread sends the piece":
        monkeypatch.setattr(file_routes, "hand_over", lambda answer: None)
        raw = playing(long, company.as_("viewer"))
    else:
        monkeypatch.setattr(patience.PatientChannel, "received", HTTPChannel.received)
        raw = playing(long, company.as_("viewer"), "X-Whole: 1") * 3

    with serving(app, threads=2) as port, stuck(port, raw, 2):
        assert not is_served(port)


def test_a_file_is_handed_to_the_server_at_its_first_byte(app: Flask, company: Company, long: Media) -> None:
    handed = []
    with app.test_request_context(f"/m/{long.public_id}/file", headers={"Range": "bytes=5-"}) as context:
        context.request.environ["wsgi.file_wrapper"] = ReadOnlyFileBasedBuffer
        path = next((app.config["SETTINGS"].media_root / "blobs").rglob("*/*"))
        answer = file_routes.send(path, "video/mp4", "tag")
        handed.append((type(answer.response), answer.response.tell()))
        answer.close()

    assert handed == [(ReadOnlyFileBasedBuffer, 5)]
