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
# Jobs run in children of another process, on machines of any speed.
PATIENCE_MS = 120_000
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
