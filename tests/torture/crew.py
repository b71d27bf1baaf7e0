"""Twenty people who use one project at once: they read, watch, search, cut and send; each notes what went wrong.

Run as ``python -m tests.torture.crew FOLDER COUNT``, it gives that instance its people and prints their tokens.
"""

import base64
import http.client
import json
import random
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

from app.auth.cookies import cookie_name  # noqa: E402 - the safe SQLite must be in place first
from app.auth.models import TokenScope, User  # noqa: E402
from app.auth.service import Browser, auth_service  # noqa: E402
from app.auth.tokens import token_service  # noqa: E402
from app.core.db import db, session_scope  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.projects.models import MemberRole, Project  # noqa: E402
from tests.conftest import settings_in  # noqa: E402
from tests.factories import join, make_user  # noqa: E402

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = 60_000
STRETCH = 30_000
# So many of one's own: pages that get longer and longer would take more memory by right.
MOST_CLIPS = 3
SKIPPED = b"\x00\x00\x00\x18free"
CLIP = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
WORDS = ("recording", "keel", "rec", "cut by", "harbour", "nothing of the kind")
# How often each is done, of a hundred times.
SHARES = {"read": 40, "stream": 25, "search": 15, "edit": 20}


@dataclass(frozen=True)
class Keys:
    """What lets one of them in: the cookie of a browser and the token of a program."""

    cookie: str
    token: str


class Shared:
    """What all of them know: the film and its recording, when somebody last sent something, and when to stop."""

    def __init__(self, port: int, film: bytes, pause_s: float, send_every_s: float) -> None:
        self.port, self.film, self.pause_s, self.send_every_s = port, film, pause_s, send_every_s
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.last_sent, self.sent = 0.0, 0
        self.recordings: list[str] = []

    def is_time_to_send(self) -> bool:
        """Say whether it is time that somebody sends another recording; only one is told so."""
        with self.lock:
            is_time = time.monotonic() - self.last_sent > self.send_every_s
            self.last_sent = time.monotonic() if is_time else self.last_sent
            return is_time


class Person:
    """One of them, with a connection that is kept open, as a browser's is."""

    def __init__(self, shared: Shared, keys: Keys, seed: str) -> None:
        self.shared, self.keys, self.chance = shared, keys, random.Random(seed)
        self.connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=30)
        self.taken: dict[str, list[float]] = {}
        self.errors: list[str] = []
        self.clips: list[str] = []

    def live(self) -> None:
        """Do one thing after another until it is time to stop."""
        doing: dict[str, Callable[[], None]] = {name: getattr(self, name) for name in SHARES}
        while not self.shared.stop.wait(self.chance.uniform(0.4, 1.6) * self.shared.pause_s):
            what = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
            if self.shared.is_time_to_send():
                what, act = "upload", self.upload
            else:
                act = doing[what]
            try:
                act()
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                self.errors.append(f"{what}: {type(error).__name__}: {error}")
                self.connection.close()
        self.connection.close()

    def ask(
        self, what: str, expected: int, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[Any, bytes]:
        """Send one request, time it, and note it where it is not answered as expected."""
        start = time.monotonic()
        # Looked at as in a browser, changed as by a program: that needs no page before it for its form.
        who = {"Cookie": self.keys.cookie} if method == "GET" else {"Authorization": f"Bearer {self.keys.token}"}
        given = {**who, **{name.replace("_", "-"): text for name, text in headers.items()}}
        self.connection.request(method, path, body, given)
        answer = self.connection.getresponse()
        content = answer.read()
        self.taken.setdefault(what, []).append(time.monotonic() - start)
        if answer.status != expected:
            self.errors.append(f"{what}: {method} {path} is answered {answer.status}: {content[:200]!r}")
        return answer, content

    def read(self) -> None:
        media = self.chance.choice(self.shared.recordings)
        pages = ("/projects", "/p/own", f"/m/{media}", f"/m/{media}.json", "/p/own/clips", f"/m/{media}/history")
        self.ask("read", 200, "GET", self.chance.choice(pages))

    def search(self) -> None:
        self.ask("search", 200, "GET", "/search?" + urlencode({"q": self.chance.choice(WORDS)}))

    def stream(self) -> None:
        """Play a stretch of the film; its bytes must be those that were sent."""
        film, media = self.shared.film, self.shared.recordings[0]
        first = self.chance.randrange(len(film))
        last = min(len(film), first + STRETCH) - 1
        _, content = self.ask("stream", 206, "GET", f"/m/{media}/file?play=1", Range=f"bytes={first}-{last}")
        if content != film[first : last + 1]:
            self.errors.append(f"stream: other bytes than {first} to {last}")

    def edit(self) -> None:
        """Cut a clip, or change the name of one of one's own."""
        if len(self.clips) < MOST_CLIPS and (not self.clips or self.chance.random() < 0.3):
            media = self.shared.recordings[0]
            fields = {"title": "Cut by one", "in_timecode": "00:00:00:05", "out_timecode": "00:00:00:20"}
            answer, _ = self.ask("edit", 303, "POST", f"/m/{media}/clips", urlencode(fields), **FORM)
            self.clips.append(
                answer.headers["Location"].split("clip=")[-1].split("&")[0].split("#")[0].rsplit("/", 1)[-1]
            )
            return
        clip = self.chance.choice(self.clips)
        found = json.loads(self.ask("read", 200, "GET", f"/clips/{clip}.json")[1])
        fields = {"title": f"Harbour {self.chance.random()}", "version": str(found["version"])}
        fields |= {"in_timecode": "00:00:00:05", "out_timecode": "00:00:00:20"}
        self.ask("edit", 303, "POST", f"/clips/{clip}/edit", urlencode(fields), **FORM)

    def upload(self) -> None:
        """Send a recording nobody has sent before, in pieces."""
        # A box that every player skips: the film is the same, the file another.
        body = self.shared.film + SKIPPED + self.chance.randbytes(16)
        named = {"project": "own", "filename": "sent.mp4"}
        about = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in named.items())
        size = str(len(body))
        begun, _ = self.ask("upload", 201, "POST", "/uploads", None, **TUS, Upload_Length=size, Upload_Metadata=about)
        kind = "application/offset+octet-stream"
        for at in range(0, len(body), PIECE):
            piece = {"Upload_Offset": str(at), "Content_Type": kind, **TUS}
            self.ask("upload", 204, "PATCH", begun.headers["Location"], body[at : at + PIECE], **piece)
        with self.shared.lock:
            self.shared.sent += 1


def make_crew(folder: Path, count: int) -> list[Keys]:
    """Add so many editors to the project; return what lets each of them in."""
    app = create_app(settings_in(folder))
    with app.app_context():
        project = db.session.query(Project).filter_by(slug="own").one()
        crew = []
        for number in range(count):
            person = make_user(f"person {number}")
            join(project, person, MemberRole.EDITOR)
            with session_scope() as session:
                own = session.get_one(User, person.id)
                token = token_service(session).create(own, "Torture", TokenScope.WRITE, None)
                cookie = f"{cookie_name(app)}={auth_service(session).open_session(own, Browser('127.0.0.1', 'tests'))}"
            crew.append(Keys(cookie, token))
        db.session.remove()
        db.engine.dispose()
    return crew


if __name__ == "__main__":
    print(json.dumps([asdict(keys) for keys in make_crew(Path(sys.argv[1]), int(sys.argv[2]))]))
