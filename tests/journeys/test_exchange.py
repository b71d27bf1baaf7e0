"""Clips leave for an editing program and its list comes back, with scripts and without."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Studio

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_list_goes_out_and_comes_in_again(studio: Studio, pages: list[str], tmp_path: Path, scripts: bool) -> None:
    media = next(path for path in pages if path.startswith("/m/")).split("?")[0]
    context = studio.window(viewport=PHONE, java_script_enabled=scripts, accept_downloads=True)
    page = context.new_page()
    page.goto(studio.address(media))
    before = page.locator("#clip-rows li.clip").count()

    page.get_by_role("link", name="Export clips…").click()
    with page.expect_download() as leaving:
        page.get_by_role("link", name="EDL", exact=True).click()
    left = tmp_path / leaving.value.suggested_filename
    leaving.value.save_as(left)
    # As an editor who gave them other names: the same again would be here already.
    left.write_text(left.read_text().replace("COMMENT: ", f"COMMENT: Cut {scripts} "))
    page.goto(studio.address(f"{media}/clips/import"))
    page.set_input_files("[name=file]", left)
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("tbody tr")).to_have_count(before)
    page.get_by_role("button", name=f"Make {before} clips").click()

    expect(page.locator("#clip-rows li.clip")).to_have_count(2 * before)
    context.close()
