"""Files of lines, out and in: what goes out comes back, and what is broken is refused in words."""

import csv
import io

import pytest

from app.core.errors import Invalid
from app.transcripts.captions import Cue, write
from app.transcripts.reading import LARGEST_BYTES, MOST_CUES, read

CUES = [
    Cue(0, 1500, "We laid the keel & walked it <fast>", "Marit"),
    Cue(1500, 2900, "Blåbærsyltetøy, sa han"),
    Cue(3_723_004, 3_724_000, "third: here", "O'Neil & Co"),
]
LENGTH_MS = 4_000_000


@pytest.mark.parametrize("form", ["vtt", "csv"])
def test_what_goes_out_comes_back(form: str) -> None:
    found = read(f"a.{form}", write(form, CUES).encode(), LENGTH_MS)

    assert [(cue.start_ms, cue.end_ms, cue.text, cue.speaker) for cue in found] == [
        (cue.start_ms, cue.end_ms, cue.text, cue.speaker) for cue in CUES
    ]


def test_subrip_comes_back_with_its_speakers_when_told_that_names_stand_in_front() -> None:
    found = read("a.srt", write("srt", CUES).encode(), LENGTH_MS, named=True)

    assert [(cue.start_ms, cue.speaker) for cue in found] == [(0, "Marit"), (1500, None), (3_723_004, "O'Neil & Co")]


def test_text_comes_back_with_its_times() -> None:
    found = read("a.txt", write("txt", CUES).encode(), LENGTH_MS)

    assert [cue.start_ms for cue in found] == [0, 1500, 3_723_004]


def test_text_without_times_is_laid_over_the_recording() -> None:
    found = read("a.txt", b"first\n\nsecond", 10_000)

    assert (found[0].start_ms, found[-1].end_ms) == (0, 10_000)


def test_an_arrow_in_the_text_begins_no_cue() -> None:
    cue = Cue(0, 1000, "here --> there")

    assert [each.text for each in read("a.vtt", write("vtt", [cue]).encode(), LENGTH_MS)] == ["here --> there"]
    assert [each.text for each in read("a.srt", write("srt", [cue]).encode(), LENGTH_MS)] == ["here → there"]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_a_table_holds_no_formula(text: str) -> None:
    out = write("csv", [Cue(0, 1000, text, text)])

    row = list(csv.reader(io.StringIO(out)))[1]
    assert row[2].startswith("'") and row[3].startswith("'")
    assert read("a.csv", out.encode(), LENGTH_MS)[0].text == text.strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_understood(encoding: str) -> None:
    assert read("a.txt", "Grüße".encode(encoding), LENGTH_MS)[0].text == "Grüße"


def test_markup_and_positions_are_taken_off_captions() -> None:
    text = "WEBVTT\n\nNOTE a remark\n\n1\n00:01.000 --> 00:02.000 align:start\n<v Marit><i>we</i> &amp; they"

    cue = read("a.vtt", text.encode(), LENGTH_MS)[0]

    assert (cue.text, cue.speaker) == ("we & they", "Marit")


def test_words_of_json_keep_their_times_where_they_make_the_text() -> None:
    lines = b'{"lines":[{"start_ms":0,"end_ms":900,"text":"a b","words":['
    lines += b'{"start_ms":0,"end_ms":100,"text":"a"},{"start_ms":500,"end_ms":900,"text":"b"}]}]}'

    assert [word[:2] for word in read("a.json", lines, LENGTH_MS)[0].words] == [[0, 100], [500, 900]]


def test_the_segments_of_other_recognisers_are_read() -> None:
    cue = read("a.json", b'{"segments":[{"start":1.5,"end":2.25,"text":" hello"}]}', LENGTH_MS)[0]

    assert (cue.start_ms, cue.end_ms, cue.text) == (1500, 2250, "hello")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.exe", b"x", "ends in .vtt"),
        ("a.vtt", b"hello", "must begin with WEBVTT"),
        ("a.vtt", b"WEBVTT\n\n", "no lines with words"),
        ("a.srt", b"1\n00:00:05,000 --> 00:00:02,000\nhi", "Line 1 ends before it begins"),
        ("a.srt", b"1\n10:00:05,000 --> 10:00:06,000\nhi", "begins after the end of the recording"),
        ("a.txt", b"\0\1\2", "not a text file"),
        ("a.txt", b"00:01 one\ntwo", "Line 2 has no time"),
        ("a.csv", b"a,b\n1,2", "first row must name the columns"),
        ("a.csv", b'start,text\n"x,hi', "comma-separated"),
        ("a.csv", b"start,text\nsoon,hi", "cannot be read"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a.json", b'{"lines":[1]}', "must hold a list"),
        ("a.json", b'{"lines":[{"text":"x"}]}', "cannot be read"),
        ("a.vtt", b"\xff\xfeW", "damaged"),
        ("a.txt", b"x" * (LARGEST_BYTES + 1), "at most 5 MB"),
        ("a.txt", b"x\n" * (MOST_CUES + 1), "can be taken"),
    ],
)
def test_a_bad_file_is_refused_in_words(name: str, data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(name, data, LENGTH_MS)

    assert words in str(refused.value)
    assert refused.value.field == "file"
