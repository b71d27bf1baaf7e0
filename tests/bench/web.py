"""How much a busy worker slows the pages: the same requests while nothing runs and while clips are rendered."""

import re
import statistics
import threading
import time
from pathlib import Path

import requests

from tests.bench.measure import Line
from tests.site import Site, running

REQUESTS = 300
READY_TIMEOUT_S = 180
CLIPS = 6
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
MEDIA = re.compile(r'class="title" href="(/m/[0-9a-f-]+)"')
CLIP = re.compile(r'data-clip="([0-9a-f-]+)"')


class Person:
    """Somebody with a browser that runs no scripts."""

    def __init__(self, site: Site) -> None:
        self.site, self.session = site, requests.Session()
        link = site.setup_link.removeprefix(site.address)
        self.send(link, username="ingrid", display_name="Ingrid Berg", password="a long phrase for tests")

    def page(self, path: str) -> str:
        return self.session.get(self.site.address + path, timeout=60).text

    def send(self, path: str, form: str | None = None, **fields: str) -> str:
        """Send a form with the token of the page it stands on; return where it led."""
        found = TOKEN.search(self.page(form or path))
        fields["csrf_token"] = found.group(1) if found else ""
        answer = self.session.post(self.site.address + path, data=fields, timeout=60)
        answer.raise_for_status()
        return answer.url.removeprefix(self.site.address)

    def p99_ms(self, path: str) -> float:
        """Ask for a page again and again; return the slowest but one in a hundred, in milliseconds."""
        times = []
        for _ in range(REQUESTS):
            start = time.perf_counter()
            self.session.get(self.site.address + path, timeout=60).raise_for_status()
            times.append((time.perf_counter() - start) * 1000)
        return statistics.quantiles(times, n=100)[98]


def run(folder: Path) -> Line:
    """Measure the project page's p99 idle and while the worker renders."""
    with running(folder) as site:
        person = Person(site)
        project = person.send("/demo", form="/projects")
        media = _wait_until_ready(person, project)
        idle = person.p99_ms(project)
        _render(person, media)
        busy = person.p99_ms(project)
    name = "project page p99 while clips are rendered, against idle"
    return Line(name, busy / 1000, idle / 1000, busy / idle, "≤ 2×", busy <= 2 * idle)


def _wait_until_ready(person: Person, project: str) -> str:
    ends = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < ends:
        page = person.page(project)
        found = MEDIA.search(page)
        if found and 'class="badge"' in page:
            return found.group(1)
        # Nothing tells when a job of another process is done; ask again shortly.
        threading.Event().wait(1)
    raise TimeoutError("the sample recording was not ready in time")


def _render(person: Person, media: str) -> None:
    """Ask for several renders of nearly the whole recording."""
    for number in range(CLIPS):
        start, end = f"10:00:00:{number:02d}", f"10:00:50:{number:02d}"
        person.send(f"{media}/clips", form=media, title=f"Clip {number}", in_timecode=start, out_timecode=end)
    for clip in set(CLIP.findall(person.page(media))):
        person.send(f"/clips/{clip}/render", mode="exact")
