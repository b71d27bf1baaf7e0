"""Transcripts as pages show them: lines with links to frames, doubtful words marked, who speaks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.pagination import encode_after
from app.core.words import lasts
from app.media.clock import Clock
from app.media.models import Media
from app.transcripts.captions import Cue, words_to_dicts
from app.transcripts.models import Speaker, Transcript, TranscriptSegment, TranscriptSource, TranscriptStatus
from app.transcripts.repository import LineRepository, SpeakerRepository, TranscriptRepository
from app.transcripts.words import is_unsure

# How many lines a page holds, and how many of them come before the one asked for.
PAGE_LINES = 50
LINES_BEFORE = 5
NONE_YET = "There is no transcript yet."
NO_SOUND = "There is no sound in this recording."
SILENT = "Nothing was said in this recording."
SOURCES = {TranscriptSource.SPEECH: "recognised", TranscriptSource.IMPORT: "brought from a file"}


@dataclass(frozen=True)
class Line:
    """One line; `runs` are (text, doubtful) stretches, `starts` the hundredths of a second each word begins after."""

    public_id: UUID
    start_ms: int
    end_ms: int
    at_text: str
    frame: int
    runs: list[tuple[str, bool]]
    starts: str
    text: str
    speaker: str | None
    hue: int
    is_new_voice: bool
    version: int
    edited: bool


@dataclass
class Told:
    """A page of a transcript; `note` stands where there are no lines, and says why."""

    transcript: Transcript | None = None
    lines: list[Line] = field(default_factory=list)
    title: str | None = None
    note: str | None = None
    next_after: str | None = None
    earlier_ms: int | None = None
    has_unsure: bool = False


def told(session: Session, media: Media, clock: Clock, wanted: "Wanted") -> Told:
    """Return the lines around a moment, or behind a place; three queries."""
    found = TranscriptRepository(session).find_by_media(media.id)
    transcript = next((each for each in found if each.public_id == wanted.transcript), found[0] if found else None)
    if transcript is None:
        return Told(note=NONE_YET if media.audio_codec else NO_SOUND)
    page = Told(transcript, title=title_of(transcript))
    if transcript.status is TranscriptStatus.SILENT:
        page.note = SILENT
        return page
    lines = LineRepository(session)
    after = wanted.after
    if after is None and wanted.at_ms > 0:
        place = lines.place_before(transcript.id, wanted.at_ms, LINES_BEFORE)
        after = encode_after(place) if place else None
    found_lines = lines.find_page(transcript.id, after=after, limit=PAGE_LINES)
    page.lines = show(found_lines.items, speakers_of(session, media.id), clock)
    page.next_after = found_lines.next_after
    page.has_unsure = any(doubtful for line in page.lines for _, doubtful in line.runs)
    if after is not None and page.lines:
        page.earlier_ms = max(0, page.lines[0].start_ms - 120_000)
    return page


@dataclass(frozen=True)
class Wanted:
    """What of a transcript is asked for: a moment, a place behind which to go on, one of several transcripts."""

    at_ms: int = 0
    after: str | None = None
    transcript: UUID | None = None


def show(
    lines: Sequence[TranscriptSegment], speakers: dict[int, Speaker], clock: Clock, before: int | None = None
) -> list[Line]:
    """Return lines as the page shows them; `before` is who speaks in the line above the first."""
    above = speakers.get(before or 0)
    voice = above.display_name if above else None
    shown: list[Line] = []
    for line in lines:
        speaker = speakers.get(line.speaker_id or 0)
        name = speaker.display_name if speaker else None
        shown.append(
            Line(
                public_id=line.public_id,
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                at_text=lasts(line.start_ms // 1000),
                frame=first_tick(clock, line.start_ms),
                runs=runs_of(line),
                starts=" ".join(str((word[0] - line.start_ms) // 10) for word in line.words_json),
                text=line.text,
                speaker=name,
                hue=speaker.color if speaker else 0,
                is_new_voice=name is not None and name != (shown[-1].speaker if shown else voice),
                version=line.version,
                edited=line.updated_by is not None,
            )
        )
    return shown


def runs_of(line: TranscriptSegment) -> list[tuple[str, bool]]:
    """Return the line's text in stretches, each with whether its words are doubtful."""
    return [
        (" ".join(word[2] for word in words), doubtful) for doubtful, words in groupby(line.words_json, key=is_unsure)
    ]


def speakers_of(session: Session, media_id: int) -> dict[int, Speaker]:
    """Return a recording's voices by id."""
    return {speaker.id: speaker for speaker in SpeakerRepository(session).find_by_media(media_id)}


def cues_of(session: Session, transcript: Transcript) -> list[Cue]:
    """Return every line with its speaker's name, for exports and captions; two queries."""
    names = speakers_of(session, transcript.media_id)
    return [
        Cue(
            line.start_ms,
            line.end_ms,
            line.text,
            names[line.speaker_id].display_name if line.speaker_id in names else None,
            line.words_json,
        )
        for line in LineRepository(session).find_all(transcript.id)
    ]


def title_of(transcript: Transcript) -> str:
    """Name a transcript among several: "English, recognised"."""
    return f"{LANGUAGES.get(transcript.language, transcript.language)}, {SOURCES[transcript.source]}"


def to_dict(line: TranscriptSegment, speaker: Speaker | None) -> dict[str, Any]:
    """Return what of a line programs may read."""
    return {
        "id": str(line.public_id),
        "start_ms": line.start_ms,
        "end_ms": line.end_ms,
        "text": line.text,
        "speaker": {"id": str(speaker.public_id), "name": speaker.display_name} if speaker else None,
        "confidence": line.confidence,
        "version": line.version,
        "words": words_to_dicts(line.words_json),
    }


def first_tick(clock: Clock, milliseconds: int) -> int:
    """Return the tick on screen at a moment."""
    if clock.index is not None:
        return clock.index.on_screen(Fraction(milliseconds, 1000))
    return milliseconds * clock.num // (1000 * clock.den)


def end_tick(clock: Clock, milliseconds: int) -> int:
    """Return the first tick that begins at or after a moment: an exclusive end that cuts nothing off."""
    if clock.index is not None:
        tick = clock.index.on_screen(Fraction(milliseconds, 1000))
        return tick if clock.index.offset(tick) * 1000 >= milliseconds else tick + 1
    return -(-milliseconds * clock.num // (1000 * clock.den))


LANGUAGES = {
    **{"en": "English", "nb": "Norwegian", "no": "Norwegian", "nn": "Norwegian", "sv": "Swedish", "da": "Danish"},
    **{"de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese"},
    **{"pl": "Polish", "fi": "Finnish", "is": "Icelandic", "ru": "Russian", "uk": "Ukrainian", "tr": "Turkish"},
    **{"ar": "Arabic", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "hi": "Hindi", "cs": "Czech"},
}
