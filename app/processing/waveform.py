"""Measure the shape of the sound once, and draw any part of it as an SVG path.

The file, little-endian: ``RUSHWAV1``, then sample rate and number of levels (uint32 each), then for each
level samples per point and points (uint32 each), then the levels' data one after another: for each point
the lowest and the highest sample as int8, 127 being full scale. Finest level first.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.errors import MediaRefused
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.sound import SoundCut, batches, beginning_of, cut_sound

Report = Callable[[float, str], None]

MAGIC = b"RUSHWAV1"
FULL_SCALE = 127
FINEST_PER_S = 100
COARSER = 5
OVERVIEW_POINTS = 1200
BATCH_S = 20
HIGHEST_GAIN = 8.0


@dataclass(frozen=True)
class Level:
    """The sound at one coarseness: ``data`` is int8 of shape (points, 2), lowest and highest."""

    samples_per_point: int
    data: NDArray[np.int8]


@dataclass(frozen=True)
class Peaks:
    """The shape of a sound at several levels, the finest first."""

    sample_rate: int
    levels: tuple[Level, ...]

    @property
    def seconds(self) -> float:
        """Give the length, to a point of the finest level."""
        return len(self.levels[0].data) * self.levels[0].samples_per_point / self.sample_rate


def waveform(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Measure the first sound of ``params["path"]`` into ``params["output"]``.

    For video ``params["index"]`` is the frame index: zero is then the first frame's moment. Gives ``seconds``,
    ``sample_rate``, ``peak`` (0 to 1) and ``levels``, a list of points per second. Raises MediaRefused when
    the recording has no sound.
    """
    with open_media(Path(params["path"])) as container:
        if not sound_streams(container):
            raise MediaRefused(say("This recording has no sound."))
        stream = sound_streams(container)[0]
        context = stream.codec_context
        index = params["index"] if picture_stream(container) else None
        cut = SoundCut(beginning_of(stream, index), None, context.sample_rate, context.layout.name)
        per_point = max(1, round(cut.rate / FINEST_PER_S))
        length = float(Fraction(container.duration or 0, 1_000_000))
        parts = []
        for batch in batches(cut_sound(container, stream, cut), per_point * FINEST_PER_S * BATCH_S):
            parts.append(_extremes(batch, per_point))
            heard = len(parts) * BATCH_S
            report(
                heard / length if length else 0.5,
                say("Measuring the sound: %(minutes)s min %(seconds)s s", minutes=heard // 60, seconds=heard % 60),
            )
    if not parts:
        raise MediaRefused(say("Not one moment of this sound can be decoded."))
    peaks = Peaks(cut.rate, _levels(np.concatenate(parts), per_point))
    write_peaks(peaks, Path(params["output"]))
    finest = peaks.levels[0].data.astype(np.int16)
    return {
        "seconds": peaks.seconds,
        "sample_rate": cut.rate,
        "peak": float(np.abs(finest).max() / FULL_SCALE),
        "levels": [cut.rate / level.samples_per_point for level in peaks.levels],
    }


def write_peaks(peaks: Peaks, path: Path) -> None:
    """Write peaks in the form the head of this module describes."""
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<II", peaks.sample_rate, len(peaks.levels)))
        for level in peaks.levels:
            file.write(struct.pack("<II", level.samples_per_point, len(level.data)))
        for level in peaks.levels:
            file.write(level.data.tobytes())


def read_peaks(path: Path) -> Peaks:
    """Read peaks back; raises ValueError when the file is not of this form."""
    content = path.read_bytes()
    if content[:8] != MAGIC or len(content) < 16:
        raise ValueError("this is not a waveform of this version")
    sample_rate, count = struct.unpack_from("<II", content, 8)
    heads = [struct.unpack_from("<II", content, 16 + 8 * number) for number in range(count)]
    position, levels = 16 + 8 * count, []
    for samples_per_point, points in heads:
        data = np.frombuffer(content, np.int8, 2 * points, position).reshape(points, 2)
        levels.append(Level(samples_per_point, data))
        position += 2 * points
    return Peaks(sample_rate, tuple(levels))


def svg_path(
    peaks: Peaks, *, start: float = 0.0, end: float | None = None, points: int = OVERVIEW_POINTS, width: float = 100
) -> str:
    """Give the ``d`` of a closed SVG path for ``start`` to ``end`` seconds, at most ``points`` wide.

    Drawn in a view box of 0 0 ``width`` 100 with silence at 50. Quiet sound is raised to fill the height, at
    most eight times. Empty when nothing was measured there.
    """
    end = peaks.seconds if end is None else end
    columns = _columns(peaks, start, end, points)
    if not len(columns):
        return ""
    loudest = max(1, int(np.abs(peaks.levels[-1].data.astype(np.int16)).max()))
    scaled = columns * (50 / FULL_SCALE * min(HIGHEST_GAIN, FULL_SCALE / loudest))
    top, bottom = np.rint(50 - scaled[:, 1]).astype(int), np.rint(50 - scaled[:, 0]).astype(int)
    across = np.linspace(0, width, len(columns)) if len(columns) > 1 else np.array([0.0])
    labels = [f"{place:.4g}" if width <= 1000 else f"{place:.0f}" for place in across]
    there = [f"{x},{y}" for x, y in zip(labels, top, strict=True)]
    back = [f"{x},{y}" for x, y in zip(reversed(labels), bottom[::-1], strict=True)]
    return f"M{'L'.join(there + back)}Z"


def _columns(peaks: Peaks, start: float, end: float, points: int) -> NDArray[np.int16]:
    """Give at most ``points`` pairs from the coarsest level that is fine enough for them."""
    wanted = max(1e-9, end - start) / max(1, points) * peaks.sample_rate
    fitting = [level for level in peaks.levels if level.samples_per_point <= wanted]
    level = fitting[-1] if fitting else peaks.levels[0]
    per_s = peaks.sample_rate / level.samples_per_point
    first, last = max(0, int(start * per_s)), min(len(level.data), int(np.ceil(end * per_s)))
    part = level.data[first:last].astype(np.int16)
    if len(part) <= points:
        return part
    edges = np.linspace(0, len(part), points, endpoint=False).astype(int)
    lowest, highest = np.minimum.reduceat(part[:, 0], edges), np.maximum.reduceat(part[:, 1], edges)
    return np.stack([lowest, highest], axis=1)


def _extremes(block: NDArray[np.float32], per_point: int) -> NDArray[np.int8]:
    """Give the lowest and highest sample of each point over all channels, as int8."""
    spare = -block.shape[1] % per_point
    if spare:
        block = np.pad(block, ((0, 0), (0, spare)), mode="edge")
    shaped = block.reshape(len(block), -1, per_point)
    pairs = np.stack([shaped.min(axis=(0, 2)), shaped.max(axis=(0, 2))], axis=1)
    rounded: NDArray[np.int8] = np.clip(np.rint(pairs * FULL_SCALE), -FULL_SCALE, FULL_SCALE).astype(np.int8)
    return rounded


def _levels(finest: NDArray[np.int8], per_point: int) -> tuple[Level, ...]:
    levels = [Level(per_point, finest)]
    for step in (COARSER, max(COARSER, -(-len(finest) // OVERVIEW_POINTS))):
        edges = np.arange(0, len(finest), step)
        lowest, highest = np.minimum.reduceat(finest[:, 0], edges), np.maximum.reduceat(finest[:, 1], edges)
        levels.append(Level(per_point * step, np.stack([lowest, highest], axis=1)))
    return tuple(levels)
