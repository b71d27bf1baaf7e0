"""A name of one very long word takes no column out of sight."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Studio, new_project

pytestmark = pytest.mark.browser

HIDDEN = "() => [...document.querySelectorAll('.tbl-scroll')].map((each) => each.scrollWidth - each.clientWidth)"


def test_a_name_of_one_long_word_leaves_every_column_in_sight(page: Page, studio: Studio) -> None:
    new_project(page, studio, "W" * 255)

    page.goto(studio.address("/admin/projects"))

    assert page.locator(".tbl-scroll").count() == 1
    assert page.evaluate(HIDDEN) == [0]
