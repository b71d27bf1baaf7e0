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
    leaving.value.save_as(tmp_path / leaving.value.suggested_filename)
    page.goto(studio.address(f"{media}/clips/import"))
    page.set_input_files("[name=file]", tmp_path / "Sample recording 25 fps.edl")
    page.get_by_role("button", name="Look at it").click()
    # What the other way of this journey brought in is the same again, and comes once.
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Make 2 clips").click()

    expect(page.locator("#clip-rows li.clip")).to_have_count(before + 2)
    context.close()
