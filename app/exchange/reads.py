"""Clips as cut lists: those of a project or of one recording, grouped by how their recordings count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.filters import ClipFilter
from app.clips.models import Clip
from app.clips.service import clip_service
from app.core.pagination import MAX_ROWS
from app.core.texts import say
from app.core.timecode import Rate
from app.core.words import lasts
from app.exchange.cut_list import Cut, CutList, Source, clean_lines, one_line
from app.exchange.formats import FORMS, SOUND_FORMS, Form
from app.exchange.marks import Mark
from app.media.clock import clock_of
from app.media.models import Media
from app.media.reads import media_by_ids
from app.tags.links import names_of

# No program is helped by more cuts in one list.
MOST_CUTS = 2000


@dataclass(frozen=True)
class Gathered:
    """Clips in their order with what they are cut from; `more` says whether some were left out."""

    clips: list[Clip]
    media: dict[int, Media]
    tags: dict[int, list[tuple[str, int]]]
    more: bool = False


@dataclass(frozen=True)
class Group:
    """The clips of one rate, and the forms they can be taken along in."""

    rate: Rate
    title: str
    clips: int
    length_text: str
    forms: list[Form]
    reason: str | None = None

    @property
    def key(self) -> str:
        """Return the rate as an address names it."""
        return rate_key(self.rate)


def gather_project(session: Session, project_id: int, wanted: ClipFilter) -> Gathered:
    """Return the clips the project's list shows, in its order, at most 2,000."""
    repository, clips = clip_service(session).clips, list[Clip]()
    after: str | None = None
    while len(clips) <= MOST_CUTS:
        page = repository.find_by_project(project_id, wanted, after=after, limit=MAX_ROWS)
        clips += page.items
        after = page.next_after
        if after is None:
            break
    return _gathered(session, clips)


def gather_media(session: Session, media: Media) -> Gathered:
    """Return a recording's clips in the order they begin, at most 2,000."""
    return _gathered(session, clip_service(session).clips.find_by_media(media.id, limit=MOST_CUTS + 1))


def not_here_yet(session: Session, media: Media, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks that are no clips of the recording already; one without a name is, whatever that is called."""
    clip, firsts = Clip, {mark.in_point for mark in marks}
    query = sa.select(clip.in_point, clip.out_point, clip.title).where(
        clip.media_id == media.id, clip.deleted_at.is_(None), clip.in_point.in_(firsts)
    )
    here = {tuple(row) for row in session.execute(query)}
    unnamed = {(first, end, "") for first, end, _ in here}
    return [mark for mark in marks if (mark.in_point, mark.out_point, mark.title) not in here | unnamed]


def groups_of(gathered: Gathered) -> list[Group]:
    """Return the groups, that with most clips first; those no list can hold come last, each with the reason."""
    by_key = sorted(gathered.clips, key=lambda clip: _key(gathered.media[clip.media_id]))
    found = [
        _group(key, list(clips)) for key, clips in groupby(by_key, lambda clip: _key(gathered.media[clip.media_id]))
    ]
    return sorted(found, key=lambda group: (not group.forms, -group.clips))


def cut_list(gathered: Gathered, name: str, rate: Rate) -> CutList:
    """Return the clips of this rate as a list; it is empty where there are none."""
    sources = {id: _source(media) for id, media in gathered.media.items()}
    cuts = [
        _cut(clip, sources[clip.media_id], gathered.tags.get(clip.id, []))
        for clip in gathered.clips
        if _key(gathered.media[clip.media_id]) == (False, rate.num, rate.den)
    ]
    return CutList(one_line(name), rate, cuts)


def table_rows(gathered: Gathered) -> Iterator[Sequence[object]]:
    """Yield each clip as a row of `tables.HEAD`."""
    for clip in gathered.clips:
        media = gathered.media[clip.media_id]
        clock = clock_of(media)
        tags = ", ".join(name for name, _ in gathered.tags.get(clip.id, []))
        labels = clock.show(clip.in_point), clock.show_out(clip.out_point)
        points = clip.in_point, clip.out_point, rate_key(Rate(media.rate_num, media.rate_den))
        yield (
            clip.title,
            *labels,
            *points,
            media.title,
            media.filename,
            tags,
            clip.notes,
            clip.public_id,
            media.public_id,
        )


def rate_key(rate: Rate) -> str:
    """Return a rate as addresses and tables name it: 25, or 30000/1001."""
    return str(rate.num) if rate.den == 1 else f"{rate.num}/{rate.den}"


def _gathered(session: Session, clips: list[Clip]) -> Gathered:
    kept = clips[:MOST_CUTS]
    media = media_by_ids(session, (clip.media_id for clip in kept))
    return Gathered(kept, media, names_of(session, "clip", [clip.id for clip in kept]), len(clips) > MOST_CUTS)


def _key(media: Media) -> tuple[bool, int, int]:
    return media.variable_rate, media.rate_num, media.rate_den


def _group(key: tuple[bool, int, int], clips: list[Clip]) -> Group:
    variable, num, den = key
    rate = Rate(num, den)
    frames = sum(clip.length for clip in clips)
    facts = rate, _title(rate, variable), len(clips), lasts(frames * den / num)
    if variable:
        words = say("Other programs even out a rate that varies, and would cut elsewhere. Render these clips instead.")
        return Group(*facts, [], words)
    if rate.is_audio:
        words = say("Clips of sound alone are counted in milliseconds, which the other forms cannot say.")
        return Group(*facts, [FORMS[ending] for ending in SOUND_FORMS], words)
    # Final Cut 7 knows whole rates, and those slowed by 1000/1001.
    endings = [ending for ending in FORMS if ending != "xml" or rate.den in (1, 1001)]
    return Group(*facts, [FORMS[ending] for ending in endings])


def _title(rate: Rate, variable: bool) -> str:
    if rate.is_audio:
        return say("Sound")
    return say("%(rate)s fps, variable", rate=rate) if variable else say("%(rate)s fps", rate=rate)


def _source(media: Media) -> Source:
    return Source(
        id=str(media.public_id),
        title=one_line(media.title),
        filename=media.filename,
        duration=media.duration_frames,
        start=clock_of(media).start,
        drop_frame=media.drop_frame,
        width=media.width,
        height=media.height,
        channels=media.audio_channels,
        sample_rate=media.sample_rate,
    )


def _cut(clip: Clip, source: Source, tags: list[tuple[str, int]]) -> Cut:
    names = tuple(one_line(name) for name, _ in tags)
    return Cut(one_line(clip.title), source, clip.in_point, clip.out_point, clean_lines(clip.notes), names)
