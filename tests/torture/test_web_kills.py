"""The web server may be killed in any commit and in any upload: nothing it answered for is lost or doubled."""

import base64
import hashlib
import os
import random
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import pytest

from tests.torture.preparing import SEED
from tests.torture.tally import Tally
from tests.torture.web import BROKEN, Web

KILLS = int(os.environ.get("RUSHES_KILLS", "3"))
WRITERS = 3
SHORTEST_S, LONGEST_S = 0.05, 0.35
PIECE = 100_000
T = TypeVar("T")
TUS = {"Tus-Resumable": "1.0.0"}


class Clients:
    """Programs that go on asking while the server comes and goes; they note only what they were told."""

    def __init__(self, web: Web, film: bytes) -> None:
        self.web, self.film = web, film
        self.stop = threading.Event()
        self.made: list[str] = []
        self.sent: list[str] = []
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


META = {"project": b"own", "filename": b"a.mp4"}


def lost(instance: Path, clients: Clients) -> list[str]:
    """Return what was promised and is not there, and what is there and cannot be."""
    database = sqlite3.connect(instance / "rushes.db")
    names = [row[0] for row in database.execute("SELECT name FROM projects WHERE name LIKE 'Made %'")]
    digests = {row[0] for row in database.execute("SELECT sha256 FROM media")}
    found = [f"project {name} is lost" for name in clients.made if name not in names]
    found += ["a project is there twice"] if len(set(names)) != len(names) else []
    found += [f"recording {digest} is lost" for digest in clients.sent if digest not in digests]
    for key, digest in database.execute("SELECT storage_key, sha256 FROM media"):
        path = instance / "media" / key
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"the row of {key} has no such file")
    told = "SELECT COUNT(*) FROM audit_log WHERE entity_type = 'project' AND entity_name LIKE 'Made %'"
    if database.execute(told).fetchone()[0] != len(names):
        found.append("the log does not tell each project once")
    found += [] if database.execute("PRAGMA integrity_check").fetchall() == [("ok",)] else ["the database is damaged"]
    database.close()
    return found


@pytest.mark.timeout(120 + 15 * KILLS)
def test_a_killed_web_server_loses_nothing_it_answered_for(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance, chance = tmp_path / "instance", random.Random(SEED)
    shutil.copytree(prepared, instance)
    web = Web(instance)
    clients = Clients(web, (instance / "recording.mp4").read_bytes())

    with tally("web servers killed in commits and uploads") as row:
        with clients.busy():
            for _ in range(KILLS):
                web.start()
                # The moment of death must be any moment, so nothing is waited for.
                clients.stop.wait(chance.uniform(SHORTEST_S, LONGEST_S))
                web.kill()
            web.start()
            while not (clients.made and clients.sent):
                clients.stop.wait(0.1)
        web.kill()
        wrong = lost(instance, clients)
        row.tried, row.bad = KILLS, len(wrong)
        row.note = f"{len(clients.made)} projects, {len(clients.sent)} recordings, {clients.resent} bytes sent twice"

    assert not wrong, "\n".join(wrong[:10])
    assert len(clients.made) > KILLS
