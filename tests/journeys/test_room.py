"""What does not fit: names of one very long word, tabs of a phone, marks of a ruler."""

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.journeys.conftest import DESKTOP, PHONE, Studio, new_project

pytestmark = pytest.mark.browser

WIDER = "() => document.documentElement.scrollWidth - innerWidth"
OPEN_TAB = """() => {
  const tab = document.querySelector('.tabs [aria-current]').getBoundingClientRect();
  return tab.left >= 0 && tab.right <= innerWidth;
}"""
RULER = """() => {
  const marks = [...document.querySelectorAll('#ruler i')].map((each) => each.getBoundingClientRect());
  const shown = marks.filter((each) => each.width);
  return shown.slice(1).filter((each, at) => each.left < shown[at].right).length;
}"""
HIDDEN = "() => [...document.querySelectorAll('.tbl-scroll')].map((each) => each.scrollWidth - each.clientWidth)"


def test_a_name_of_one_long_word_leaves_every_column_in_sight(page: Page, studio: Studio) -> None:
    new_project(page, studio, "W" * 255)

    page.goto(studio.address("/admin/projects"))

    assert page.locator(".tbl-scroll").count() == 1
    assert page.evaluate(HIDDEN) == [0]


def test_the_audit_log_fits_a_phone_beside_a_project_with_a_long_name(page: Page, studio: Studio) -> None:
    new_project(page, studio, "M" * 60)
    page.set_viewport_size(PHONE)

    page.goto(studio.address("/admin/audit"))

    assert page.evaluate(WIDER) == 0


@pytest.mark.parametrize("path", ["/settings", "/members", ""])
def test_the_open_tab_is_in_sight_on_a_phone(page: Page, studio: Studio, path: str) -> None:
    page.set_viewport_size(PHONE)

    page.goto(new_project(page, studio, f"Tabs {path}") + path)

    assert page.evaluate(OPEN_TAB)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_rulers_marks_do_not_overlap_without_scripts(
    studio: Studio, pages: list[str], viewport: ViewportSize
) -> None:
    context = studio.window(viewport=viewport, java_script_enabled=False)
    page = context.new_page()

    page.goto(studio.address(next(path for path in pages if path.startswith("/m/")).split("?")[0]))
    overlapping = page.evaluate(RULER)
    context.close()

    assert overlapping == 0
