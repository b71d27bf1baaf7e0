"""Cut lists say the same frames to every program: read back here by OpenTimelineIO, which shares no code with us."""

from collections.abc import Callable
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.timecode import Rate, parse_timecode
from app.exchange.cut_list import Cut, CutList, Source
from app.exchange.edl import write_edl
from app.exchange.fcpxml import write_fcpxml
from app.exchange.otio import write_otio
from app.exchange.xmeml import write_xmeml

PAL, NTSC, FILM = Rate(25, 1), Rate(30000, 1001), Rate(24000, 1001)
RATES = [PAL, NTSC, FILM, Rate(50, 1), Rate(60000, 1001)]
HOUR = parse_timecode("01:00:00;00", 30000, 1001, True)


def source(number: int = 1, **facts: object) -> Source:
    usual: dict[str, object] = {"id": f"s{number}", "title": f"Walk {number}", "filename": f"Harbour walk {number}.mp4"}
    usual |= {"duration": 10_000, "width": 1920, "height": 1080, "channels": 2, "sample_rate": 48_000}
    return Source(**{**usual, **facts})  # type: ignore[arg-type]


def two(rate: Rate = PAL, **facts: object) -> CutList:
    """Return two cuts of one recording and one of another."""
    first, second = source(1, **facts), source(2, **facts)
    cuts = [
        Cut("The keel", first, 1234, 3034, "Seen from the quay", ("boats", "harbour")),
        Cut("<Steam & “brass”>", second, 0, 1),
        Cut("Mast", first, 4000, 4500),
    ]
    return CutList("Harbour", rate, cuts)


def read(text: str, adapter: str, rate: Rate) -> list[tuple[str, int, int]]:
    """Return (name, first source frame, frames) of each clip OpenTimelineIO finds."""
    options = {"rate": rate.num / rate.den} if adapter == "cmx_3600" else {}
    timeline = otio.adapters.read_from_string(text, adapter_name=adapter, **options)
    timeline = timeline if isinstance(timeline, otio.schema.Timeline) else timeline[0]
    clips = [clip for clip in timeline.video_tracks()[0] if isinstance(clip, otio.schema.Clip)]
    ranges = [(clip.name, clip.source_range.start_time, clip.source_range.duration) for clip in clips]
    return [(name, round(start.value), round(length.value)) for name, start, length in ranges]


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("start", [0, 90_000], ids=["from zero", "from a label"])
def test_a_timeline_is_read_back_to_the_frame(rate: Rate, start: int) -> None:
    found = read(write_otio(two(rate, start=start)), "otio_json", rate)

    assert found == [
        ("The keel", start + 1234, 1800),
        ("<Steam & “brass”>", start, 1),
        ("Mast", start + 4000, 500),
    ]


@pytest.mark.parametrize("rate", [PAL, Rate(24, 1), Rate(50, 1)], ids=str)
def test_an_edl_is_read_back_to_the_frame(rate: Rate) -> None:
    found = read(write_edl(two(rate, start=90_000)), "cmx_3600", rate)

    assert [frames for _, *frames in found] == [[91_234, 1800], [90_000, 1], [94_000, 500]]
    assert found[0][0] == "Harbour walk 1.mp4"


def test_an_edl_with_drop_frame_is_read_back_to_the_frame() -> None:
    found = read(write_edl(two(NTSC, start=HOUR, drop_frame=True)), "cmx_3600", NTSC)

    assert [frames for _, *frames in found] == [[HOUR + 1234, 1800], [HOUR, 1], [HOUR + 4000, 500]]


@pytest.mark.parametrize("rate", [PAL, NTSC, FILM], ids=str)
def test_final_cut_7_xml_is_read_back_to_the_frame(rate: Rate) -> None:
    found = read(write_xmeml(two(rate)), "fcp_xml", rate)

    assert found == [("The keel", 1234, 1800), ("<Steam & “brass”>", 0, 1), ("Mast", 4000, 500)]


def test_an_edl_says_how_it_numbers_and_what_each_event_is() -> None:
    assert write_edl(two(NTSC, start=HOUR, drop_frame=True)).splitlines()[:7] == [
        "TITLE: Harbour",
        "FCM: DROP FRAME",
        "",
        "001  HARBOURW AA/V  C        01:00:41;04 01:01:41;06 01:00:00;00 01:01:00;02",
        "* FROM CLIP NAME: Harbour walk 1.mp4",
        "* COMMENT: The keel",
        "* NOTES: Seen from the quay",
    ]
    assert "FCM: NON-DROP FRAME" in write_edl(two(NTSC))


def test_no_two_recordings_share_a_reel() -> None:
    sources = [source(number) for number in range(12)]
    events = write_edl(CutList("All", PAL, [Cut("x", each, 0, 1) for each in sources])).split("\n\n")[1:]

    assert len({event.split()[1] for event in events}) == 12


def seconds(text: str | None) -> Fraction:
    return Fraction((text or "").removesuffix("s"))


@given(st.sampled_from(RATES), st.lists(st.tuples(st.integers(0, 9_000), st.integers(1, 999)), min_size=1, max_size=9))
def test_fcpxml_times_are_whole_frames_one_after_another(rate: Rate, spans: list[tuple[int, int]]) -> None:
    cuts = [Cut("x", source(start=777), start, start + length) for start, length in spans]
    root = ET.fromstring(write_fcpxml(CutList("List", rate, cuts)).partition("<!DOCTYPE fcpxml>")[2])
    frame = seconds(root.findtext("resources/format") or root.find("resources/format").get("frameDuration"))  # type: ignore[union-attr]
    sequence = root.find(".//sequence")
    assert sequence is not None
    at = seconds(sequence.get("tcStart"))

    for clip, (start, length) in zip(root.iter("asset-clip"), spans, strict=True):
        assert seconds(clip.get("offset")) == at
        assert seconds(clip.get("start")) == (777 + start) * frame
        assert seconds(clip.get("duration")) == length * frame
        at += length * frame
    assert seconds(sequence.get("duration")) == at - seconds(sequence.get("tcStart"))


def test_fcpxml_carries_files_notes_and_tags() -> None:
    root = ET.fromstring(write_fcpxml(two()).partition("<!DOCTYPE fcpxml>")[2])

    assert [each.get("src") for each in root.iter("media-rep")] == ["Harbour%20walk%201.mp4", "Harbour%20walk%202.mp4"]
    assert root.findtext(".//note") == "Seen from the quay"
    assert [each.get("value") for each in root.iter("keyword")] == ["boats, harbour"]


def test_final_cut_7_keeps_picture_and_sound_of_a_clip_together() -> None:
    root = ET.fromstring(write_xmeml(two()).partition("<!DOCTYPE xmeml>")[2])
    silent = ET.fromstring(write_xmeml(two(channels=None)).partition("<!DOCTYPE xmeml>")[2])

    ids = {item.get("id") for item in root.iter("clipitem")}
    assert ids == {f"{kind}-{number}" for kind in ("video", "audio") for number in (1, 2, 3)}
    assert {link.text for link in root.iter("linkclipref")} == ids
    assert silent.find(".//audio") is None and len(list(silent.iter("clipitem"))) == 3


@pytest.mark.parametrize("write", [write_edl, write_fcpxml, write_xmeml, write_otio])
def test_an_out_point_moved_by_a_frame_shows(write: Callable[[CutList], str]) -> None:
    cut = Cut("x", source(), 100, 200)
    longer = Cut("x", source(), 100, 201)

    assert write(CutList("List", PAL, [cut])) != write(CutList("List", PAL, [longer]))
