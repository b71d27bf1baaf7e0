"""What the timeline draws: the filmstrip's tiles, the sound's shape, and the ruler."""

from dataclasses import dataclass, field

from app.core.storage import LocalStorage
from app.core.texts import say
from app.media.clock import Clock
from app.media.files import rendition_url
from app.media.models import Media, MediaKind, MediaState, Rendition, RenditionKind
from app.processing.waveform import read_peaks, svg_path

# More points than this weigh more than they show.
OVERVIEW_POINTS = 600
WAVE_POINTS = 2400
MOST_PPS = 400
# Wider than most windows: a short recording fills them at any smaller zoom.
WIDER_PX = 2000
MOST_TICKS = 60
STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(kw_only=True)
class Drawing:
    """Pictures, sound and ruler; times are seconds from the first tick."""

    strip_url: str | None = None
    strip_columns: int = 1
    strip_lines: int = 1
    strip_tiles: list[tuple[int, float, float]] = field(default_factory=list)
    strip_note: str | None = None
    wave_overview_path: str | None = None
    wave_path: str | None = None
    wave_width: int = WAVE_POINTS
    wave_note: str | None = None
    ticks: list[tuple[float, str]] = field(default_factory=list)


def draw(storage: LocalStorage, media: Media, renditions: dict[RenditionKind, Rendition], clock: Clock) -> Drawing:
    """Draw what there is so far; what is not made yet has a note in its place."""
    drawing = Drawing(ticks=_ticks(media, clock))
    strip = renditions.get(RenditionKind.FILMSTRIP)
    if strip is not None:
        _tiles(drawing, media, strip, clock)
    elif media.kind is MediaKind.VIDEO:
        drawing.strip_note = _lacking(say("Pictures are"), media, say("No pictures"))
    sound = renditions.get(RenditionKind.WAVEFORM)
    path = storage.path_of(sound.path) if sound else None
    if path is not None and path.is_file():
        peaks, length = read_peaks(path), clock.seconds(media.duration_frames)
        drawing.wave_overview_path = svg_path(peaks, end=length, points=OVERVIEW_POINTS, width=1200)
        drawing.wave_path = svg_path(peaks, end=length, points=WAVE_POINTS, width=WAVE_POINTS)
    else:
        drawing.wave_note = (
            _lacking(say("The waveform is"), media, say("No waveform")) if media.audio_codec else say("No sound")
        )
    return drawing


def _lacking(subject: str, media: Media, otherwise: str) -> str:
    """Say why a lane is empty: what it shows is on its way, could not be made, or is not there at all."""
    if media.state is MediaState.PROCESSING:
        return say("%(subject)s being made", subject=subject)
    failed = say("%(subject)s not made: processing failed. Retry is at the top of the page", subject=subject)
    return failed if media.state is MediaState.FAILED else otherwise


def closer(pps: float, length_s: float) -> int:
    """Return the next zoom, in pixels a second: twice this one, and more than a window shows without any."""
    return int(min(MOST_PPS, max(10, 2 * pps, WIDER_PX / max(length_s, 0.1))))


def _tiles(drawing: Drawing, media: Media, strip: Rendition, clock: Clock) -> None:
    tiles: list[int] = (strip.details or {}).get("tiles", [])
    length = clock.seconds(media.duration_frames)
    drawing.strip_url = rendition_url(media, strip)
    drawing.strip_columns = max(1, len(tiles))
    step = length / max(1, len(tiles))
    drawing.strip_tiles = [(frame, number * step, (number + 1) * step) for number, frame in enumerate(tiles)]


def _ticks(media: Media, clock: Clock) -> list[tuple[float, str]]:
    """Return at most 60 ruler marks at a round step; each names the first frame at or after its second."""
    length = clock.seconds(media.duration_frames)
    step = next((each for each in STEPS_S if length / each <= MOST_TICKS), length / MOST_TICKS)
    marks = []
    for number in range(int(length / step) + 1 if length else 0):
        tick = -int(-number * step * clock.num // clock.den)
        if tick < media.duration_frames:
            marks.append((clock.seconds(tick), clock.show(tick)))
    return marks
