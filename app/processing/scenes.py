"""Find the shots of a film and the slides of a lecture, exact to the frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from app.processing.frame_index import FrameIndex
from app.processing.indexing import index_of
from app.processing.looking import Look, changes_between, look_over
from app.processing.slides import SlideChange, find_slides, mostly_still, stands_still

Report = Callable[[float, str], None]

LEAST_CHANGE = 10.0
LEAST_RATIO = 3.0
NEIGHBOURS = 2
# A flash changes the picture and changes it back: across a cut it stays changed.
LEAST_LASTING = 0.5
SHORTEST_SHOT_S = 0.4
FULL_SCORE_CHANGE = 60.0
# Moving pictures on a slide (a video, a fast cursor) may look like a cut: between near ones the cut is exact.
SAME_CHANGE_S = 0.7


@dataclass(frozen=True)
class Cut:
    """The first frame after a change, how sure it is (0 to 1), and whether it was quiet (a slide's) or hard."""

    frame: int
    score: float
    quiet: bool = False


def scenes(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Part the recording at ``params["path"]`` into scenes; ``params["index"]`` is that file's frame index.

    ``params["least_change"]`` (10): how much the picture must change on average, of 255, at a cut.
    A proxy may stand for its source, being the same frame for frame; without ``index`` one is made. Gives
    ``scenes``: ``{"in_point", "out_point", "kind": "shot" | "slide", "score"}``, half-open in frames, without
    gaps over the whole recording; ``score`` is how sure the change at its beginning is, 1.0 for the first. And
    ``mostly_still``, true for slides and screens, where quiet changes of a part of the picture count too.
    """
    path, index = Path(params["path"]), index_of(params)
    look = look_over(path, index, report)
    still = mostly_still(look)
    cuts = find_cuts(look, index, float(params.get("least_change") or LEAST_CHANGE))
    if still:
        cuts = _merged(cuts, _exactly(path, index, look, find_slides(look)), index)
    edges = [*(cut.frame for cut in cuts), len(index)]
    found = []
    for cut, end in zip([Cut(0, 1.0), *cuts], edges, strict=True):
        kind = "slide" if still and stands_still(look, cut.frame, end) else "shot"
        found.append({"in_point": cut.frame, "out_point": end, "kind": kind, "score": round(cut.score, 3)})
    return {"scenes": found, "mostly_still": still}


def find_cuts(look: Look, index: FrameIndex, least: float = LEAST_CHANGE) -> list[Cut]:
    """Give the hard cuts: frames that differ much from the one before, much more than their neighbours do."""
    cuts: list[Cut] = []
    for frame in np.flatnonzero(look.change >= least):
        number = int(frame)
        around = look.change[max(0, number - NEIGHBOURS) : number + NEIGHBOURS + 1]
        usual = (around.sum() - look.change[number]) / max(1, len(around) - 1)
        if look.change[number] < LEAST_RATIO * usual or any(
            _is_flash(look, each, least) for each in (number, number - 1)
        ):
            continue
        if float(index.offset(number) - index.offset(cuts[-1].frame if cuts else 0)) < SHORTEST_SHOT_S:
            continue
        cuts.append(Cut(number, min(1.0, float(look.change[number]) / FULL_SCORE_CHANGE)))
    return cuts


def _is_flash(look: Look, number: int, least: float) -> bool:
    """Tell a frame that comes and goes: the ones around it differ less from each other than from it."""
    change = look.change[number]
    return bool(change >= least and look.lasting[number] < LEAST_LASTING * change)


def _exactly(path: Path, index: FrameIndex, look: Look, slides: Sequence[SlideChange]) -> list[Cut]:
    """Find, between two looks, the frame at which a slide's changed part changes most."""
    spans = [(look.numbers[change.look - 1], look.numbers[change.look]) for change in slides]
    boxes = [change.box for change in slides]
    frames = changes_between(path, index, spans, boxes)
    return [Cut(frame, change.score, quiet=True) for frame, change in zip(frames, slides, strict=True)]


def _merged(cuts: list[Cut], slides: list[Cut], index: FrameIndex) -> list[Cut]:
    """Join both kinds in order; where a cut and a slide mean the same change, the cut's frame stays."""
    in_order = sorted([*cuts, *slides], key=lambda cut: cut.frame)
    kept: list[Cut] = in_order[:1]
    for before, cut in pairwise(in_order):
        near = float(index.offset(cut.frame) - index.offset(before.frame)) < SAME_CHANGE_S
        if not near:
            kept.append(cut)
        elif not cut.quiet:
            kept[-1] = cut
    return [cut for cut in kept if cut.frame > 0]
