"""A recording's silence as its page shows it: where it is, what cutting it would take, and what would remain."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.analysis.cutting import Span, between, joined, long_enough, total
from app.analysis.models import SilenceRegion, SilenceType
from app.analysis.repository import SilenceRepository
from app.core.texts import later
from app.core.words import lasts
from app.jobs.reads import last_run
from app.media.clock import Clock
from app.media.models import Media
from app.processing.silence import DEFAULT_MIN_MS
from app.transcripts.reads import end_tick, first_tick

PAGE = 100
KIND_WORDS = {
    SilenceType.AUDIO: later("Nothing heard"),
    SilenceType.BLANK: later("Nothing seen"),
    SilenceType.BOTH: later("Nothing heard or seen"),
}
# Where nothing is heard, whatever is seen.
QUIET = (SilenceType.AUDIO, SilenceType.BOTH)


@dataclass(frozen=True)
class SilenceRow:
    """One silence; the frames are the first that shows it and the last."""

    public_id: UUID
    kind: str
    words: str
    first_frame: int
    last_frame: int
    first_text: str
    last_text: str
    length_text: str


@dataclass(frozen=True)
class StretchRow:
    """What lies between two silences, as a clip of it would: [in_point, out_point) in ticks."""

    start_ms: int
    end_ms: int
    in_point: int
    out_point: int
    in_timecode: str
    out_timecode: str
    length_text: str


@dataclass
class Silence:
    """The page: one page of rows and of stretches, and the sums over all."""

    rows: list[SilenceRow]
    counts: dict[str, int]
    stretches: list[StretchRow]
    stretch_count: int
    least_ms: int
    cut_count: int
    cut_ms: int
    left_ms: int
    level_db: float | None
    asked: dict[str, Any] = field(default_factory=dict)
    has_run: bool = False
    next_row: int | None = None
    next_stretch: int | None = None

    @property
    def cut_text(self) -> str:
        return seconds(self.cut_ms)

    @property
    def left_text(self) -> str:
        return seconds(self.left_ms)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: one type or all, the least length to cut, and where the two lists go on."""

    kind: SilenceType | None = None
    least_ms: int | None = None
    row: int = 0
    stretch: int = 0


def silence_of(session: Session, media: Media, clock: Clock, asked: Asked) -> Silence:
    """Return a recording's silence; two queries."""
    regions = SilenceRepository(session).find_by_media(media.id)
    run = last_run(session, media.id, "silence")
    params = dict((run.params_json if run else None) or {})
    least = asked.least_ms if asked.least_ms is not None else int(params.get("min_ms") or DEFAULT_MIN_MS)
    cut, left = parted(regions, media, least)
    listed = [each for each in regions if asked.kind in (None, each.silence_type)]
    levels = [each.amplitude_threshold for each in regions if each.amplitude_threshold is not None]
    return Silence(
        rows=[_row(each, clock) for each in listed[asked.row : asked.row + PAGE]],
        counts={kind.value: sum(each.silence_type is kind for each in regions) for kind in SilenceType},
        stretches=[stretch_row(media, clock, span) for span in left[asked.stretch : asked.stretch + PAGE]],
        stretch_count=len(left),
        least_ms=least,
        cut_count=len(cut),
        cut_ms=total(cut),
        left_ms=total(left),
        level_db=levels[0] if levels else params.get("found_db"),
        asked=params,
        has_run=run is not None,
        next_row=asked.row + PAGE if len(listed) > asked.row + PAGE else None,
        next_stretch=asked.stretch + PAGE if len(left) > asked.stretch + PAGE else None,
    )


def parted(regions: list[SilenceRegion], media: Media, least_ms: int) -> tuple[list[Span], list[Span]]:
    """Return what cutting silence of at least `least_ms` takes from a recording, and what it leaves."""
    quiet = joined((each.start_ms, each.end_ms) for each in regions if each.silence_type in QUIET)
    cut = long_enough(quiet, least_ms)
    return cut, between(cut, length_ms(media))


def stretch_row(media: Media, clock: Clock, span: Span) -> StretchRow:
    """Return a span as a clip would hold it: every frame any of it is shown in."""
    out_point = min(end_tick(clock, span[1]), media.duration_frames)
    in_point = min(first_tick(clock, span[0]), out_point - 1)
    return StretchRow(
        *span,
        in_point=in_point,
        out_point=out_point,
        in_timecode=clock.show(in_point),
        out_timecode=clock.show_out(out_point),
        length_text=seconds(span[1] - span[0]),
    )


def length_ms(media: Media) -> int:
    """Return how long a recording lasts."""
    return media.duration_frames * 1000 * media.rate_den // media.rate_num


def seconds(milliseconds: int) -> str:
    """Return a length in words: "1.4 s", or "12:05" from a minute on."""
    return lasts(milliseconds / 1000) if milliseconds >= 60_000 else f"{milliseconds / 1000:.1f} s"


def to_dict(region: SilenceRegion) -> dict[str, Any]:
    """Return what of a silence programs may read."""
    return {
        "public_id": str(region.public_id),
        "start_ms": region.start_ms,
        "end_ms": region.end_ms,
        "type": region.silence_type.value,
        "threshold_db": region.amplitude_threshold,
    }


def all_of(session: Session, media: Media) -> list[SilenceRegion]:
    """Return every silence of a recording, in order."""
    return SilenceRepository(session).find_by_media(media.id)


def _row(region: SilenceRegion, clock: Clock) -> SilenceRow:
    first = first_tick(clock, region.start_ms)
    last = max(first, end_tick(clock, region.end_ms) - 1)
    return SilenceRow(
        public_id=region.public_id,
        kind=region.silence_type.value,
        words=KIND_WORDS[region.silence_type],
        first_frame=first,
        last_frame=last,
        first_text=clock.show(first),
        last_text=clock.show(last),
        length_text=seconds(region.end_ms - region.start_ms),
    )
