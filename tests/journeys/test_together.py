"""Two windows on one clip: what the second one sees, and what survives a reload."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio, drop, new_project, wait_until_ready

pytestmark = pytest.mark.browser


@pytest.fixture
def media(page: Page, studio: Studio, request: pytest.FixtureRequest) -> str:
    """Return the address of a recording with one clip, opened in the first window."""
    new_project(page, studio, f"Together {request.node.name[5:40]}")
    drop(page, studio.video)
    address = studio.address(wait_until_ready(page, "Harbour walk"))
    page.goto(address)
    page.click("#draft [data-act=in]")
    page.fill("#draft [name=title]", "Keel")
    page.fill("#draft [name=in_timecode]", "00:00:01:00")
    page.fill("#draft [name=out_timecode]", "00:00:02:24")
    page.click("#draft-save")
    expect(page.locator("#clip-rows li.clip")).to_have_count(1)
    return address


@pytest.fixture
def other(studio: Studio) -> Iterator[Page]:
    """Return a second window."""
    context = studio.window()
    yield context.new_page()
    context.close()


def test_both_names_are_shown_and_one_is_chosen(page: Page, other: Page, studio: Studio, media: str) -> None:
    clip = page.locator("#clip-rows li.clip").get_attribute("data-clip")
    for window, title in ((page, "Mine"), (other, "Theirs")):
        window.goto(studio.address(f"/clips/{clip}/edit"))
        window.fill("[name=title]", title)
    other.click("main button.primary")
    expect(other.locator("#clip-rows")).to_contain_text("Theirs")

    page.click("main button.primary")
    expect(page.locator("main [role=alert]")).to_contain_text("Nothing of yours is lost.")
    page.get_by_label("Theirs").check()
    page.click("main button.primary")

    expect(page.locator("#clip-rows")).to_contain_text("Theirs")


def test_what_is_gone_meanwhile_is_told_and_the_page_stays(page: Page, other: Page, media: str) -> None:
    other.goto(media)
    other.locator("#clip-rows li.clip a.nm").focus()
    other.keyboard.press("Delete")
    expect(other.locator("#clip-rows li.clip")).to_have_count(0)

    page.locator("#clip-rows li.clip a.nm").focus()
    page.keyboard.press("Delete")

    expect(page.locator("#toasts [role=alert]")).to_contain_text("Nothing here")
    expect(page.locator("#timeline")).to_be_visible()


def test_a_drag_that_clashes_is_told_and_mine_is_one_press_away(page: Page, other: Page, media: str) -> None:
    other.goto(media)
    drag_out(other, 60)
    theirs = str(other.locator("#lane-clips .bar").get_attribute("data-out"))
    drag_out(page, 25)

    expect(page.locator("#toasts")).to_contain_text("Ingrid Berg moved this clip a moment ago")
    expect(page.locator("#lane-clips .bar")).to_have_attribute("data-out", theirs)
    expect(page.locator("#timeline")).to_be_visible()
    page.get_by_role("button", name="Use mine").click()
    expect(page.locator("#lane-clips .bar")).not_to_have_attribute("data-out", theirs)


def drag_out(page: Page, pixels: int) -> None:
    """Take the clip's bar by its right edge, pull, and wait for the answer."""
    page.wait_for_load_state("networkidle")
    box = page.locator("#lane-clips .bar").bounding_box()
    assert box is not None
    right, middle = box["x"] + box["width"] - 3, box["y"] + box["height"] / 2
    page.mouse.move(right, middle)
    page.mouse.down()
    page.mouse.move(right + pixels / 2, middle)
    page.mouse.move(right + pixels, middle)
    with page.expect_response(lambda answer: answer.url.endswith("/bounds")):
        page.mouse.up()


def test_a_draft_survives_a_reload(page: Page, media: str) -> None:
    page.click("#draft [data-act=in]")
    page.fill("#draft [name=out_timecode]", "00:00:03:05")
    page.fill("#draft [name=title]", "Half a thought")

    page.reload()

    expect(page.locator("#draft [name=out_timecode]")).to_have_value("00:00:03:05")
    expect(page.locator("#draft [name=title]")).to_have_value("Half a thought")


def test_an_overlap_is_told_while_it_is_typed_and_the_offered_start_ends_it(page: Page, media: str) -> None:
    page.click("#draft [data-act=in]")
    page.fill("#draft [name=in_timecode]", "00:00:02:00")
    page.fill("#draft [name=out_timecode]", "00:00:04:00")
    expect(page.locator("#overlap")).to_contain_text("Overlaps “Keel” by 1 s 0 f.")

    page.click("#overlap [data-set-in]")

    expect(page.locator("#draft [name=in_timecode]")).to_have_value("00:00:03:00")
    expect(page.locator("#overlap")).not_to_contain_text("Overlaps")


def test_after_a_deletion_the_focus_is_on_what_is_there(page: Page, media: str) -> None:
    page.locator("#clip-rows li.clip a.nm").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#clip-rows li.clip")).to_have_count(0)

    assert page.evaluate("document.activeElement.id") == "clips-h"
