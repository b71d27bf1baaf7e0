"""Find changes of slides: quiet, lasting changes of a part of a picture that otherwise stands still."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.processing.looking import Box, Look, Samples, Small

STILL_CHANGE = 2.0
LEAST_STILL = 0.6
# A pixel that changes in over a third of the samples belongs to the camera's picture in the corner.
MOVING_CHANGE, MOVING_SHARE = 8, 0.35
STEADY, CHANGED = 6, 14
SLIDE_SHARE = 0.02
# In a film within a lecture most of the picture moves: what changes there is no slide.
LEAST_STEADY = 0.75
FULL_SCORE_SHARE = 0.5
LASTS = 3


@dataclass(frozen=True)
class SlideChange:
    """Between samples ``look - 1`` and ``look`` a slide changed, within ``box`` (top, left, bottom, right)."""

    look: int
    box: Box
    score: float


def mostly_still(look: Look) -> bool:
    """Tell slides and screens from film: most samples are like the one before."""
    if len(look.samples) < LASTS:
        return False
    changes = [float(np.abs(step).mean()) for step in _steps(look.samples)]
    return float((np.array(changes) < STILL_CHANGE).mean()) >= LEAST_STILL


def stands_still(look: Look, start: int, stop: int) -> bool:
    """Tell whether the picture mostly stands between two frames; a stretch without two samples does."""
    places = [place for place, number in enumerate(look.numbers) if start <= number < stop]
    changes = [float(np.abs(step).mean()) for step in _steps(look.samples[places])] if len(places) > 1 else [0.0]
    return float(np.median(changes)) < STILL_CHANGE


def find_slides(look: Look) -> list[SlideChange]:
    """Give the changes that last three samples and touch a fiftieth of the picture outside the camera's part."""
    still = ~_moving(look.samples)
    counted = max(1, int(still.sum()))
    found: list[SlideChange] = []
    known = look.samples[0].astype(np.int16)
    for number in range(1, len(look.samples) - LASTS + 1):
        window = look.samples[number : number + LASTS].astype(np.int16)
        steady = (window.max(axis=0) - window.min(axis=0)) <= STEADY
        changed = (np.abs(window[0] - known) > CHANGED) & steady & still
        share = float(changed.sum() / counted)
        stands = float((steady & still).sum() / counted) >= LEAST_STEADY
        if share >= SLIDE_SHARE and stands:
            found.append(SlideChange(number, _box(changed), min(1.0, share / FULL_SCORE_SHARE)))
            known = np.where(steady & still, window[0], known)
        else:
            known = np.where((np.abs(window[0] - known) <= CHANGED) & steady, window[0], known)
    return found


def _steps(samples: Samples) -> Iterator[Small]:
    """Yield the difference of each sample to the one before, one at a time for the sake of memory."""
    for before, after in pairwise(samples):
        yield after.astype(np.int16) - before


def _moving(samples: Samples) -> NDArray[np.bool_]:
    """Mark the pixels that change in many samples."""
    counts = np.zeros(samples.shape[1:], np.int32)
    for step in _steps(samples):
        counts += np.abs(step) > MOVING_CHANGE
    return counts > MOVING_SHARE * max(1, len(samples) - 1)


def _box(changed: NDArray[Any]) -> Box:
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
