"""What people do with a recording's layout: put it right, take that back, have it looked for again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.analysis.asking import ask
from app.analysis.models import LayoutAnalysis, LayoutType
from app.analysis.repository import LayoutRepository
from app.auth.models import User
from app.core.errors import Invalid, Stale
from app.core.texts import say
from app.jobs.models import Job
from app.media.models import Media
from app.media.moves import follows_moves
from app.media.service import MediaService, media_service
from app.processing.layout import DEFAULT_SAMPLES

Region = dict[str, float]
WHOLE: Region = {"x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}
# Rounding to tenths of a percent may carry a region this far over the edge.
SLACK = 0.002
SMALLEST = 0.02


@dataclass(frozen=True)
class LayoutFields:
    """What a person says a recording's layout is; regions are shares of the picture."""

    kind: LayoutType
    screen: Region | None
    camera: Region | None


class LayoutService:
    """The rules of layouts."""

    def __init__(self, session: Session, media: MediaService) -> None:
        self.session = session
        self.media = media
        self.layouts = LayoutRepository(session)

    def correct(self, editor: User, media: Media, fields: LayoutFields, version: int) -> LayoutAnalysis:
        """Say what the layout is; from then on looking for it again leaves it alone.

        Raises `Stale`, with both values, where somebody else changed it since `version` (0: there was none), and
        `Invalid` for regions that lie outside the picture or are missing.
        """
        wanted = _checked(fields)
        before = self.layouts.find_by_media(media.id)
        if before is None:
            facts = {**wanted, "confidence_score": 1.0, "updated_by": editor.id}
            return self.layouts.create(LayoutAnalysis(project_id=media.project_id, media_id=media.id, **facts))
        changed = {name: value for name, value in wanted.items() if value != getattr(before, name)}
        if version != before.version and changed:
            theirs = {name: getattr(before, name) for name in changed}
            raise Stale(say("Somebody saved this layout while you were editing."), changed, theirs, before.version)
        return self.layouts.update(before, {**changed, "confidence_score": 1.0, "updated_by": editor.id})

    def forget(self, person: User, media: Media) -> Job:
        """Take the layout away, corrections and all, and have it looked for anew."""
        before = self.layouts.find_by_media(media.id)
        if before is not None:
            self.layouts.delete(before.id)
        return self.look(person, media)

    def look(self, person: User, media: Media, samples: int = DEFAULT_SAMPLES) -> Job:
        """Ask for the layout to be looked for again at so many moments; one somebody corrected stays.

        Raises `Conflict` where there is no picture, or none that is measured.
        """
        return ask(self.media.jobs, "layout", person, media, {"samples": samples}, of_picture=True)


def _checked(fields: LayoutFields) -> dict[str, Any]:
    """Return the columns; a screen or a camera alone fills the picture, whatever was typed."""
    kind = fields.kind
    if kind is LayoutType.UNKNOWN:
        screen, camera, ratio = None, None, None
    elif kind is LayoutType.SCREEN_ONLY:
        screen, camera, ratio = WHOLE, None, 1.0
    elif kind is LayoutType.CAMERA_ONLY:
        screen, camera, ratio = None, WHOLE, 0.0
    else:
        screen, camera = _inside(fields.screen, "screen"), _inside(fields.camera, "camera")
        ratio = _ratio(kind, screen, camera)
    return {"layout_type": kind, "screen_region": screen, "camera_region": camera, "split_ratio": ratio}


def _inside(region: Region | None, name: str) -> Region:
    if region is None:
        raise Invalid(say("Say where the %(name)s is, or choose another layout.", name=name), f"{name}_x")
    if min(region["width"], region["height"]) < SMALLEST:
        raise Invalid(say("Use at least 2 % for width and height."), f"{name}_width")
    if region["x"] + region["width"] > 1 + SLACK or region["y"] + region["height"] > 1 + SLACK:
        raise Invalid(
            say("It reaches over the edge of the picture: the place and the size may make 100 %."), f"{name}_x"
        )
    return {place: round(min(1.0, max(0.0, share)), 4) for place, share in region.items()}


def _ratio(kind: LayoutType, screen: Region, camera: Region) -> float:
    if kind is LayoutType.SIDE_BY_SIDE:
        return round(screen["width"] / (screen["width"] + camera["width"]), 4)
    return round(1 - camera["width"] * camera["height"], 4)


@follows_moves
def take_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let a recording's layout follow it to its new project."""
    LayoutRepository(session).move_media(media.id, media.project_id)


def layout_service(session: Session) -> LayoutService:
    """Build the service on this session."""
    return LayoutService(session, media_service(session))
