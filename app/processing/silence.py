"""Find where nothing is heard, where nothing is seen, and where both is so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.blank import blank_spans
from app.processing.indexing import index_of
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.sound import SoundCut, batches, beginning_of, cut_sound

Report = Callable[[float, str], None]
Span = tuple[int, int]

BIN_MS = 10
BATCH_S = 20
QUIETEST_DB, LOUDEST_DB = -75.0, 0.0
FLOOR = 1e-7
# Sound whose loud and quiet halves lie closer together has no pauses, only a wavering level.
LEAST_CONTRAST_DB = 9.0
HIGHEST_THRESHOLD_DB = -18.0
ALL_SILENT_DB = -60.0
DEFAULT_MIN_MS = 350


def silence(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Find silent and blank stretches of at least ``min_ms`` (350) in ``params["path"]``.

    ``params``: ``threshold_db`` (below it is silence; None or missing: found from the sound itself by Otsu's
    method on the logarithm of its power in 10 ms bins), ``index`` (for video), ``blank`` (False to leave the
    picture alone). Gives ``threshold_db`` (None without sound) and ``regions``, sorted, milliseconds from the
    first tick: ``{"start_ms", "end_ms", "silence_type": "audio_silence" | "blank_screen" | "both",
    "amplitude_threshold"}``. Regions of different types do not overlap.
    """
    least = int(params.get("min_ms") or DEFAULT_MIN_MS)
    with open_media(Path(params["path"])) as container:
        has_sound, has_picture = bool(sound_streams(container)), picture_stream(container) is not None
    heard, threshold = _quiet_spans(params, least, report) if has_sound else ([], None)
    seen: list[Span] = []
    if has_picture and params.get("blank", True):
        index = index_of(params)
        seen = _long_enough(blank_spans(Path(params["path"]), index, report), least)
    regions = [
        {"start_ms": start, "end_ms": end, "silence_type": kind, "amplitude_threshold": threshold}
        for start, end, kind in _typed(heard, seen, least)
    ]
    return {"threshold_db": threshold, "regions": regions}


def find_quiet(levels: NDArray[np.float32], threshold_db: float | None) -> tuple[list[Span], float]:
    """Give the spans, in bins, whose smoothed level lies below the threshold, and that threshold in dB."""
    if not len(levels):
        return [], QUIETEST_DB
    smooth = np.convolve(np.pad(levels, 1, mode="edge"), np.ones(3) / 3, "valid")
    limit = otsu(smooth) if threshold_db is None else threshold_db
    edges = np.flatnonzero(np.diff(np.r_[0, (smooth < limit).astype(np.int8), 0]))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)], limit


def otsu(levels: NDArray[np.floating[Any]]) -> float:
    """Give the level in dB that best parts loud from quiet (Otsu 1979, on log power).

    Sound that is all silence gives 0; sound without pauses gives the quietest level, below which is nothing.
    """
    clipped = np.clip(levels, QUIETEST_DB, LOUDEST_DB)
    if clipped.max() < ALL_SILENT_DB:
        return LOUDEST_DB
    counts, edges = np.histogram(clipped, 75, (QUIETEST_DB, LOUDEST_DB))
    centres = (edges[1:] + edges[:-1]) / 2
    weight = np.cumsum(counts) / counts.sum()
    mean = np.cumsum(counts * centres) / counts.sum()
    best = int(np.argmax((mean[-1] * weight - mean) ** 2 / (weight * (1 - weight) + 1e-12)))
    quiet = mean[best] / max(weight[best], 1e-12)
    loud = (mean[-1] - mean[best]) / max(1 - weight[best], 1e-12)
    if loud - quiet < LEAST_CONTRAST_DB:
        return QUIETEST_DB
    return float(min(centres[best], HIGHEST_THRESHOLD_DB))


@dataclass(frozen=True)
class _Heard:
    """The power of each bin in dB, and how many milliseconds the sound really lasts."""

    levels: NDArray[np.float32]
    length_ms: int


def _quiet_spans(params: dict[str, Any], least: int, report: Report) -> tuple[list[Span], float]:
    heard = _listen(params, report)
    spans, threshold = find_quiet(heard.levels, params.get("threshold_db"))
    in_ms = [(start * BIN_MS, min(end * BIN_MS, heard.length_ms)) for start, end in spans]
    return _long_enough(in_ms, least), round(threshold, 1)


def _listen(params: dict[str, Any], report: Report) -> _Heard:
    with open_media(Path(params["path"])) as container:
        stream = sound_streams(container)[0]
        context = stream.codec_context
        start = beginning_of(stream, params["index"] if picture_stream(container) else None)
        cut = SoundCut(start, None, context.sample_rate, context.layout.name)
        length = float(Fraction(container.duration or 0, 1_000_000))
        parts, samples = [np.zeros(0, np.float32)], 0
        # Whole bins for every batch, at rates such as 11025 Hz too.
        for batch in batches(cut_sound(container, stream, cut), cut.rate * BATCH_S):
            samples += batch.shape[1]
            parts.append(_powers(batch, cut.rate))
            at = samples // cut.rate
            report(
                at / length if length else 0.5,
                say("Listening for silence: %(minutes)s min %(seconds)s s", minutes=at // 60, seconds=at % 60),
            )
    return _Heard(np.concatenate(parts), round(samples * 1000 / cut.rate))


def _powers(batch: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Give the power of each 10 ms in dB of full scale, the loudest channel counting."""
    bins = -(-batch.shape[1] * 1000 // (rate * BIN_MS))
    edges = np.arange(bins) * rate * BIN_MS // 1000
    sums = np.add.reduceat(np.square(batch, dtype=np.float64), edges, axis=1)
    sizes = np.diff(np.r_[edges, batch.shape[1]])
    power: NDArray[np.float32] = (20 * np.log10(np.sqrt((sums / sizes).max(axis=0)) + FLOOR)).astype(np.float32)
    return power


def _long_enough(spans: list[Span], least: int) -> list[Span]:
    return [(start, end) for start, end in spans if end - start >= least]


def _typed(heard: list[Span], seen: list[Span], least: int) -> list[tuple[int, int, str]]:
    """Part the line of time by what is missing: sound, picture or both."""
    times = sorted({time for span in (*heard, *seen) for time in span})
    pieces: list[tuple[int, int, str]] = []
    for start, end in pairwise(times):
        kind = _kind(_covers(heard, start), _covers(seen, start))
        if kind:
            pieces.append((start, end, kind))
    return [piece for piece in _joined(iter(pieces)) if piece[1] - piece[0] >= least]


def _kind(silent: bool, blank: bool) -> str:
    if silent and blank:
        return "both"
    return "audio_silence" if silent else "blank_screen" if blank else ""


def _covers(spans: list[Span], time: int) -> bool:
    return any(start <= time < end for start, end in spans)


def _joined(pieces: Iterator[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Join touching pieces of one kind."""
    joined: list[tuple[int, int, str]] = []
    for start, end, kind in pieces:
        if joined and joined[-1][1] == start and joined[-1][2] == kind:
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return joined
