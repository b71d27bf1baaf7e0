"""No page moves under whoever reads it: what comes later has its place from the start."""

import pytest
from playwright.sync_api import Page, Route, ViewportSize

from tests.journeys.conftest import DESKTOP, PHONE, Studio, until
from tests.journeys.slow_line import TELL, slow_line

pytestmark = pytest.mark.browser

# As https://web.dev/articles/cls counts it: shifts within half a second of a key or a click are wanted.
WATCH = """window.shifts = [];
const named = (node) => node?.outerHTML?.slice(0, 120) ?? node?.textContent;
new PerformanceObserver((list) => {
  for (const each of list.getEntries().filter((shift) => !shift.hadRecentInput)) {
    window.shifts.push([each.value, ...each.sources.map((source) => named(source.node))]);
  }
}).observe({ type: 'layout-shift', buffered: true });"""
SETTLED = """async () => {
  await document.fonts.ready;
  const coming = [...document.images].filter((each) => each.loading !== 'lazy');
  await Promise.all(coming.map((each) => each.decode().catch(() => 0)));
  for (let turn = 0; turn < 5; turn++) await new Promise(requestAnimationFrame);
  return window.shifts;
}"""
LATE = "() => { document.querySelector('main').style.paddingTop = '90px'; }"


def shifts(page: Page, address: str) -> list[str]:
    page.goto(address)
    return [f"{address}: {each}" for each in page.evaluate(SETTLED)]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_a_page_comes(studio: Studio, pages: list[str], viewport: ViewportSize) -> None:
    context = studio.window(viewport=viewport)
    page = context.new_page()
    page.add_init_script(WATCH)
    moved = [line for path in pages for line in shifts(page, studio.address(path))]
    context.close()

    assert moved == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_letters_that_come_late_move_nothing(studio: Studio, viewport: ViewportSize) -> None:
    context = studio.window(viewport=viewport)
    page, held = context.new_page(), list[Route]()
    page.add_init_script(WATCH)
    page.route("**/*.woff2", lambda route: held.append(route))
    page.goto(studio.address("/projects"), wait_until="commit")
    until(page, "performance.getEntriesByName('first-contentful-paint').length > 0")
    for each in held:
        each.continue_()
    moved = page.evaluate(SETTLED)
    context.close()

    assert len(held) == 2
    assert moved == []


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("at", [0, 1], ids=["project", "workbench"])
def test_a_page_that_comes_in_parts_moves_nothing(studio: Studio, pages: list[str], at: int, share: float) -> None:
    path = ["/p/sample-project", next(path for path in pages if path.startswith("/m/"))][at]
    context = studio.window(viewport=DESKTOP)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.add_init_script(TELL)
    with slow_line(studio.site.address, share) as line:
        page.goto(line + path)
        moved = page.evaluate(SETTLED)
    context.close()

    assert moved == []


def test_a_page_that_moves_is_found(studio: Studio) -> None:
    page = studio.window(viewport=DESKTOP).new_page()
    page.add_init_script(WATCH)
    page.goto(studio.address("/projects"))
    page.evaluate(LATE)
    until(page, "window.shifts.length > 0")
    page.context.close()
