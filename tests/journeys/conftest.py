"""One running installation and one browser for all journeys; each journey has its own person's window."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.media_factory import make_audio, make_video
from tests.site import Site, chromium, running, set_up

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
# Jobs run in children of another process, on machines of any speed.
PATIENCE_MS = 120_000
LINES = b"WEBVTT\n\n00:00.400 --> 00:02.000\n<v Marit>We laid the keel\n\n00:02.400 --> 00:04.000\n<v Jonas>Old Anders"
ADMIN = "users users/new projects processing storage storage/check database audit audit/1 settings".split()
PASSWORD = "a long phrase for tests"
expect.set_options(timeout=15_000)


@dataclass
class Studio:
    """A signed-in installation: where it is, and the cookies of its admin."""

    site: Site
    browser: Browser
    state: Any
    video: Path
    sound: Path

    def window(self, **options: Any) -> BrowserContext:
        """Open a window of the admin's; what the page complains about fails the journey."""
        return self.browser.new_context(storage_state=self.state, **{"viewport": DESKTOP, **options})

    def address(self, path: str) -> str:
        return self.site.address + path


# The browser brings an event loop along, which must be gone before other tests start theirs.
@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Start everything, and make the first admin by the link that was printed."""
    folder = tmp_path_factory.mktemp("studio")
    video = make_video(folder / "Harbour walk.mp4", seconds=8, size=(320, 180))
    sound = make_audio(folder / "Fog horn.mp3", seconds=3)
    with running(folder) as site, chromium() as browser:
        context = browser.new_context(viewport=DESKTOP)
        set_up(context.new_page(), site)
        yield Studio(site, browser, context.storage_state(), video, sound)


@pytest.fixture
def page(studio: Studio) -> Iterator[Page]:
    """Return a desktop window; a script error or a broken policy fails the journey."""
    context = studio.window()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    yield opened
    context.close()
    assert complaints == []


def new_project(page: Page, studio: Studio, name: str) -> str:
    """Make a project by its form and return its address."""
    page.goto(studio.address("/projects/new"))
    page.fill("[name=name]", name)
    page.click("main button.primary")
    page.wait_for_url("**/p/*")
    return page.url


def drop(page: Page, *files: Path) -> None:
    """Choose files in the drop form, as dragging them onto the page does."""
    # The script that takes them is fetched after the page; nobody is that fast.
    page.wait_for_load_state("networkidle")
    page.set_input_files("#drop-files", [str(file) for file in files])


def wait_until_ready(page: Page, title: str) -> str:
    """Wait, without reloading, until a recording's card shows its length; return its address."""
    card = page.locator(".card", has_text=title)
    expect(card.locator(".badge")).to_be_visible(timeout=PATIENCE_MS)
    return str(card.locator("a.title").get_attribute("href"))


def bring_lines(page: Page, address: str) -> str:
    """Bring two lines in by the form and correct one; return its id."""
    page.goto(f"{address}/transcript/import")
    lines = {"name": "lines.vtt", "mimeType": "text/vtt", "buffer": LINES}
    page.set_input_files("[name=file]", lines)  # type: ignore[arg-type]
    page.click("main button.primary")
    page.locator(".fix").first.click()
    page.fill("[name=text]", "We laid the keel in winter")
    page.click(".turn .btn.primary")
    expect(page.locator(".turn").first).to_contain_text("in winter")
    return str(page.locator(".turn").first.get_attribute("data-line"))


def write_tag(page: Page, studio: Studio, media: str) -> str:
    """Tag the recording and return the tag's id."""
    page.goto(studio.address(f"{media}/edit"))
    page.fill("[name=tags]", "boats, harbour")
    page.click("main button.primary")
    page.goto(studio.address("/p/sample-project/tags"))
    link = str(page.locator("main a[href$='/edit']").first.get_attribute("href"))
    return link.split("/")[-2]


