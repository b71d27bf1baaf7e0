"""What files of other programs mark in a recording: read to the frame, or refused in words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.timecode import Rate
from app.exchange.cut_list import Cut, CutList
from app.exchange.edl import write_edl
from app.exchange.formats import LARGEST_BYTES, read_marks
from app.exchange.marks import Target, names_of
from app.exchange.otio import write_otio
from app.media.clock import Clock
from tests.exchange.test_cut_lists import FILM, HOUR, NTSC, PAL, source, two

WALK = names_of("Harbour walk 1.mp4", "Walk 1")
RESOLVE = """TITLE: Timeline 1
FCM: NON-DROP FRAME

001  001      V     C        00:00:04:00 00:00:04:01 00:00:04:00 00:00:04:01
 |C:ResolveColorBlue |M:Keel laid |D:50

002  001      V     C        00:00:10:05 00:00:10:06 00:00:10:05 00:00:10:06
 |C:ResolveColorRed |M:Mast |D:1
"""
PREMIERE = """TITLE: Sequence 01
FCM: NON-DROP FRAME

001  AX       V     C        00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00
* FROM CLIP NAME: Harbour walk 1.mp4

002  AX       AA    C        00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00
* FROM CLIP NAME: Harbour walk 1.mp4

003  BL       V     C        00:00:00:00 00:00:01:00 00:00:01:00 00:00:02:00
004  AX       V     D    025 00:00:05:00 00:00:06:10 00:00:02:00 00:00:03:10
* FROM CLIP NAME: Another film.mov
* TO CLIP NAME: Harbour walk 1.mp4
"""


def target(rate: Rate = PAL, *, start: int = 0, drop_frame: bool = False, variable_rate: bool = False) -> Target:
    return Target(Clock(rate.num, rate.den, drop_frame, start), 10_000, variable_rate, WALK)


def spans(name: str, text: str, of: Target | None = None) -> list[tuple[str, int, int]]:
    found = read_marks(name, text.encode(), of or target())
    return [(mark.title, mark.in_point, mark.out_point) for mark in found.marks]


OURS = [("The keel", 1234, 3034), ("Mast", 4000, 4500)]


@pytest.mark.parametrize(
    ("rate", "start", "drop_frame"), [(PAL, 0, False), (PAL, 90_000, False), (NTSC, HOUR, True), (FILM, 0, False)]
)
def test_our_own_lists_come_back_to_the_frame_and_others_are_left_out(rate: Rate, start: int, drop_frame: bool) -> None:
    cuts, of = two(rate, start=start, drop_frame=drop_frame), target(rate, start=start, drop_frame=drop_frame)

    assert spans("list.edl", write_edl(cuts), of) == OURS
    assert spans("list.otio", write_otio(cuts), of) == OURS
    assert read_marks("list.edl", write_edl(cuts).encode(), of).of_others == 1


def test_notes_come_back() -> None:
    for name, text in (("a.edl", write_edl(two())), ("a.otio", write_otio(two()))):
        assert read_marks(name, text.encode(), target()).marks[0].notes == "Seen from the quay"


def test_resolves_markers_last_as_long_as_they_say() -> None:
    assert spans("markers.edl", RESOLVE) == [("Keel laid", 100, 150), ("Mast", 255, 256)]


def test_picture_and_sound_of_one_event_are_one_clip_and_black_is_none() -> None:
    assert spans("sequence.EDL", PREMIERE) == [("Harbour walk 1.mp4", 25, 50)]


def test_where_no_event_names_the_recording_all_are_taken() -> None:
    assert len(spans("sequence.edl", PREMIERE.replace("Harbour walk 1", "Tape 7"))) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title,in_timecode,out_timecode\nKeel,00:00:01:00,00:00:01:24\n", [("Keel", 25, 50)]),
        ("in_point;out_point;name\n25;50;Keel\n", [("Keel", 25, 50)]),
        ("start\tend\tlabel\n1.0\t2\tKeel\n", [("Keel", 25, 50)]),
        ("start,end,title\n00:00:01:00,00:00:02:00,Keel\n", [("Keel", 25, 50)]),
        ("1.02,2,\n\n3,4.5,Mast\n", [("", 26, 50), ("Mast", 75, 113)]),
        ("\ufeffTitle,In Timecode,Out Timecode\n'=1+1,0:1:0,1:24\n", [("=1+1", 25, 50)]),
    ],
)
def test_tables_of_many_kinds_are_read(text: str, found: list[tuple[str, int, int]]) -> None:
    assert spans("clips.csv", text) == found


def test_rows_of_other_files_are_left_out() -> None:
    text = "in_point,out_point,file\n1,2,Harbour walk 1.mp4\n3,4,Other.mov\n"

    found = read_marks("clips.csv", text.encode(), target())

    assert ([mark.in_point for mark in found.marks], found.of_others) == ([1], 1)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("clips.txt", "x", "Choose an EDL, a CSV table or an OpenTimelineIO file."),
        ("clips.csv", "", "This table is empty."),
        ("clips.csv", "a,b\n1,2\n", "A table needs the columns in_timecode and out_timecode, or start and end."),
        ("clips.csv", "start,end\n1,2\n5,four\n", "Line 3: start and end are seconds"),
        ("clips.csv", "in_point,out_point\n5,²\n", "Line 2: in_point and out_point are whole numbers."),
        ("clips.csv", "in_point,out_point\n5,10001\n", "Line 2: Out lies after the last frame"),
        ("clips.csv", "in_timecode,out_timecode\n00:00:01:00,00:00:01:25\n", "Line 2: Frames go up to 24"),
        ("clips.csv", "start,end\n" + "".join(f"{n},{n + 1}\n" for n in range(0, 399)), None),
        ("clips.edl", "TITLE: x\n", "Nothing in this file marks a clip."),
        ("clips.edl", "001  AX V C 00:00:01:00 00:00:02:00\n", "Line 1: An event has four timecodes"),
        ("clips.edl", "001  AX V C 00:00:01:00 00:00:00:10 00:00:00:00 00:00:01:00\n", "Line 1: Out is before in."),
        ("clips.otio", "{}", "This is no OpenTimelineIO file"),
        ("clips.otio", "[" * 100_000, "This is no OpenTimelineIO file"),
        ("clips.otio", write_otio(two(NTSC)), "A clip counts 29.97 frames a second, this recording 25."),
        ("clips.otio", write_otio(two()).replace("1234.0", "1e999"), "This is no OpenTimelineIO file"),
        ("clips.otio", write_otio(two()).replace("1234.0", '"1e99999999"'), "This is no OpenTimelineIO file"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(name: str, text: str, words: str | None) -> None:
    if words is None:
        assert len(spans(name, text)) == 399
        return
    with pytest.raises(Invalid, match=words.replace("(", r"\(")) as refused:
        spans(name, text)
    assert refused.value.field == "file"


def test_seconds_do_not_name_frames_of_a_rate_that_varies() -> None:
    with pytest.raises(Invalid, match="Give timecodes"):
        spans("clips.csv", "start,end\n1,2\n", target(variable_rate=True))


def test_too_many_and_too_much_are_refused() -> None:
    with pytest.raises(Invalid, match="501 clips"):
        spans("clips.csv", "in_point,out_point\n" + "".join(f"{n},{n + 1}\n" for n in range(501)))
    with pytest.raises(Invalid, match="1 MB"):
        read_marks("clips.csv", b"x" * (LARGEST_BYTES + 1), target())


def test_a_file_of_an_older_program_is_read() -> None:
    found = read_marks("clips.csv", "start,end,title\n1,2,Hôtel\n".encode("cp1252"), target())

    assert found.marks[0].title == "Hôtel"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("line", ["|M:" * 300_000, "001 " + "a " * 400_000, "1 a " + "00:00:00:00 " * 80_000])
def test_a_line_made_to_be_slow_is_not(line: str) -> None:
    with pytest.raises(Invalid, match="Nothing in this file"):
        spans("a.edl", f"001  AX V C 00:00:01:00 00:00:01:00 00:00:00:00 00:00:00:00\n{line}\n")


@given(st.integers(0, 9_998), st.integers(1, 500))
def test_seconds_find_the_frame_they_begin(first: int, length: int) -> None:
    for rate in (PAL, NTSC, FILM):
        start, end = (f"{float(Fraction(n * rate.den, rate.num)):.3f}" for n in (first, min(first + length, 10_000)))
        assert spans("x.csv", f"{start},{end},x\n", target(rate)) == [("x", first, min(first + length, 10_000))]


@given(st.binary(max_size=300), st.sampled_from(["a.edl", "a.csv", "a.otio"]))
def test_no_bytes_do_more_than_be_refused(data: bytes, name: str) -> None:
    try:
        marks = read_marks(name, data, target()).marks
    except Invalid:
        return
    assert all(0 <= mark.in_point < mark.out_point <= 10_000 for mark in marks)


@given(st.data())
def test_a_damaged_list_is_read_or_refused(data: st.DataObject) -> None:
    name, text = data.draw(st.sampled_from([("a.edl", PREMIERE), ("a.edl", RESOLVE), ("a.otio", write_otio(two()))]))
    at, new = data.draw(st.integers(0, len(text) - 1)), data.draw(st.text(max_size=3))
    try:
        marks = read_marks(name, (text[:at] + new + text[at + 1 :]).encode("utf-8", "ignore"), target()).marks
    except Invalid:
        return
    assert all(0 <= mark.in_point < mark.out_point <= 10_000 for mark in marks)


def test_a_list_of_sound_keeps_its_milliseconds() -> None:
    sound = Rate(1000, 1)
    cuts = CutList("Horn", sound, [Cut("Blast", source(1), 1500, 2750)])
    of = Target(Clock(1000, 1), 10_000, False, WALK)

    assert spans("a.otio", write_otio(cuts), of) == [("Blast", 1500, 2750)]
