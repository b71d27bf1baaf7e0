"""Read captions and transcripts people bring: guess the encoding, take markup off, refuse in words what is wrong."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import pysubs2
import webvtt

from app.core.csv import harmless
from app.core.errors import Invalid
from app.core.texts import say
from app.transcripts.captions import Cue
from app.transcripts.words import spread

LARGEST_BYTES = 5_000_000
MOST_CUES = 20_000
LONGEST_TEXT = 5000
TAG = re.compile(r"<[^>]{0,200}>|\{\\[^}]{0,200}\}")
NAME = re.compile(r"^([^\s:][^:]{0,59}): (?=\S)")
TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
TIMED_LINE = re.compile(rf"^\[?{TIME}\]?[\s\-–—:]*(.*)$")
# How long a line without an end of its own lasts at most.
LONGEST_OPEN_MS = 10_000


def read(filename: str, data: bytes, length_ms: int, *, named: bool = False) -> list[Cue]:
    """Return the lines of a file, sorted, each with its words' times; raises `Invalid` in words.

    The name's ending says which format. ``length_ms``: the recording's; ``named``: lines begin with the speaker's
    name and a colon.
    """
    form = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    if form not in READERS:
        raise Invalid(say("Choose a file that ends in .vtt, .srt, .txt, .csv or .json."), "file")
    if len(data) > LARGEST_BYTES:
        raise Invalid(say("The file may have at most %(value)s MB.", value=LARGEST_BYTES // 1_000_000), "file")
    if length_ms <= 0:
        raise Invalid(
            say("This recording is still being measured. Import the file as soon as its length is known."), "file"
        )
    cues = READERS[form](_decoded(data), length_ms)
    if len(cues) > MOST_CUES:
        raise Invalid(
            say(
                "The file has %(cues)s lines; at most %(most_cues)s can be taken.",
                cues=f"{len(cues):,}",
                most_cues=f"{MOST_CUES:,}",
            ),
            "file",
        )
    checked = [_checked(cue, number, length_ms, named) for number, cue in enumerate(cues, 1)]
    kept = [cue for cue in checked if cue.text]
    if not kept:
        raise Invalid(say("There are no lines with words in this file."), "file")
    return sorted(kept, key=lambda cue: (cue.start_ms, cue.end_ms))


def _decoded(data: bytes) -> str:
    """Return the text: by its mark, as UTF-8, or as Western European when it is neither."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\0" in data:
        raise Invalid(say("This is not a text file."), "file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(say("The file’s text is damaged: it says one encoding and is in another."), "file") from error


def _vtt(text: str, length_ms: int) -> list[Cue]:
    try:
        captions = webvtt.from_string(text).captions
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError) as error:
        words = say("This is not a WebVTT file: it must begin with WEBVTT, and its times read 00:01.000.")
        raise Invalid(words, "file") from error
    return [
        Cue(_time(each.start, "a line"), _time(each.end, "a line"), _bare(each.raw_text), unescape(each.voice or ""))
        for each in captions
    ]


def _srt(text: str, length_ms: int) -> list[Cue]:
    try:
        events = pysubs2.SSAFile.from_string(text, format_="srt").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as error:
        raise Invalid(
            say("This is not a SubRip file: its times read 00:00:01,000 --> 00:00:02,000."), "file"
        ) from error
    return [Cue(each.start, each.end, _bare(each.text.replace("\\N", " "))) for each in events if not each.is_comment]


def _bare(text: str) -> str:
    """Return a caption's text without its markup."""
    return unescape(TAG.sub(" ", text))


