"""Remake the pictures of README and docs from the running product: `make screenshots`."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.site import Site, chromium, running, set_up
from tests.sung import tune, write

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZES = {"desktop": {"width": 1440, "height": 900}, "mobile": {"width": 390, "height": 844}}
READY_TIMEOUT_MS = 180_000
# Fewer than a screen has, and nobody sees it: a picture weighs a third.
COLOURS = 192
LINES = b"""WEBVTT

00:00.400 --> 00:05.000
<v Marit>Every frame has a name. We count from the first one, not from the clock on the wall.

00:05.400 --> 00:09.000
<v Jonas>And if two people cut the same second?

00:11.000 --> 00:17.000
<v Marit>Then both clips stand, and the page says how much they share.

00:24.000 --> 00:33.000
<v Marit>In is the first frame you keep, out is the last. Nothing between them is lost when it is rendered.

00:40.000 --> 00:52.000
<v Kari>Can we go again on the slide with the frame numbers? We had a lorry behind us.
"""
LYRICS = b"[ti:Keel]\n[00:00.50]We laid the keel\n[00:02.00][00:04.00]in winter\n[00:05.00]and steamed the oak\n"


def main() -> None:
    """Make the sample project, mark and render clips in it, and take every picture."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site, chromium() as browser:
        context = browser.new_context(viewport=SIZES["desktop"])  # type: ignore[arg-type]
        page = context.new_page()
        set_up(page, site)
        pages = prepare(page, site)
        pages["song"] = song(page, pages["project"], Path(folder))
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
    bring(page, f"{site.address}{media}/transcript/import", "lines.vtt", LINES)
    page.goto(f"{site.address}/clips/{clip}/render")
    page.click("main button.primary")
    page.wait_for_selector(f"#clip-{clip}-exports .chip.ok", timeout=READY_TIMEOUT_MS)
    return {
        "projects": f"{site.address}/projects",
        "project": project,
        "workbench": f"{site.address}{media}?clip={clip}&f=125",
        "certificate": f"{site.address}/clips/{clip}/certificate",
        "transcript": f"{site.address}{media}/transcript",
        "search": f"{site.address}/search?q=frame",
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


def bring(page: Page, address: str, name: str, content: bytes) -> None:
    """Send a file by the form at this address and wait for the page it leads to."""
    page.goto(address)
    page.set_input_files("[name=file]", {"name": name, "mimeType": "text/plain", "buffer": content})
    page.click("main button.primary")
    page.wait_for_url(lambda url: url != address)


def song(page: Page, project: str, folder: Path) -> str:
    """Send a song, have it parted and its lyrics written beside it; return its address."""
    page.goto(f"{project}/songs/new")
    page.set_input_files("[name=file]", str(write(folder / "Marit - Keel.wav", sum(tune(7, 24, width=1.0)))))
    page.click("main button.primary")
    page.wait_for_selector(".stems li", timeout=READY_TIMEOUT_MS)
    address = page.url
    bring(page, f"{address}/lyrics/import", "keel.lrc", LYRICS)
    # Here the news of what is ready are told, and in no picture.
    page.goto(project)
    page.wait_for_load_state("networkidle")
    return address


def shoot(browser: Browser, state: object, pages: dict[str, str], look: tuple[str, str, object]) -> None:
    """Take one picture of every page in one theme and size."""
    theme, size, viewport = look
    context = browser.new_context(viewport=viewport, storage_state=state, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        plain = (theme, size) == ("light", "desktop")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        picture.save(PICTURES / (f"{name}.png" if plain else f"{name}-{size}-{theme}.png"), optimize=True)
    context.close()


if __name__ == "__main__":
    main()
