"""The main job in a real browser: a recording in, a clip marked, a file out that is proven."""

import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PATIENCE_MS, Studio, drop, new_project, wait_until_ready

pytestmark = pytest.mark.browser


def test_from_an_upload_to_a_verified_clip(page: Page, studio: Studio) -> None:
    new_project(page, studio, "Harbour")
    drop(page, studio.video, studio.sound)
    media = wait_until_ready(page, "Harbour walk")
    wait_until_ready(page, "Fog horn")
    expect(page.locator("#project-media-count")).to_have_text("2")

    page.goto(studio.address(media))
    mark_with_keys(page, frames=30)
    clip = page.locator("#clip-rows li.clip").first
    expect(clip.locator(".io")).to_contain_text("00:00:00:00")
    expect(clip.locator(".io")).to_contain_text("00:00:01:05")

    clip_id = clip.get_attribute("data-clip")
    page.goto(studio.address(f"/clips/{clip_id}/render"))
    page.click("main button.primary")
    expect(page.locator(f"#clip-{clip_id}-exports .chip.ok")).to_have_text("Exact", timeout=PATIENCE_MS)
    page.click(f"#clip-{clip_id}-exports .chip.ok")
    expect(page.locator(".verdict")).to_contain_text("31 frames")
    with page.expect_download() as download:
        page.click("main .actions a.primary")
    assert download.value.path().stat().st_size > 1000


def test_several_clips_come_as_one_zip(page: Page, studio: Studio) -> None:
    project = new_project(page, studio, "Zips")
    drop(page, studio.video)
    page.goto(studio.address(wait_until_ready(page, "Harbour walk")))
    mark_with_keys(page, frames=5)
    mark_with_keys(page, frames=5)

    page.goto(project + "/clips")
    for box in page.locator("[name=clip]").all():
        box.check()
    page.click("text=Render selected")
    page.click("main button.primary")
    expect(page.locator("tbody .chip.ok")).to_have_count(2, timeout=PATIENCE_MS)
    for box in page.locator("[name=clip]").all():
        box.check()
    with page.expect_download() as download:
        page.click("text=Download as zip")

    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert len([name for name in names if name.endswith(".mp4")]) == 2
    assert len([name for name in names if name.endswith(".json")]) == 2


def test_who_started_a_job_hears_of_its_end_on_another_page(page: Page, studio: Studio) -> None:
    new_project(page, studio, "Elsewhere")
    drop(page, studio.video)
    expect(page.locator(".card")).to_have_count(1)

    page.goto(studio.address("/activity"))

    expect(page.locator("#toasts")).to_contain_text("“Harbour walk” is ready", timeout=PATIENCE_MS)


def test_what_is_no_recording_is_refused_beside_its_name(
    page: Page, studio: Studio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    note = tmp_path_factory.mktemp("notes") / "shopping list.mp4"
    note.write_text("milk, bread, rope")
    new_project(page, studio, "Refusals")

    drop(page, note)

    row = page.locator("[data-upload-rows] li")
    expect(row).to_contain_text("shopping list.mp4")
    expect(row).to_contain_text("This is a text file, not a recording.")
    expect(page.locator(".card")).to_have_count(0)


def test_keyboard_alone_marks_deletes_and_undoes(page: Page, studio: Studio) -> None:
    new_project(page, studio, "Keys")
    drop(page, studio.video)
    page.goto(studio.address(wait_until_ready(page, "Harbour walk")))
    mark_with_keys(page, frames=10)

    page.locator("#clip-rows li.clip a.nm").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#clip-rows li.clip")).to_have_count(0)
    page.keyboard.press("Control+z")

    expect(page.locator("#clip-rows li.clip")).to_have_count(1)


def mark_with_keys(page: Page, frames: int) -> None:
    """Mark a clip from the first frame: I, arrows, O, Enter."""
    before = page.locator("#clip-rows li.clip").count()
    expect(page.locator("#now")).not_to_have_value("")
    page.locator("body").press("Home")
    page.keyboard.press("i")
    for _ in range(frames):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.keyboard.press("Enter")
    expect(page.locator("#clip-rows li.clip")).to_have_count(before + 1)
