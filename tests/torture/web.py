"""A web server in a process of its own, to be killed and started again, and programs that ask it things."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.torture.forked import Forked
from tests.torture.served import serve_pages
from tests.torture.works import TOKEN

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
SERVE = (sys.executable, "-m", "flask", "--app", "wsgi", "serve")
# What a dying server leaves a client with.
BROKEN = (OSError, http.client.HTTPException)


class Web:
    """`flask serve` on one instance, always on the same port."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self.token = (instance / TOKEN).read_text()
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def environment(self) -> dict[str, str]:
        facts = {"RUSHES_INSTANCE": str(self.instance), "PORT": str(self.port), "SECRET_KEY": "only for tests"}
        return {**os.environ, **facts, "RUSHES_RESERVE_MIB": "1", "RUSHES_REQUESTS_A_MINUTE": "0"}

    def start(self, command: Sequence[str] = SERVE) -> None:
        """Start it and wait until it answers; raises AssertionError where it does not within a minute."""
        with (self.instance / "web.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self._wait()

    def fork(self) -> None:
        """Start it from a process that has imported everything, for who starts it hundreds of times."""
        self.process = Forked(serve_pages, self.environment, self.instance / "web.log")
        self._wait()

    def _wait(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_S
        while not self.answers():
            assert self.process.poll() is None, (self.instance / "web.log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the server does not answer"
            # Nothing tells when a port is open but asking it.
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz").status == 200
        except BROKEN:
            return False

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, Any] | None = None
    ) -> http.client.HTTPResponse:
        """Send one request on a connection of its own and read the answer whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", **(headers or {})})
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()


def free_port() -> int:
    """Return a port nobody has, and that nobody is given who only connects: it stays free from start to start."""
    for _ in range(100):
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no port is free")
