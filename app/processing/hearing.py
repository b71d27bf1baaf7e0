"""Prove by listening that the sound of a rendered clip is the source's, begins with it and lasts as long."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from app.processing.opening import open_media, sound_streams
from app.processing.reading import demux
from app.processing.sound import SoundCut, batches, cut_sound

WINDOWS = 5
WINDOW_S = Fraction(1)
EDGE_S = Fraction(1, 50)
FURTHEST_S = Fraction(1, 4)
# One sample for rounding a time to a sample on either side, one for a codec's own delay by a fraction.
SLACK_SAMPLES = 2
QUIET = 1e-3
# Sound of one pitch is alike at every period: the place it should be at counts when it is as good as the best.
AS_GOOD = 0.98
LEAST_LIKENESS = 0.6


@dataclass(frozen=True)
class Heard:
    """What one sound of the clip is. ``lag_samples``: how late it is, at worst; ``likeness``: 0 to 1, at worst;
    ``verdict``: "matched", "silent", "shifted", "different" or "wrong length".
    """

    stream: int
    sample_rate: int
    expected_samples: int
    samples: int
    lag_samples: int
    likeness: float
    windows: int
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self)


def hear(source: Path, rendered: Path, number: int, begin: Fraction, length: Fraction) -> Heard:
    """Compare sound ``number`` of a clip with ``length`` seconds of the source from ``begin`` on.

    Five windows of a second, the loudest of each fifth, are held against the source by cross-correlation, and
    the first and last fiftieth of a second at the very place they must be.
    """
    with open_media(source) as one, open_media(rendered) as other:
        theirs, ours = sound_streams(one)[number], sound_streams(other)[number]
        rate, layout = ours.codec_context.sample_rate, ours.codec_context.layout.name
        slack = SLACK_SAMPLES + int((theirs.time_base or 0) * rate)
        expected = round(length * rate)
        samples, loudness = _measure(other, ours)
        last = max(Fraction(0), length - EDGE_S)
        spots = [(start, WINDOW_S, round(FURTHEST_S * rate)) for start in _loudest(loudness, float(length))]
        spots += [(start, EDGE_S, slack) for start in (Fraction(0), last)]
        results = []
        for start, lasting, furthest in spots:
            end = min(length, start + lasting)
            heard = _mono(other, ours, SoundCut(start, end, rate, layout))
            wanted = _mono(one, theirs, SoundCut(begin + start, begin + end, rate, layout))
            if lasting == WINDOW_S or np.square(wanted).mean() > QUIET**2:
                results.append(_compare(heard, wanted, furthest))
    lag = max((lag for lag, _ in results), key=abs, default=0)
    alike = min((alike for _, alike in results), default=1.0)
    verdict = _judge(results, slack)
    if abs(samples - expected) > slack:
        verdict = "wrong length"
    return Heard(number, rate, expected, samples, lag, round(alike, 4), len(results), verdict)


def _measure(container: InputContainer, stream: AudioStream) -> tuple[int, NDArray[np.float64]]:
    """Give the samples the packets claim, and the power of each second that really decodes."""
    rate, tick = stream.codec_context.sample_rate, Fraction(stream.time_base or 0)
    ends = [packet.pts + (packet.duration or 0) for packet in demux(container, stream) if packet.pts is not None]
    cut = SoundCut(Fraction(0), None, rate, stream.codec_context.layout.name)
    powers = [
        float(np.square(block).mean()) for block in batches(cut_sound(container, stream, cut), int(rate * WINDOW_S))
    ]
    return round(max(ends, default=0) * tick * rate), np.array(powers)


def _loudest(powers: NDArray[np.float64], length: float) -> list[Fraction]:
    """Give where the loudest second of each part begins, silent ones left out."""
    starts = []
    for part in np.array_split(np.arange(len(powers)), min(WINDOWS, len(powers)) or 1):
        if len(part) and powers[part].max() > QUIET**2:
            starts.append(int(part[np.argmax(powers[part])]))
    return [Fraction(start * WINDOW_S) for start in starts if start * WINDOW_S < length]


def _mono(container: InputContainer, stream: AudioStream, cut: SoundCut) -> NDArray[np.float32]:
    blocks = list(cut_sound(container, stream, cut))
    whole: NDArray[np.float32] = np.concatenate(blocks, axis=1) if blocks else np.zeros((1, 1), np.float32)
    # The loudest channel, since the mean of opposite ones is silence.
    loudest: NDArray[np.float32] = whole[int(np.argmax(np.square(whole).sum(axis=1)))]
    return loudest


def _compare(heard: NDArray[np.float32], wanted: NDArray[np.float32], furthest: int) -> tuple[int, float]:
    """Give how late one sound is against the other, and how alike they are there."""
    norm = float(np.sqrt(np.square(heard).sum() * np.square(wanted).sum()))
    if norm == 0:
        return 0, float(not heard.any() and not wanted.any())
    size = 1 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size) / norm
    furthest = min(furthest, size // 2 - 1)
    lags = np.arange(-furthest, furthest + 1)
    values = product[lags]
    best = int(lags[np.argmax(values)])
    if product[0] >= AS_GOOD * values.max():
        best = 0
    return best, max(0.0, float(product[best]))


def _judge(results: list[tuple[int, float]], slack: int) -> str:
    if not results:
        return "silent"
    if any(alike < LEAST_LIKENESS for _, alike in results):
        return "different"
    return "shifted" if any(abs(lag) > slack for lag, _ in results) else "matched"
