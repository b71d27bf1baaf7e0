"""Transcripts as pages show them: lines with links to frames, doubtful words marked, who speaks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.pagination import DAMAGED, decode_after, encode_after
from app.core.texts import later, say
from app.core.words import lasts
from app.media.clock import Clock
from app.media.models import Media
from app.transcripts.captions import Cue, words_to_dicts
from app.transcripts.models import Speaker, Transcript, TranscriptSegment, TranscriptSource, TranscriptStatus
from app.transcripts.repository import LineRepository, Place, Said, SpeakerRepository, TranscriptRepository
from app.transcripts.words import is_unsure

# How many lines a page holds, how long before the moment asked for it begins, and how far "Earlier lines" goes.
PAGE_LINES = 40
BEFORE_MS = 30_000
EARLIER_MS = 120_000
NONE_YET = later("There is no transcript yet.")
NO_SOUND = later("There is no sound in this recording.")
NOTHING_THERE = later("Nothing is said from here on.")
SILENT = later("Nothing was said in this recording.")
SOURCES = {TranscriptSource.SPEECH: later("recognised"), TranscriptSource.IMPORT: later("imported from a file")}


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


@dataclass(frozen=True)
class Wanted:
    """What of a transcript is asked for: a moment, a place behind which to go on, one of several transcripts."""

    at_ms: int = 0
    after: str | None = None
    transcript: UUID | None = None


def told(session: Session, media: Media, clock: Clock, wanted: Wanted) -> Told:
    """Return the lines around a moment, or behind a place; one query. Raises `Invalid` for a damaged place."""
    seq = decode_after(wanted.after, 1)[0] if wanted.after is not None else None
    if seq is not None and type(seq) is not int:
        raise Invalid(DAMAGED, "after")
    from_ms = max(0, wanted.at_ms - BEFORE_MS)
    transcript, said = TranscriptRepository(session).read_page(
        media.id, Place(from_ms, seq, wanted.transcript), PAGE_LINES + 1
    )
    if transcript is None:
        return Told(note=NONE_YET if media.audio_codec else NO_SOUND)
    page = Told(transcript, title=title_of(transcript))
    if transcript.status is TranscriptStatus.SILENT:
        page.note = SILENT
        return page
    page.lines = show(said[:PAGE_LINES], clock)
    page.next_after = encode_after([said[PAGE_LINES - 1].line.seq]) if len(said) > PAGE_LINES else None
    page.has_unsure = any(doubtful for line in page.lines for _, doubtful in line.runs)
    if seq is None and from_ms > 0:
        page.earlier_ms = max(0, from_ms - EARLIER_MS)
    if not page.lines:
        page.note = NOTHING_THERE
    return page


def show(said: Sequence[Said], clock: Clock, above: str | None = None) -> list[Line]:
    """Return lines as the page shows them; `above` is who speaks in the line before the first."""
    shown: list[Line] = []
    for each in said:
        line, name = each.line, each.speaker.display_name if each.speaker else None
        shown.append(
            Line(
                public_id=line.public_id,
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                at_text=lasts(line.start_ms // 1000),
                frame=first_tick(clock, line.start_ms),
                runs=runs_of(line),
                starts=" ".join(str((word[0] - line.start_ms) // 10) for word in line.words_json),
                speaker=name,
                hue=each.speaker.color if each.speaker else 0,
                is_new_voice=name is not None and name != (shown[-1].speaker if shown else above),
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
    """Name a transcript among several: "English, recognised", "Norwegian, imported from harbour.nb.srt"."""
    language = LANGUAGES.get(transcript.language, transcript.language)
    if transcript.source is TranscriptSource.IMPORT and transcript.engine:
        return say("%(language)s, imported from %(file)s", language=language, file=transcript.engine)
    return f"{language}, {SOURCES[transcript.source]}"


def to_dict(line: TranscriptSegment, speaker: Speaker | None) -> dict[str, Any]:
    """Return what of a line programs may read."""
    return {
        "public_id": str(line.public_id),
        "start_ms": line.start_ms,
        "end_ms": line.end_ms,
        "text": line.text,
        "speaker": {"public_id": str(speaker.public_id), "name": speaker.display_name} if speaker else None,
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
    **{
        "en": later("English"),
        "nb": later("Norwegian"),
        "no": later("Norwegian"),
        "nn": later("Norwegian"),
        "sv": later("Swedish"),
        "da": later("Danish"),
    },
    **{
        "de": later("German"),
        "fr": later("French"),
        "es": later("Spanish"),
        "it": later("Italian"),
        "nl": later("Dutch"),
        "pt": later("Portuguese"),
    },
    **{
        "pl": later("Polish"),
        "fi": later("Finnish"),
        "is": later("Icelandic"),
        "ru": later("Russian"),
        "uk": later("Ukrainian"),
        "tr": later("Turkish"),
    },
    **{
        "ar": later("Arabic"),
        "zh": later("Chinese"),
        "ja": later("Japanese"),
        "ko": later("Korean"),
        "hi": later("Hindi"),
        "cs": later("Czech"),
    },
}
