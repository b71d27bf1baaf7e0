"""axe finds nothing on any page, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DESKTOP, PATIENCE_MS, Studio

pytestmark = pytest.mark.browser

LINES = b"WEBVTT\n\n00:00.400 --> 00:02.000\n<v Marit>We laid the keel\n\n00:02.400 --> 00:04.000\n<v Jonas>Old Anders"
PHONE: ViewportSize = {"width": 390, "height": 844}
ADMIN = "users users/new projects processing storage storage/check database audit audit/1 settings".split()
# Rules that are agreed upon, and those of WCAG 2.2 AA.
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NARROW: ViewportSize = {"width": 320, "height": 640}


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


@pytest.fixture(scope="module")
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
        *(f"{project}/settings", f"{project}/delete", f"{project}/upload", f"{project}/scan"),
        *(f"{project}/members", f"{project}/tags", f"{project}/tags/{tag}/edit", f"{project}/trash"),
        *(f"{project}?view=list&tag=boats", f"{project}/clips?tag=boats", f"{media}?q=keel"),
        *("/search", "/search?q=keel", "/search?q=nothing-at-all", "/search?q=boats+before:soon"),
        *(media, f"{media}/edit", f"{media}/delete", f"{media}/history", f"{media}/frames?around=30&set=in"),
        *(f"{media}/transcript", f"{media}/transcript/import", f"{media}/transcript/delete", f"{media}/speakers"),
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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_is_silent_and_nothing_scrolls_sideways(
    studio: Studio, pages: list[str], viewport: ViewportSize, theme: str
) -> None:
    context = studio.window(viewport=viewport, color_scheme=theme)
    page = context.new_page()
    found: list[str] = []
    for path in pages:
        page.goto(studio.address(path))
        for violation in Axe().run(page, options=OPTIONS).response["violations"]:
            found.append(f"{path}: {violation['id']}: {violation['nodes'][0]['html'][:120]}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: scrolls sideways")
    context.close()

    assert found == []


def test_no_page_scrolls_sideways_at_320_pixels(studio: Studio, pages: list[str]) -> None:
    context = studio.window(viewport=NARROW)
    page = context.new_page()
    found = []
    for path in pages:
        page.goto(studio.address(path))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(path)
    context.close()

    assert found == []