@pytest.fixture(scope="package")
def pages(studio: Studio) -> list[str]:
    """Return the addresses of every page, with a recording, clips, a render and history to show."""
    context = studio.window()
    page = context.new_page()
    page.goto(studio.address("/projects"))
    page.request.post(
        studio.address("/demo"),
        form={"csrf_token": str(page.locator("[name=csrf_token]").first.get_attribute("value"))},
    )
    page.goto(studio.address("/p/sample-project"))
    expect(page.locator(".card .badge")).to_be_visible(timeout=PATIENCE_MS)
    media = str(page.locator(".card a.title").first.get_attribute("href"))
    page.goto(studio.address(media))
    for start, end in (("10:00:01:00", "10:00:03:00"), ("10:00:02:00", "10:00:05:00")):
        page.click("#draft [data-act=in]")
        page.fill("#draft [name=in_timecode]", start)
        page.fill("#draft [name=out_timecode]", end)
        count = page.locator("#clip-rows li.clip").count()
        page.click("#draft-save")
        expect(page.locator("#clip-rows li.clip")).to_have_count(count + 1)
    clip = page.locator("#clip-rows li.clip").first.get_attribute("data-clip")
    page.goto(studio.address(f"/clips/{clip}/render"))
    page.click("main button.primary")
    expect(page.locator(f"#clip-{clip}-exports .chip.ok")).to_be_visible(timeout=PATIENCE_MS)
    line = bring_lines(page, studio.address(media))
    tag = write_tag(page, studio, media)
    page.goto(studio.address("/jobs?state=done"))
    job = str(page.locator("#jobs-rows a.strong").first.get_attribute("href"))
    page.goto(studio.address("/admin/users"))
    person = str(page.locator("main a[href$='/edit']").first.get_attribute("href"))
    page.goto(studio.address(f"{media}/history"))
    earlier = str(page.locator("a[href^='/history/']").first.get_attribute("href"))
    context.close()
    project = "/p/sample-project"
    return [
        *(
            "/projects",
            "/projects?archived=1",
            "/projects/trash",
            "/projects/new",
            "/activity",
            "/jobs?state=failed",
            "/jobs?state=done",
            job,
        ),
        *(project, f"{project}?view=list", f"{project}?q=nothing-at-all", f"{project}/clips", f"{project}/activity"),
        *(f"{project}/settings", f"{project}/delete", f"{project}/upload", f"{project}/scan", f"{project}/import"),
        *(f"{project}/songs", f"{project}/songs/new", "/songs"),
        *(f"{project}/members", f"{project}/tags", f"{project}/tags/{tag}/edit", f"{project}/trash"),
        *(f"{project}?view=list&tag=boats", f"{project}/clips?tag=boats", f"{media}?q=keel"),
        *("/search", "/search?q=keel", "/search?q=nothing-at-all", "/search?q=boats+before:soon"),
        *(media, f"{media}/edit", f"{media}/delete", f"{media}/history", f"{media}/frames?around=30&set=in"),
        *(f"{media}/transcript", f"{media}/transcript/import", f"{media}/transcript/delete", f"{media}/speakers"),
        *(f"{media}/clips/export", f"{media}/clips/import", f"{project}/clips/export"),
        f"{media}/details",
        f"{media}/silence",
        f"{media}/topics",
        f"{media}/layout",
        f"{media}/processing",
        f"{media}/processing/transcript",
        f"{media}/highlights",
        f"/lines/{line}/edit",
        *(f"/clips/{clip}/{name}" for name in ("edit", "split", "render", "delete", "history", "certificate")),
        *("/me", "/me/password", "/me/second-factor", "/me/sessions", "/me/tokens", "/me/keyboard"),
        *(f"/admin/{name}" for name in ADMIN),
        *(person, earlier, "/m/00000000-0000-0000-0000-000000000000", "/sign-in"),
    ]


def until(page: Page, condition: str) -> None:
    """Wait until a condition holds in the page; our policy of content keeps Playwright's own way of waiting out."""
    turn = "requestAnimationFrame(look)"
    page.evaluate(f"() => new Promise((done) => {{ const look = () => (({condition}) ? done() : {turn}); look(); }})")
