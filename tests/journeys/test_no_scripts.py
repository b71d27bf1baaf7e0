"""Everything an editor does, with scripts off: plain forms, typed timecodes, pictures to pick frames from."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PASSWORD, PATIENCE_MS, Studio, new_project

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(studio: Studio) -> Iterator[Page]:
    """Return a window without scripts."""
    context = studio.window(java_script_enabled=False)
    yield context.new_page()
    context.close()


def reload_until(page: Page, selector: str) -> None:
    """Reload, as a person without scripts does, until something is there."""
    for _ in range(PATIENCE_MS // 1000):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{selector} never came")


def test_upload_mark_edit_split_and_delete_without_scripts(plain: Page, studio: Studio) -> None:
    project = new_project(plain, studio, "Plain")
    plain.goto(project + "/upload")
    plain.set_input_files("[name=files]:not(#drop-files)", str(studio.video))
    plain.click("main form[data-upload-plain] button.primary")
    plain.wait_for_url(project)
    reload_until(plain, ".card .badge")
    plain.click(".card a.title")

    plain.fill("[name=title]", "Opening")
    plain.fill("[name=in_timecode]", "00:00:01:00")
    plain.fill("[name=out_timecode]", "00:00:02:24")
    plain.click("#draft-save")
    expect(plain.locator("#clip-rows li.clip")).to_have_count(1)

    clip = plain.locator("#clip-rows li.clip").get_attribute("data-clip")
    plain.goto(studio.address(f"/clips/{clip}/edit"))
    plain.fill("[name=out_timecode]", "00:00:03:24")
    plain.click("main button.primary")
    expect(plain.locator("#clip-rows")).to_contain_text("3 s 0 f")

    plain.goto(studio.address(f"/clips/{clip}/split"))
    plain.fill("[name=at_timecode]", "00:00:02:00")
    plain.click("main button.primary")
    expect(plain.locator("#clip-rows li.clip")).to_have_count(2)

    plain.goto(studio.address(f"/clips/{clip}/delete"))
    plain.click("main button.danger-solid")
    expect(plain.locator("#clip-rows li.clip")).to_have_count(1)


def test_frames_are_picked_from_pictures(plain: Page, studio: Studio) -> None:
    project = new_project(plain, studio, "Pictures")
    plain.goto(project + "/upload")
    plain.set_input_files("[name=files]:not(#drop-files)", str(studio.video))
    plain.click("main form[data-upload-plain] button.primary")
    plain.wait_for_url(project)
    reload_until(plain, ".card .badge")
    plain.click(".card a.title")
    media = plain.url

    plain.goto(media + "/frames?around=50&set=in")
    plain.locator("ol.frames li[aria-current=true] button").click()
    expect(plain.locator("[name=in_timecode]")).to_have_value("00:00:02:00")
    plain.goto(media + "/frames?around=75&set=out&in_timecode=00:00:02:00")
    plain.locator("ol.frames li[aria-current=true] button").click()

    expect(plain.locator("[name=in_timecode]")).to_have_value("00:00:02:00")
    expect(plain.locator("[name=out_timecode]")).to_have_value("00:00:03:00")


def test_a_refused_form_keeps_what_was_typed(plain: Page, studio: Studio) -> None:
    plain.goto(studio.address("/projects/new"))
    plain.fill("[name=description]", "Boats and the people who build them")
    plain.eval_on_selector("[name=name]", "field => field.removeAttribute('required')")
    plain.click("main button.primary")

    expect(plain.locator("[role=alert]")).to_contain_text("Give the project a name.")
    expect(plain.locator("[name=description]")).to_have_value("Boats and the people who build them")


def test_somebody_signs_in_uploads_and_finds_without_scripts(studio: Studio) -> None:
    context = studio.browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = context.new_page()
    page.goto(studio.address("/projects"))
    page.fill("[name=username]", "ingrid")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url("**/projects")

    project = new_project(page, studio, "Lanterns")
    page.goto(project + "/upload")
    page.set_input_files("[name=files]:not(#drop-files)", str(studio.video))
    page.click("main form[data-upload-plain] button.primary")
    page.wait_for_url(project)
    reload_until(page, ".card .badge")
    page.click(".card a.title")
    page.fill("[name=title]", "Lantern swings")
    page.fill("[name=in_timecode]", "00:00:00:00")
    page.fill("[name=out_timecode]", "00:00:01:00")
    page.click("#draft-save")
    expect(page.locator("#clip-rows li.clip")).to_have_count(1)
    page.fill(".top-search [name=q]", "lantern swings")
    page.press(".top-search [name=q]", "Enter")

    expect(page.locator("h1")).to_contain_text("1 result")
    page.goto(studio.address("/jobs?state=done"))
    expect(page.locator("#jobs-rows")).to_contain_text("Harbour walk")
    context.close()
