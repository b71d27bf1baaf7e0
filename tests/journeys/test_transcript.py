"""The transcript in a real browser: read along, go to a word, correct in place, clip what is selected."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio, drop, new_project, until, wait_until_ready

pytestmark = pytest.mark.browser

LINES = """WEBVTT

00:00.400 --> 00:02.000
<v Marit>We laid the keel

00:02.400 --> 00:04.000
<v Jonas>Old Anders drew the boat

00:05.000 --> 00:07.000
After that the oak decides
"""
UNDERLINED = "[...(CSS.highlights.get('word-said') ?? [])].map(String).join()"
SELECT = """() => {
  const said = document.querySelectorAll('.turn .said');
  const range = new Range();
  range.setStart(said[0].firstChild, said[0].textContent.indexOf('the'));
  range.setEnd(said[1].firstChild, 'Old Anders'.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture(scope="module")
def media(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a recording somebody brought lines for."""
    file = tmp_path_factory.mktemp("lines") / "lines.vtt"
    file.write_text(LINES)
    context = studio.window()
    page = context.new_page()
    new_project(page, studio, "Said")
    drop(page, studio.video)
    address = wait_until_ready(page, "Harbour walk")
    bring(page, studio.address(address), file)
    context.close()
    return address


@pytest.fixture
def bench(page: Page, studio: Studio, media: str) -> Iterator[Page]:
    page.goto(studio.address(f"{media}?f=0"))
    page.wait_for_load_state("networkidle")
    yield page


def bring(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}/transcript/import")
    page.set_input_files("[name=file]", str(file))
    page.click("main button.primary")
    expect(page.locator(".turn")).to_have_count(3)


def test_a_word_that_is_clicked_is_gone_to_and_underlined(bench: Page) -> None:
    bench.locator(".turn .said", has_text="Old Anders").click(position={"x": 5, "y": 8})

    expect(bench.locator(".turn[aria-current]")).to_contain_text("Old Anders")
    expect(bench.locator("#now")).to_have_value("00:00:02:10")
    assert bench.evaluate(UNDERLINED) == "Old"
    bench.keyboard.press("Control+ArrowRight")
    until(bench, f"{UNDERLINED} === 'Anders'")


def test_captions_and_follow_have_keys(bench: Page) -> None:
    bench.keyboard.press("c")
    until(bench, "document.querySelector('video').textTracks[0].cues?.length === 3")
    bench.keyboard.press("t")

    expect(bench.locator("[data-act=follow]")).to_have_attribute("aria-pressed", "false")


def test_a_line_is_corrected_in_place_and_split_at_the_caret(bench: Page) -> None:
    bench.locator(".turn", has_text="oak").locator(".fix").click()
    field = bench.locator(".turn textarea")
    expect(field).to_be_focused()
    field.fill("After that the oak decides for you")
    field.press("Enter")
    expect(bench.locator(".turn", has_text="decides for you").locator(".fix")).to_be_focused()

    bench.locator(".turn", has_text="decides for you").locator(".fix").click()
    field.evaluate("field => field.setSelectionRange(10, 10)")
    until(bench, "document.querySelector('[data-part-at]').value === '2'")
    bench.click("text=Split at the caret")
    expect(bench.locator(".turn")).to_have_count(4)
    bench.locator(".turn", has_text="After that").locator(".fix").click()
    bench.click("text=Join with the next")
    expect(bench.locator(".turn")).to_have_count(3)


def test_escape_leaves_a_line_as_it_was(bench: Page) -> None:
    bench.locator(".fix").first.click()
    bench.locator(".turn textarea").press("Escape")

    expect(bench.locator(".turn textarea")).to_have_count(0)
    expect(bench.locator(".fix").first).to_be_focused()


def test_selected_words_become_a_clip(bench: Page) -> None:
    count = bench.locator("#clip-rows li.clip").count()
    bench.evaluate(SELECT)
    expect(bench.locator("#words-clip")).to_be_visible()
    bench.keyboard.press("w")

    expect(bench.locator("#clip-rows li.clip")).to_have_count(count + 1)
    expect(bench.locator("#clip-rows")).to_contain_text("the keel Old Anders")
    expect(bench.locator("#words-clip")).to_be_hidden()


def test_without_scripts_a_line_is_corrected_and_clipped_by_forms(studio: Studio, media: str) -> None:
    context = studio.window(java_script_enabled=False)
    page = context.new_page()
    page.goto(studio.address(f"{media}/transcript"))
    page.locator(".fix").first.click()
    page.fill("[name=text]", "We laid the long keel")
    page.click("text=Save line")
    expect(page.locator(".turn").first).to_contain_text("long keel")

    page.locator(".fix").first.click()
    page.click("text=Clip these words")
    expect(page.locator("#clip-rows")).to_contain_text("We laid the long keel")
    context.close()
