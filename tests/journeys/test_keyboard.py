"""Keyboard alone: every stop is seen and ringed, and what an editor does is done without a pointer."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DESKTOP, PHONE, Studio

pytestmark = pytest.mark.browser

# Where the keyboard is: been there before, shown by a ring of two pixels, on the screen.
STOP = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  el.getAnimations().forEach((each) => each.finish());
  const rings = (each, part) => {
    const style = getComputedStyle(each, part);
    return parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
  };
  const around = [...document.querySelectorAll("body :focus-within")];
  const box = el.getBoundingClientRect();
  const again = el.dataset.walked === "1";
  el.dataset.walked = "1";
  return {
    again,
    ringed: [...around, ...el.querySelectorAll("*")].some((each) => rings(each) || rings(each, "::after")),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    words: el.outerHTML.slice(0, 90),
  };
}"""
# Enough of most pages; a project and a recording are walked to their end.
MOST_STOPS, EVERY_STOP = 40, 400
WALKED_WHOLE = re.compile(r"/[pm]/[^/?]+")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_stop_of_the_keyboard_is_seen_and_ringed(
    studio: Studio, pages: list[str], viewport: ViewportSize
) -> None:
    context = studio.window(viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    found = [f"{path}: {line}" for path in pages for line in walk(page, studio.address(path), skip=path != pages[0])]
    context.close()

    assert "\n".join(found) == ""


def walk(page: Page, address: str, *, skip: bool) -> list[str]:
    """Press Tab until the page is over, and return the stops without a ring or out of sight.

    With `skip` it begins at the content, as the first link of every page offers: the bar is the same everywhere.
    """
    page.goto(address)
    if skip:
        page.evaluate("document.getElementById('main').focus()")
    found = []
    for _ in range(EVERY_STOP if WALKED_WHOLE.fullmatch(urlsplit(address).path) else MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["again"]:
            break
        if not stop["ringed"]:
            found.append(f"no ring: {stop['words']}")
        if not stop["seen"]:
            found.append(f"unseen: {stop['words']}")
    return found


def test_a_clip_is_found_renamed_and_deleted_by_keys_alone(page: Page, studio: Studio, pages: list[str]) -> None:
    page.goto(studio.address("/projects"))
    tab_to(page, "a[href='/p/sample-project']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/sample-project")
    tab_to(page, ".card a.title")
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/*")
    expect(page.locator("#now")).not_to_have_value("")
    count = page.locator("#clip-rows li.clip").count()
    for key in ("End", "Shift+ArrowLeft", "i", "ArrowRight", "o"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#clip-rows li.clip")).to_have_count(count + 1)

    tab_to(page, "#clip-rows li.clip:last-child a.nm")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    tab_to(page, "main [name=title]")
    page.keyboard.press("Control+a")
    page.keyboard.type("By keys alone")
    page.keyboard.press("Enter")
    expect(page.locator("#clip-rows")).to_contain_text("By keys alone")

    page.locator("body").press("/")
    page.keyboard.type("keys alone")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("1 result")
    tab_to(page, "main a[href*='clip=']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/*")

    tab_to(page, "#clip-rows li.clip:last-child a.nm")
    page.keyboard.press("Delete")
    expect(page.locator("#clip-rows li.clip")).to_have_count(count)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(MOST_STOPS * 3):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard never came to {selector}")
