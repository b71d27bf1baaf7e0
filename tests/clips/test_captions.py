"""Captions of rendered clips: in the zip beside each file, counted from the clip's beginning."""

import pytest

from app.clips.captions import within
from app.clips.models import Clip
from app.media.models import Media
from app.transcripts.captions import Cue
from tests.clips.conftest import make_export
from tests.clips.test_renders import zip_of
from tests.factories import make_clip, make_media, make_transcript
from tests.visitors import Company, Visitor


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


@pytest.fixture
def clip(company: Company, media: Media) -> Clip:
    return make_clip(company.editor, media, 100, 200, "Keel")


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def test_a_zip_holds_captions_and_a_list_in_the_clips_order(
    editor: Visitor, company: Company, media: Media, clip: Clip
) -> None:
    make_transcript(media, ["Before it", "We laid & raised", "the keel", "Steam", "After it"])
    later = make_clip(company.editor, media, 300, 400, "Mast")
    for each in (later, clip):
        make_export(company.app, each, media)
    chosen = {"clip": [str(later.public_id), str(clip.public_id)]}

    files = zip_of(editor.post(f"/p/{company.project.slug}/clips/zip", chosen).data)

    assert files["All in order.m3u8"].decode().splitlines() == ["#EXTM3U", "Keel.mp4", "Mast.mp4"]
    assert files["Keel.vtt"].decode().startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "the keel" in files["Keel.vtt"].decode() and "Before it" not in files["Keel.vtt"].decode()
    assert "Mast.vtt" not in files


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (0, 1000, []),
        (1500, 2500, [(0, 500, "one"), (700, 1000, "two")]),
        (1000, 9000, [(0, 1000, "one"), (1200, 2000, "two")]),
    ],
)
def test_lines_are_cut_to_a_clip_and_counted_from_its_beginning(
    start: int, end: int, said: list[tuple[int, int, str]]
) -> None:
    cues = [Cue(1000, 2000, "one"), Cue(2200, 3000, "two")]

    assert [(each.start_ms, each.end_ms, each.text) for each in within(cues, start, end)] == said
