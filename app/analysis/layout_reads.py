"""A recording's layout as its page and programs read it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.analysis.models import LayoutAnalysis, LayoutType
from app.analysis.repository import LayoutRepository
from app.core.texts import later, say
from app.media.clock import Clock
from app.transcripts.reads import first_tick

TYPE_WORDS = {
    LayoutType.SIDE_BY_SIDE: later("Screen and camera side by side"),
    LayoutType.PICTURE_IN_PICTURE: later("Camera within the screen"),
    LayoutType.SCREEN_ONLY: later("Screen only"),
    LayoutType.CAMERA_ONLY: later("Camera only"),
    LayoutType.UNKNOWN: later("Not known"),
}
SIDES = ("x", "y", "width", "height")


@dataclass(frozen=True)
class Outline:
    """One region on the picture, in percent."""

    name: str
    words: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class LayoutPage:
    """What the page shows of a layout that was found or said."""

    kind: str
    words: str
    outlines: list[Outline]
    ratio_text: str | None
    percent: int
    frame: int
    at_text: str
    version: int
    corrected: bool


def layout_of(session: Session, media_id: int) -> LayoutAnalysis | None:
    """Return a recording's layout, or None."""
    return LayoutRepository(session).find_by_media(media_id)


def shown(row: LayoutAnalysis, clock: Clock) -> LayoutPage:
    """Return a layout as the page shows it."""
    frame = first_tick(clock, row.sample_frame_ms)
    return LayoutPage(
        kind=row.layout_type.value,
        words=TYPE_WORDS[row.layout_type],
        outlines=[
            *_outline("screen", say("Screen"), row.screen_region),
            *_outline("camera", say("Camera"), row.camera_region),
        ],
        ratio_text=_ratio(row),
        percent=round(100 * row.confidence_score),
        frame=frame,
        at_text=clock.show(frame),
        version=row.version,
        corrected=row.updated_by is not None,
    )


def layout_to_dict(row: LayoutAnalysis) -> dict[str, Any]:
    """Return what of a layout programs may read."""
    return {
        "public_id": str(row.public_id),
        "type": row.layout_type.value,
        "screen_region": row.screen_region,
        "camera_region": row.camera_region,
        "split_ratio": row.split_ratio,
        "confidence": row.confidence_score,
        "sample_frame_ms": row.sample_frame_ms,
        "corrected": row.updated_by is not None,
        "version": row.version,
    }


def _outline(name: str, words: str, region: dict[str, Any] | None) -> list[Outline]:
    return [Outline(name, words, *(round(100 * region[side], 1) for side in SIDES))] if region else []


def _ratio(row: LayoutAnalysis) -> str | None:
    if row.split_ratio is None or not (row.screen_region and row.camera_region):
        return None
    of_what = say("the width") if row.layout_type is LayoutType.SIDE_BY_SIDE else say("the picture")
    return say("The screen has %(value)s %% of %(of_what)s", value=f"{100 * row.split_ratio:.0f}", of_what=of_what)
