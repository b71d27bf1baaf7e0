"""Remake the pictures of README and docs from the running product: `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.site import Site, chromium, running, set_up

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZES = {"desktop": {"width": 1440, "height": 900}, "mobile": {"width": 390, "height": 844}}
READY_TIMEOUT_MS = 180_000


def main() -> None:
    """Make the sample project, mark and render clips in it, and take every picture."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site, chromium() as browser:
        context = browser.new_context(viewport=SIZES["desktop"])  # type: ignore[arg-type]
        page = context.new_page()
        set_up(page, site)
        pages = prepare(page, site)
        state = context.storage_state()
        for theme in ("light", "dark"):
            for size, viewport in SIZES.items():
                shoot(browser, state, pages, (theme, size, viewport))


def prepare(page: Page, site: Site) -> dict[str, str]:
    """Return the addresses to picture, by name, with something to see on each."""
    page.click("text=Try it with the sample recording")
    page.wait_for_selector(".card .badge", timeout=READY_TIMEOUT_MS)
    project = page.url
    media = page.locator(".card a.title").first.get_attribute("href") or ""
    page.goto(site.address + media)
    for title, start, end in (
        ("Opening", "10:00:02:00", "10:00:09:24"),
        ("First slide", "10:00:08:00", "10:00:17:12"),
        ("Where it turns", "10:00:24:05", "10:00:31:00"),
    ):
        mark(page, title, start, end)
    clip = page.locator("#clip-rows li.clip").first.get_attribute("data-clip")
    page.goto(f"{site.address}/clips/{clip}/render")
    page.click("main button.primary")
    page.wait_for_selector(f"#clip-{clip}-exports .chip.ok", timeout=READY_TIMEOUT_MS)
    return {
        "projects": f"{site.address}/projects",
        "project": project,
        "workbench": f"{site.address}{media}?clip={clip}&f=125",
        "certificate": f"{site.address}/clips/{clip}/certificate",
        "clips": f"{project}/clips",
        "activity": f"{project}/activity",
        "jobs": f"{site.address}/jobs?state=done",
    }


def mark(page: Page, title: str, start: str, end: str) -> None:
    """Make a clip by typing its times."""
    page.click("#draft [data-act=in]")
    page.fill("#draft [name=title]", title)
    page.fill("#draft [name=in_timecode]", start)
    page.fill("#draft [name=out_timecode]", end)
    before = page.locator("#clip-rows li.clip").count()
    page.click("#draft-save")
    page.wait_for_function("count => document.querySelectorAll('#clip-rows li.clip').length > count", arg=before)


def shoot(browser: Browser, state: object, pages: dict[str, str], look: tuple[str, str, object]) -> None:
    """Take one picture of every page in one theme and size."""
    theme, size, viewport = look
    context = browser.new_context(viewport=viewport, storage_state=state, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        plain = (theme, size) == ("light", "desktop")
        page.screenshot(path=PICTURES / (f"{name}.png" if plain else f"{name}-{size}-{theme}.png"))
    context.close()


if __name__ == "__main__":
    main()