def _txt(text: str, length_ms: int) -> list[Cue]:
    """Read lines with their times in front, or lay lines without times over the whole recording by their length."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [TIMED_LINE.match(line) for line in lines]
    timed = [match for match in found if match]
    if timed and len(timed) < len(lines):
        place = next(number for number, match in enumerate(found, 1) if not match)
        raise Invalid(
            say("Line %(place)s has no time in front, but others have. Give each one, or none.", place=place), "file"
        )
    if not timed:
        return [Cue(word[0], word[1], word[2]) for word in spread(lines, 0, length_ms)]
    starts = [_parts(match.group(1), match.group(2), match.group(3), match.group(4)) for match in timed]
    following = [*starts[1:], length_ms]
    return [
        Cue(start, max(start + 1, min(end, start + LONGEST_OPEN_MS)), match.group(5))
        for start, end, match in zip(starts, following, timed, strict=True)
    ]


def _csv(text: str, length_ms: int) -> list[Cue]:
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Invalid(say("This is not a table of comma-separated values."), "file") from error
    named = [{(key or "").strip().lower(): value for key, value in row.items()} for row in rows]
    if named and not {"start", "text"} <= set(named[0]):
        raise Invalid(say("The first row must name the columns: start, end, speaker, text."), "file")
    return [_csv_cue(row, number) for number, row in enumerate(named, 2)]


def _csv_cue(row: dict[str, Any], number: int) -> Cue:
    start, end = _time(row.get("start"), say("row %(number)s", number=number)), row.get("end")
    until = _time(end, say("row %(number)s", number=number)) if end else start + LONGEST_OPEN_MS
    return Cue(start, until, _plain_cell(row.get("text")), _plain_cell(row.get("speaker")) or None)


def _json(text: str, length_ms: int) -> list[Cue]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(say("This is not JSON."), "file") from error
    lines = told.get("lines", told.get("segments")) if isinstance(told, dict) else told
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Invalid(
            say("The JSON must hold a list “lines” or “segments”, each with start_ms, end_ms and text."), "file"
        )
    return [_json_cue(line, number) for number, line in enumerate(lines, 1)]


def _json_cue(line: dict[str, Any], number: int) -> Cue:
    where = say("line %(number)s", number=number)
    start = line["start_ms"] if isinstance(line.get("start_ms"), int) else _time(line.get("start"), where)
    end = line["end_ms"] if isinstance(line.get("end_ms"), int) else _time(line.get("end"), where)
    text, speaker = line.get("text"), line.get("speaker")
    speaker = speaker.get("name") if isinstance(speaker, dict) else speaker
    cue = Cue(start, end, text if isinstance(text, str) else "", speaker if isinstance(speaker, str) else None)
    return replace(cue, words=_json_words(line.get("words"), cue))


def _json_words(told: Any, cue: Cue) -> list[Any]:
    """Return the words' times where each is told and they make the text; else none."""
    if not isinstance(told, list) or not all(isinstance(word, dict) for word in told):
        return []
    words = [[word.get("start_ms"), word.get("end_ms"), word.get("text"), word.get("probability")] for word in told]
    numbers = all(type(word[0]) is int and type(word[1]) is int and 0 <= word[0] < word[1] for word in words)
    sure = all(word[3] is None or (type(word[3]) in (int, float) and 0 <= word[3] <= 1) for word in words)
    ordered = numbers and all(one[1] <= other[0] for one, other in pairwise(words))
    fits = ordered and bool(words) and words[0][0] >= cue.start_ms and words[-1][1] <= cue.end_ms
    return words if sure and fits and [word[2] for word in words] == cue.text.split() else []


def _checked(cue: Cue, number: int, length_ms: int, named: bool) -> Cue:
    """Return the line with plain text and the times of its words; raises `Invalid` for times that cannot be."""
    text = " ".join(cue.text.replace("\0", " ").split())[:LONGEST_TEXT]
    if cue.end_ms <= cue.start_ms or cue.start_ms < 0:
        raise Invalid(say("Line %(number)s ends before it begins.", number=number), "file")
    if cue.start_ms >= length_ms:
        raise Invalid(say("Line %(number)s begins after the end of the recording.", number=number), "file")
    speaker = " ".join((cue.speaker or "").split())[:80] or None
    found = NAME.match(text) if named and speaker is None else None
    if found:
        speaker, text = found.group(1), text[found.end() :]
    end = max(cue.start_ms + 1, min(cue.end_ms, length_ms))
    return Cue(cue.start_ms, end, text, speaker, cue.words or spread(text.split(), cue.start_ms, end))


def _time(value: Any, where: str) -> int:
    """Return milliseconds of "00:12:47.340", "12:47,3" or seconds; raises `Invalid`."""
    plain = str(value if value is not None else "").strip()
    match = re.fullmatch(TIME, plain)
    if match:
        return _parts(*match.groups())
    if re.fullmatch(r"\d{1,7}(\.\d{1,9})?", plain):
        return round(float(plain) * 1000)
    raise Invalid(
        say("The time “%(value)s” in %(where)s cannot be read. Write 00:12:47.340.", value=plain[:20], where=where),
        "file",
    )


def _parts(hours: str | None, minutes: str, seconds: str, rest: str | None) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((rest or "0").ljust(3, "0"))


def _plain_cell(value: Any) -> str:
    """Return a cell without the mark that kept spreadsheets from taking it for a formula."""
    text = str(value or "")
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


READERS: dict[str, Callable[[str, int], list[Cue]]] = {
    "vtt": _vtt,
    "srt": _srt,
    "txt": _txt,
    "csv": _csv,
    "json": _json,
}
