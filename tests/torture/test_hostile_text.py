"""Names, captions, lyrics and cells nobody should send: stored safely, read, or refused in words."""

import csv
import io
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import csv as tables
from app.core.db import transaction
from app.core.errors import DomainError
from app.media.models import Media
from app.media.names import clean_filename, title_of
from app.media.scan import register, survey
from app.projects.models import Project
from app.songs import lrc
from app.transcripts import captions, reading
from app.transcripts.captions import Cue
from tests.media.sender import Sender
from tests.media_factory import make_audio
from tests.torture.preparing import SEED
from tests.torture.tally import tally
from tests.visitors import Company

NAMES = int(os.environ.get("RUSHES_NAMES", "40"))
# An upload takes a hundred times as long as the rest.
UPLOADED = min(NAMES, 20 + NAMES // 5)
SUBTITLES = int(os.environ.get("RUSHES_SUBTITLES", "300"))
SLOWEST_S = 2.0
LENGTH_MS = 3_600_000
LONGEST_NAME = 255
PIECES = [
    *("..", "../", "../../etc/passwd", "/", "\\", "C:\\", "\x00", "\n", "\r\nX-Evil: 1", "\t", "\x1b[2J", "\x7f", ";"),
    *("'", '"', "`", "$(id)", "${x}", "{{7*7}}", "|", "&", "<", ">", "<script>alert(1)</script>", "%00", "%2e%2e%2f"),
    *("CON", "NUL", "aux", ".", "...", " ", "-rf", "--help", "~", "*", "?", "\u202egpj.exe", "\u200b", "\ufeff", "é"),
    *("e\u0301", "\U0001f3ac", "日本", "\u2028", "=1+1", "@x", "a" * 300, "é" * 200, "\ud800", "\udcff", "incoming"),
]
PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", " =")
WHOLE = {
    "srt": "1\n00:00:00,400 --> 00:00:01,500\n<i>We laid</i> the keel\n\n2\n00:00:01,600 --> 00:00:02,400\nin winter\n",
    "vtt": "WEBVTT\n\nNOTE x\n\n00:00.400 --> 00:01.500 line:0\n<v Ann>We laid</v> the &amp; keel\n\n"
    "00:00:01.600 --> 00:00:02.400\nin <c.red>winter</c>\n",
    "lrc": "[ti:Keel]\n[offset:+500]\n[00:01.20][00:03.4]We laid <00:01.50>the keel\n[00:02]in winter\n",
}
PLANTS = [
    *("-->", "99:99:99,999", "-00:00:01,000", "[99:99.999]", "[offset:x]", "[offset:99999999999]", "<", ">", "{\\an8}"),
    *("&#0;", "&#x110000;", "&lt;script&gt;", "\x00", "\u2028", "\r", "\n\n", "\ufeff", "٣", "²", "<" * 300, "[" * 300),
    *("WEBVTT", "STYLE\n::cue{}", "REGION\nid:a", "1" * 400, "00:00:00,000 --> 00:00:00,000", "<script>", "\ud800"),
]


def name(chance: random.Random) -> str:
    """Return a name made of what is dangerous in names, often with a usual ending."""
    made = "".join(chance.choice([*PIECES, "harbour", str(chance.random())]) for _ in range(chance.randint(1, 5)))
    return made + chance.choice(("", ".mp4", ".wav", ".MP4", ".m3u8", ".mp4\x00.txt", ".srt"))


def wrong_name(text: str) -> list[str]:
    """Return what is wrong with what becomes of a name."""
    found = []
    for made in (clean_filename(text), title_of(text)):
        if not 0 < len(made) <= LONGEST_NAME or "\x00" in made or "\n" in made or not made.isprintable():
            found.append(f"{text!r} becomes {made!r}")
    if "/" in clean_filename(text) or "\\" in clean_filename(text):
        found.append(f"{text!r} keeps its folders")
    return found


def test_any_name_is_made_fit_to_be_shown_and_stored() -> None:
    chance = random.Random(SEED)

    with tally("hostile file names made fit") as row:
        wrong = [fault for _ in range(NAMES) for fault in wrong_name(name(chance))]
        row.tried, row.bad = NAMES, len(wrong)

    assert not wrong, "\n".join(wrong[:10])


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return make_audio(tmp_path / "voice.wav", seconds=0.1)


@pytest.mark.timeout(60 + NAMES)
def test_any_name_can_be_uploaded_or_is_refused(app: Flask, company: Company, sound: Path) -> None:
    chance, sender, wrong = random.Random(SEED), Sender(company.as_("editor"), company.project.slug), []
    body, root = sound.read_bytes(), app.config["SETTINGS"].instance
    outside = files_outside(root)

    with tally("hostile file names uploaded") as row:
        for number in range(UPLOADED):
            text = name(chance).encode("utf-8", "replace").decode()
            begun = sender.begin(len(body) + 8, text)
            status = begun.status_code
            if status == 201:
                content = body + number.to_bytes(8, "big")
                status = sender.patch(begun.headers["Location"], 0, content).status_code
            wrong += [f"{text!r}: {status}"] if status >= 500 else []
        row.tried = UPLOADED
        with transaction() as session:
            stored = list(session.execute(sa.select(Media.filename, Media.title, Media.storage_key)))
        wrong += [str(made) for made in stored if any(not part.isprintable() for part in made)]
        wrong += [f"written outside the store: {path}" for path in files_outside(root) - outside]
        page = company.as_("editor").get(f"/p/{company.project.slug}")
        wrong += [] if page.status_code == 200 and "<script>alert" not in page.get_data(as_text=True) else ["the page"]
        row.bad, row.note = len(wrong), f"{len(stored)} became recordings"

    assert not wrong, "\n".join(wrong[:10])
    assert stored


def files_outside(instance: Path) -> set[str]:
    """Return what lies in the instance beside the store and the database."""
    found = {str(path) for path in instance.rglob("*") if path.is_file()}
    ours = [str(instance / "media" / folder) for folder in ("blobs", "made", "incoming")]
    return {path for path in found if not path.startswith((*ours, str(instance / "rushes.db")))}


def test_any_name_on_the_disk_can_be_scanned(company: Company, sound: Path, tmp_path: Path) -> None:
    chance, folder = random.Random(SEED), tmp_path / "workspaces" / "harbour"
    folder.mkdir(parents=True)
    names = [on_disk(name(chance)) for _ in range(NAMES)]
    for each in set(names):
        shutil.copy(os.fsencode(sound), os.path.join(os.fsencode(folder), each))

    with tally("hostile file names scanned") as row:
        with transaction() as session:
            project = session.get_one(Project, company.project.id)
            project.workspace_path = str(folder)
            result = register(session, project, survey(session, project, folder.parent), company.editor.id)
        kept = [each for each, _ in result.registered]
        lost = result.found - len(kept) - len(result.skipped)
        row.tried, row.bad = len(names), lost
        row.note = f"{len(kept)} became recordings, {len(result.skipped)} refused in words"

    assert lost == 0
    assert kept


def on_disk(text: str) -> bytes:
    """Return a name a file system takes, as near to this as it can be; some are no UTF-8."""
    raw = text.encode("utf-8", "surrogateescape" if "\udcff" in text and "\ud800" not in text else "replace")
    plain = raw.replace(b"/", b"_").replace(b"\x00", b"_")[:200]
    return b"_" + plain if plain in (b"", b".", b"..") else plain


def mutant(whole: str, chance: random.Random) -> bytes:
    """Return the text with parts taken out, doubled, swapped for what is dangerous, or cut short; not always UTF-8."""
    text = whole * chance.choice((1, 1, 1, 20))
    for _ in range(chance.randint(1, 6)):
        at, length, kind = chance.randrange(len(text) + 1), chance.choice((1, 3, 12)), chance.randrange(4)
        plant = chance.choice(PLANTS) if kind == 0 else text[at : at + length] * chance.choice((0, 2, 9))
        text = text[:at] + plant + text[at + (length if kind in (1, 2) else 0) :]
        text = text[:at] if kind == 3 and chance.random() < 0.3 else text
    data = text.encode("utf-8", "surrogatepass")
    return data[: chance.randrange(len(data) + 1)] + chance.randbytes(3) if chance.random() < 0.2 else data


def read_cues(form: str) -> Callable[[bytes], list[str]]:
    def read(data: bytes) -> list[str]:
        cues = reading.read(f"a.{form}", data, LENGTH_MS)
        for other in captions.CONTENT_TYPES:
            captions.write(other, cues).encode()
        times = all(0 <= cue.start_ms < cue.end_ms <= LENGTH_MS for cue in cues)
        markup = "<script>" in captions.write("vtt", cues)
        return ([] if times else ["times that cannot be"]) + (["markup"] if markup else [])

    return read


def read_lyrics(data: bytes) -> list[str]:
    lyrics = lrc.read(data.decode("utf-8", "replace"))
    again = lrc.read(lrc.write(lyrics.lines))
    ordered = all(one.ms <= other.ms for one, other in zip(lyrics.lines, lyrics.lines[1:], strict=False))
    return [] if ordered and len(again.lines) <= len(lyrics.lines) else ["lines out of order, or more than there were"]


READERS: dict[str, Callable[[bytes], list[str]]] = {
    "srt": read_cues("srt"),
    "vtt": read_cues("vtt"),
    "lrc": read_lyrics,
}


def faults(form: str, read: Callable[[bytes], list[str]], count: int) -> list[str]:
    """Read mutants and return those that are neither read well nor refused in words, or take too long."""
    chance, wrong = random.Random(f"{SEED} {form}"), []
    for number in range(count):
        data, start = mutant(WHOLE[form], chance), time.process_time()
        try:
            found = read(data)
        except DomainError:
            # Refused in words, which is as good.
            found = []
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        found += ["too slow"] if time.process_time() - start > SLOWEST_S else []
        wrong += [f"mutant {number}: {'; '.join(found)} {data[:200]!r}"] if found else []
    return wrong


@pytest.mark.parametrize("form", READERS)
def test_damaged_captions_and_lyrics_are_read_or_refused(form: str) -> None:
    with tally(f"mutated {form} files read or refused") as row:
        wrong = faults(form, READERS[form], SUBTITLES)
        row.tried, row.bad = SUBTITLES, len(wrong)

    assert not wrong, "\n".join(wrong[:10])


def test_a_reader_that_trusts_a_file_is_found() -> None:
    def trusting(data: bytes) -> list[str]:
        return [str(int(line)) for line in data.decode().splitlines()[:1]][:0]

    with tally("planted mistake found: a reader that trusts a file") as row:
        found = faults("srt", trusting, 40)
        row.tried, row.bad = 1, int(not found)

    assert found


def test_a_name_that_is_kept_as_it_comes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(wrong_name.__globals__, "clean_filename", lambda text: text)

    with tally("planted mistake found: a name kept as it comes") as row:
        found = wrong_name("../../etc/passwd")
        row.tried, row.bad = 1, int(not found)

    assert found


def calculates(cell: str) -> bool:
    """Say whether a spreadsheet would take this cell for a formula."""
    return cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_no_cell_is_taken_for_a_formula() -> None:
    with tally("cells that begin like a formula, in two kinds of table") as row:
        written = [tables.line([f"{each}1+1"]) for each in PREFIXES]
        written += [captions.write("csv", [Cue(0, 1, f"{each}1+1", f"{each}Ann")]) for each in PREFIXES]
        cells = [cell for text in written for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
        wrong = [cell for cell in cells if calculates(cell)]
        row.tried, row.bad = len(cells), len(wrong)

    assert not wrong
    assert calculates("=1+1")
