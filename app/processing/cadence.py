"""Find the rate of a recording from the times of its frames, and whether it is constant."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.core.timecode import STANDARD_RATES, Rate, snap_rate
from app.processing.frame_index import FrameIndex

TOLERANCE_S = Fraction(1, 1000)
OUTLIERS = Fraction(2, 100)
SNAP = Fraction(50, 1_000_000)
DEFAULT_RATE = Fraction(25)
LARGEST_DENOMINATOR = 100_000


@dataclass(frozen=True)
class Cadence:
    """Frames a second, and whether the frames really come so."""

    rate: Rate
    variable: bool


def find_cadence(index: FrameIndex, declared: Sequence[Fraction]) -> Cadence:
    """Give the rate of the frames; ``declared`` are the rates the file claims, best first.

    The rate is variable when more than one step and more than 2 % of the steps differ from the usual
    one by over a millisecond (the last step of a fragmented file is often odd). Coarse clocks (1 ms in
    Matroska) leave the rate uncertain by a tick over the whole length: within that, a standard or
    declared rate is the truth.
    """
    if len(index) < 2:
        return Cadence(_snapped(declared[0] if declared else DEFAULT_RATE), False)
    steps = np.diff(index.pts)
    values, counts = np.unique(steps, return_counts=True)
    usual = int(values[np.argmax(counts)])
    tolerance = max(1, round(TOLERANCE_S / index.time_base))
    odd = int((np.abs(steps - usual) > tolerance).sum())
    if odd > 1 and odd > OUTLIERS * len(steps):
        return Cadence(_snapped(_measured(index)), True)
    return Cadence(_constant(index, usual, declared), False)


def _constant(index: FrameIndex, usual: int, declared: Sequence[Fraction]) -> Rate:
    measured = _measured(index)
    span = int(index.pts[-1] - index.pts[0])
    doubt = max(SNAP, Fraction(3, 2 * span))
    exact = 1 / (usual * index.time_base)
    # The step of a fine clock says the rate itself; a coarse one leaves several that fit.
    if exact in STANDARD_RATES and abs(exact - measured) <= doubt * measured:
        return _snapped(exact)
    fitting = [rate for rate in (*declared, *STANDARD_RATES) if abs(rate - measured) <= doubt * measured]
    snapped = [rate for rate in fitting if _snapped(rate).fraction in STANDARD_RATES]
    return _snapped((snapped or fitting or [measured])[0])


def _measured(index: FrameIndex) -> Fraction:
    span = int(index.pts[-1] - index.pts[0])
    return Fraction(len(index) - 1) / (span * index.time_base)


def _snapped(rate: Fraction) -> Rate:
    rate = max(Fraction(1, LARGEST_DENOMINATOR), rate).limit_denominator(LARGEST_DENOMINATOR)
    return snap_rate(rate.numerator, rate.denominator)
