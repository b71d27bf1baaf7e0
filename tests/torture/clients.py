"""Programs that make projects and send files while a server comes and goes, and note only what they were told."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar
from urllib.parse import urlencode

from tests.torture.web import BROKEN, Web

WRITERS = 3
PIECE = 100_000
T = TypeVar("T")
TUS = {"Tus-Resumable": "1.0.0"}
META = {"project": b"own", "filename": b"a.mp4"}


class Clients:
    """Programs that go on asking while the server comes and goes; they note only what they were told."""

    def __init__(self, web: Web, film: bytes) -> None:
        self.web, self.film = web, film
        self.stop = threading.Event()
        self.made: list[str] = []
        self.sent: list[str] = []
        self.given_up: list[str] = []
        self.resent = 0

    def write(self, writer: int) -> None:
        """Make one project after another."""
        number = 0
        while not self.stop.is_set():
            number += 1
            name = f"Made {writer} {number}"
            with suppress(*BROKEN):
                form = urlencode({"name": name}).encode()
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                if self.web.ask("POST", "/projects/new", form, kind).status == 303:
                    self.made.append(name)

    def upload(self) -> None:
        """Send one file after another in pieces, each again from where the server says it is."""
        number = 0
        while not self.stop.is_set():
            number += 1
            body = self.film + number.to_bytes(8, "big") * PIECE
            if self._send(body):
                self.sent.append(hashlib.sha256(body).hexdigest())
            elif not self.stop.is_set():
                self.given_up.append(f"upload {number} could not be gone on with")

    def _send(self, body: bytes) -> bool:
        place = self._again(lambda: self._begin(len(body)))
        offset: int | None = 0
        while place and offset is not None and offset < len(body):
            piece = body[offset : offset + PIECE]
            headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            try:
                answer = self.web.ask("PATCH", place, piece, headers)
                offset = int(answer.headers["Upload-Offset"]) if answer.status == 204 else self._offset(place)
            except BROKEN:
                known = self._offset(place)
                self.resent += max(0, offset + len(piece) - known) if known is not None else 0
                offset = known
        return offset == len(body)

    def _begin(self, size: int) -> str | None:
        about = ",".join(f"{name} {base64.b64encode(text).decode()}" for name, text in META.items())
        answer = self.web.ask("POST", "/uploads", None, {**TUS, "Upload-Length": str(size), "Upload-Metadata": about})
        return answer.headers["Location"] if answer.status == 201 else None

    def _offset(self, place: str) -> int | None:
        """Ask where to go on; None where the upload is whole and gone, or it is time to stop."""
        answer = self._again(lambda: self.web.ask("HEAD", place, None, TUS))
        return int(answer.headers["Upload-Offset"]) if answer and answer.status == 200 else None

    def _again(self, ask: Callable[[], T]) -> T | None:
        while not self.stop.is_set():
            with suppress(*BROKEN):
                return ask()
        return None

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Keep everybody busy inside."""
        threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        threads.append(threading.Thread(target=self.upload))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(60)
