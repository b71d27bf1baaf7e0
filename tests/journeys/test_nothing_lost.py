"""What somebody typed outlives a session that ended, a line that broke and a role that was taken away."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, Studio, drop, new_project, wait_until_ready

pytestmark = pytest.mark.browser

LONG_THOUGHT = "Three days of rigging, the crane and the first sail"


def sign_in(page: Page) -> None:
    page.fill("[name=username]", "ingrid")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")


def test_after_an_expired_session_the_form_is_there_with_what_was_typed(page: Page, studio: Studio) -> None:
    project = new_project(page, studio, "Rigging")
    page.goto(f"{project}/settings")
    page.fill("[name=description]", LONG_THOUGHT)
    page.context.clear_cookies(name="rushes")

    page.click(".savebar button.primary")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in")
    sign_in(page)

    expect(page.locator("[name=description]")).to_have_value(LONG_THOUGHT)
    expect(page.locator("#toasts")).to_contain_text("not saved yet")
    page.click(".savebar button.primary")
    page.wait_for_url(project)
    expect(page.locator("main")).to_contain_text(LONG_THOUGHT)


def test_what_was_saved_is_not_given_back(page: Page, studio: Studio) -> None:
    page.goto(studio.address("/me"))
    page.fill("[name=display_name]", "Ingrid B. Berg")

    page.click("main button.primary")

    expect(page.locator("#toasts")).to_contain_text("Saved")
    expect(page.locator("#toasts")).not_to_contain_text("not saved yet")
    page.reload()
    expect(page.locator("[name=display_name]")).to_have_value("Ingrid B. Berg")
    page.fill("[name=display_name]", "Ingrid Berg")
    page.click("main button.primary")
    expect(page.locator("#toasts")).to_contain_text("Saved")


def test_a_clip_sent_while_the_line_was_down_is_sent_again(page: Page, studio: Studio) -> None:
    new_project(page, studio, "Broken line")
    drop(page, studio.video)
    page.goto(studio.address(wait_until_ready(page, "Harbour walk")))
    page.click("#draft [data-act=in]")
    page.fill("#draft [name=title]", "Kept")
    page.fill("#draft [name=in_timecode]", "00:00:01:00")
    page.fill("#draft [name=out_timecode]", "00:00:02:00")
    page.wait_for_load_state("networkidle")

    page.context.set_offline(True)
    page.click("#draft-save")
    expect(page.locator("#toasts")).to_contain_text("sent again when it answers")
    expect(page.locator("#clip-rows li.clip")).to_have_count(0)
    page.context.set_offline(False)

    expect(page.locator("#clip-rows li.clip")).to_have_count(1)
    expect(page.locator("#clip-rows")).to_contain_text("Kept")


def test_without_scripts_an_error_page_shows_what_was_typed(studio: Studio) -> None:
    context = studio.window(java_script_enabled=False)
    page = context.new_page()
    page.goto(studio.address("/projects/new"))
    page.fill("[name=name]", LONG_THOUGHT)
    context.clear_cookies(name="rushes-form")

    page.click("main button.primary")

    expect(page.locator("main[data-error]")).to_contain_text(LONG_THOUGHT)
    context.close()


def test_without_scripts_what_came_after_the_session_ended_stands_beside_the_way_in(studio: Studio) -> None:
    context = studio.window(java_script_enabled=False)
    page = context.new_page()
    page.goto(studio.address("/projects/new"))
    page.fill("[name=name]", LONG_THOUGHT)
    context.clear_cookies(name="rushes")

    page.click("main button.primary")
    expect(page.locator("main")).to_contain_text(LONG_THOUGHT)
    sign_in(page)

    page.wait_for_url("**/projects/new")
    context.close()
