"""axe finds nothing on any page, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.journeys.conftest import DESKTOP, PHONE, Studio

pytestmark = pytest.mark.browser

# Rules that are agreed upon, and those of WCAG 2.2 AA.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
NARROW: ViewportSize = {"width": 320, "height": 640}
# A colour on its way from one theme to the other is no colour of ours.
AT_REST = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  document.getAnimations().forEach((each) => each.finish());
  requestAnimationFrame(done);
})))"""
# Pictures beside each other say something by standing so; every other table folds.
FOLDED = """[...document.querySelectorAll('.tbl-scroll:has(.tbl)')].filter(
  (each) => each.scrollWidth > each.clientWidth + 1 && !each.querySelector('[data-wide]')
).map((each) => each.querySelector('th').textContent)"""
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_is_silent_and_nothing_scrolls_sideways(studio: Studio, pages: list[str], viewport: ViewportSize) -> None:
    context = studio.window(viewport=viewport, color_scheme="light")
    page = context.new_page()
    found = [line for path in pages for line in look_at(page, studio.address(path), viewport)]
    context.close()

    assert found == []


def look_at(page: Page, address: str, viewport: ViewportSize) -> list[str]:
    """Return what axe finds on a page in both themes, and whether it scrolls sideways, also at the narrowest."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(viewport)
    page.goto(address)
    found = [f"light: {line}" for line in complaints(page, OPTIONS)]
    if page.evaluate(SIDEWAYS):
        found.append("scrolls sideways")
    # The other theme changes nothing but colours.
    page.emulate_media(color_scheme="dark")
    page.evaluate(AT_REST)
    found += [f"dark: {line}" for line in complaints(page, COLOURS)]
    if viewport == PHONE:
        found += [f"a table that does not fold: {name}" for name in page.evaluate(FOLDED)]
        page.set_viewport_size(NARROW)
        found += ["scrolls sideways at 320 pixels"] if page.evaluate(SIDEWAYS) else []
    return [f"{address}: {line}" for line in found]


def complaints(page: Page, options: dict[str, list[str]]) -> list[str]:
    """Return each rule that is broken, with the first place it is."""
    broken = Axe().run(page, options=options).response["violations"]
    return [f"{violation['id']}: {violation['nodes'][0]['html'][:120]}" for violation in broken]
