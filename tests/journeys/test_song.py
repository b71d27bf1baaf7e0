"""A song in a real browser: sent, parted, played with the balance moved, its lyrics followed; and without scripts."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DESKTOP, PATIENCE_MS, PHONE, Studio, new_project
from tests.journeys.test_axe import OPTIONS
from tests.sung import tune, write

pytestmark = pytest.mark.browser

LRC = b"[ti:Keel]\n[00:00.50]We laid the keel\n[00:02.00][00:04.00]in winter\n[00:05.00]and steamed the oak\n"
VOLUMES = "[...document.querySelectorAll('[data-stem]')].map((sound) => [sound.dataset.stem, sound.volume])"
APART_S = """(() => {
  const [one, other] = document.querySelectorAll('[data-stem]');
  return Math.abs(one.currentTime - other.currentTime);
})()"""


@pytest.fixture(scope="module")
def song(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a song whose stems are made and whose lyrics have times."""
    file = write(tmp_path_factory.mktemp("tune") / "Marit - Keel.wav", sum(tune(7, 6, width=1.0)))
    context = studio.window()
    page = context.new_page()
    project = new_project(page, studio, "Sung")
    page.click("nav.tabs a:text('Songs')")
    page.click("text=New song")
    page.set_input_files("[name=file]", str(file))
    page.click("main button.primary")
    expect(page.locator("h1")).to_have_text("Keel")
    # The page asks for itself anew when the job is done.
    expect(page.locator(".stems li")).to_have_count(2, timeout=PATIENCE_MS)
    address = page.url
    page.goto(f"{address}/lyrics/import")
    page.set_input_files("[name=file]", {"name": "a.lrc", "mimeType": "text/plain", "buffer": LRC})  # type: ignore[arg-type]
    page.click("main button.primary")
    expect(page.locator("#sung li")).to_have_count(4)
    assert project in page.locator(".crumbs a").nth(1).evaluate("link => link.href")
    context.close()
    return address


@pytest.fixture
def player(page: Page, song: str) -> Iterator[Page]:
    page.goto(song)
    expect(page.locator("#song-player.is-scripted")).to_be_visible()
    yield page


def test_both_stems_play_in_step_and_the_balance_moves_between_them(player: Page) -> None:
    player.click("[data-act=play]")
    expect(player.locator("#song-player.is-playing")).to_be_visible()
    expect(player.locator("#song-now")).to_have_text("0:01")
    assert player.evaluate(APART_S) < 0.1

    player.click("text=Only instrumental")
    assert player.evaluate(VOLUMES) == [["vocals", 0], ["instrumental", 1]]
    player.focus("#balance")
    player.keyboard.press("Home")
    assert player.evaluate(VOLUMES) == [["vocals", 1], ["instrumental", 0]]
    player.keyboard.press("ArrowRight")
    expect(player.locator("#balance")).to_have_attribute("aria-valuetext", "Vocals 100 %, instrumental 5 %")

    player.click("[data-act=play]")
    expect(player.locator("#song-player.is-playing")).to_have_count(0)


def test_a_line_leads_to_its_moment_and_the_line_being_sung_is_marked(player: Page) -> None:
    player.click("#sung li:nth-child(3) a")

    expect(player.locator("#sung li[aria-current]")).to_have_attribute("data-ms", "4000")
    assert player.evaluate("document.querySelector('[data-stem]').currentTime") == pytest.approx(4, abs=0.05)
    assert "?t=" not in player.url

    player.locator("#song-at").fill("5.5")
    expect(player.locator("#sung li[aria-current]")).to_have_attribute("data-ms", "5000")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_is_silent_on_every_page_of_songs(studio: Studio, song: str, viewport: ViewportSize, theme: str) -> None:
    context = studio.window(viewport=viewport, color_scheme=theme)
    page, found = context.new_page(), []
    project = "/p/sung/songs"
    mine = [
        song.removeprefix(studio.address("")) + name for name in ("", "/edit", "/delete", "/history", "/lyrics/import")
    ]
    for path in ["/songs", project, f"{project}?q=nothing-at-all", f"{project}/new", *mine]:
        page.goto(studio.address(path))
        for violation in Axe().run(page, options=OPTIONS).response["violations"]:
            found.append(f"{path}: {violation['id']}: {violation['nodes'][0]['html'][:120]}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: scrolls sideways")
    context.close()

    assert found == []


def test_without_scripts_every_sound_has_a_player_and_lines_are_links(studio: Studio, song: str) -> None:
    context = studio.window(java_script_enabled=False)
    page = context.new_page()
    page.goto(song)

    expect(page.locator("#song-player audio")).to_have_count(3)
    expect(page.locator("#balance")).to_be_hidden()
    page.click("#sung li:nth-child(2) a")
    assert "?t=2.000" in page.url
    assert "#t=2.0" in str(page.locator("[data-stem=vocals]").get_attribute("src"))
    context.close()
