"""Many slow clients at once, of three kinds: the server goes on answering everybody else, and lets the slow ones go."""

import os
import resource
import selectors
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.torture.tally import Tally
from tests.torture.web import BROKEN, Web

# As many of each kind as a third of this.
PAUSE = threading.Event()
SLOW = int(os.environ.get("RUSHES_SLOW_CLIENTS", "60"))
# From here on it is held to the promise itself, and the server's patience is waited for.
LARGE = 300
PROBES = 400 if SLOW >= LARGE else 40
PATIENCE_S = 120
# The bound of a small crowd only says that nobody waits for it: a machine that does other work is slow by itself.
LONGEST_S = 0.25 if SLOW >= LARGE else 5.0
DRIP_EVERY_PROBES = 4
SCRIPT = "/static/any/vendor/tus-4.3.1.min.js"
HEADERS = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
# A server that has one thread for all connections: what the probes must notice.
# Each begins processes of its own, some many.
pytestmark = pytest.mark.slow

ONE_THREAD = """
import http.server, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *given): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


class Crowd:
    """Clients that send or read next to nothing, and never end by themselves."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.sockets: list[socket.socket] = []
        self.uploading: list[socket.socket] = []

    def come(self, count: int) -> None:
        """Let `count` clients connect, a third of each kind."""
        for number in range(count):
            client = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            if number % 3 == 1:
                # Hardly any room to receive: the answer waits in the server.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.sendall((self.dripped, self.reading, self.sending)[number % 3]().encode())
            client.setblocking(False)
            self.sockets.append(client)
            if number % 3 == 2:
                self.uploading.append(client)

    def dripped(self) -> str:
        return HEADERS

    def reading(self) -> str:
        # Some megabytes of scripts: more than fits into what nobody reads.
        return f"GET {SCRIPT} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40

    def sending(self) -> str:
        kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\nname="
        return f"POST /projects/new HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n{kind}"

    def drip(self) -> None:
        """Send one byte more of each header and each upload."""
        for number, client in enumerate(self.sockets):
            if number % 3 != 1:
                try:
                    client.send(b"a" if client in self.uploading else b"X")
                except OSError:
                    # The server let this one go, as it should.
                    continue

    def leave(self) -> None:
        for client in self.sockets:
            client.close()


def probe(web: Web, crowd: Crowd) -> tuple[list[float], int]:
    """Ask for health again and again while the crowd is there; return how long each took, and how many failed."""
    taken, failed = [], 0
    for number in range(PROBES):
        if number % DRIP_EVERY_PROBES == 0:
            crowd.drip()
        start = time.monotonic()
        try:
            failed += web.ask("GET", "/healthz").status != 200
        except BROKEN:
            failed += 1
        taken.append(time.monotonic() - start)
    return sorted(taken), failed


def p95(taken: list[float]) -> float:
    return taken[int(len(taken) * 0.95)]


@pytest.fixture
def many_files() -> None:
    """Let this process, and the server it starts, have enough sockets open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SLOW * 2 + 500
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))


@pytest.mark.timeout(600)
def test_slow_clients_keep_nobody_waiting(many_files: None, prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance = tmp_path / "instance"
    shutil.copytree(prepared, instance)
    web = Web(instance)
    web.start()
    crowd = Crowd(web.port, web.token)
    try:
        with tally("slow clients held while health is asked for") as row:
            crowd.come(SLOW)
            taken, failed = probe(web, crowd)
            row.tried, row.bad = SLOW, failed
            row.note = f"{PROBES} probes, p95 {p95(taken) * 1000:.0f} ms, longest {taken[-1] * 1000:.0f} ms"
        how, patience_s = ("patience is over", PATIENCE_S) if SLOW >= LARGE else ("slow clients left", 30)
        if SLOW < LARGE:
            crowd.leave()
        with tally(f"slots free again after the {how}") as row:
            left = connections_after(web, patience_s)
            row.tried, row.bad, row.note = SLOW, int(left > 20), f"{left} sockets open"
    finally:
        crowd.leave()
        web.kill()

    assert failed == 0
    assert p95(taken) < LONGEST_S
    assert left <= 20


def connections_after(web: Web, patience_s: float) -> int:
    """Return how many sockets the server still has, once it has had the time to notice."""
    deadline = time.monotonic() + patience_s
    while (left := sockets_of(web)) > 20 and time.monotonic() < deadline:
        # Each question lets its loop look at what is closed; asked without pause it would do nothing else.
        web.answers()
        PAUSE.wait(0.1)
    return left


def sockets_of(web: Web) -> int:
    assert web.process is not None
    links = Path(f"/proc/{web.process.pid}/fd").iterdir()
    return sum(1 for link in links if link.is_symlink() and os.readlink(link).startswith("socket:"))


def test_a_server_that_waits_for_slow_clients_is_found(prepared: Path, tally: Tally) -> None:
    web = Web(prepared)
    web.process = subprocess.Popen([sys.executable, "-c", ONE_THREAD, str(web.port)], stderr=subprocess.DEVNULL)
    try:
        wait_for(web.port)
        with tally("planted mistake found: a server that waits for slow clients") as row:
            with closing(socket.create_connection(("127.0.0.1", web.port))) as client:
                client.sendall(HEADERS.encode())
                row.tried, row.bad = 1, int(answers_within(web.port, 1.0))
    finally:
        web.kill()

    assert row.bad == 0


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if answers_within(port, 1.0):
            return
    raise AssertionError("the server does not start")


def answers_within(port: int, seconds: float) -> bool:
    """Say whether a whole request is answered in this time."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=seconds)) as client:
            client.sendall(f"{HEADERS}\r\n".encode())
            with selectors.DefaultSelector() as waiting:
                waiting.register(client, selectors.EVENT_READ)
                return bool(waiting.select(seconds)) and client.recv(4) == b"HTTP"
    except OSError:
        return False
