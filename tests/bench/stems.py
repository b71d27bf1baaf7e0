"""Stems: how well voice and instruments are parted in generated tunes of known truth, beside mid and side.

    python -m tests.bench.stems [tune]

A tune is 12 s of a voice in the middle, equally loud as its music, which is wide (spread from left to right) or narrow
(a quarter of that, as many records are). The voice is sung by tests/sung.py, or read by flite where it is installed.
The seeds that set the sharpness of the middle (1 to 4) are kept apart from those that are reported (101 to 108).
SDR is the truth over what is wrong with the stem, in dB, higher is better, the mean of both stems; before encoding.
With the weights of `flask models install spleeter-2stems` in $RUSHES_MODELS, Spleeter is measured too.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from app.processing import sandbox, stems, weights
from app.processing.spectrum import BLOCK, Change
from app.processing.spleeter import Spleeter
from tests.speech import LECTURE, read_aloud
from tests.sung import RATE, Sound, sdr, tune, write

TUNING, REPORTED = range(1, 5), range(101, 109)
SECONDS = 12
WIDTHS = {"wide": 1.0, "narrow": 0.25}
SHARPNESSES = (1.0, 2.0, 4.0, 8.0, 16.0)

Parter = Callable[[Sound], tuple[Sound, Sound]]


def main() -> None:
    """Print the figures of the reported seeds, or with "tune" those of the others for several sharpnesses."""
    if "tune" in sys.argv:
        for sharpness in SHARPNESSES:
            stems.SHARPNESS = sharpness
            print(row(f"middle, sharpness {sharpness}", TUNING, by(stems.centre)))
        return
    folder = installed()
    print(costs(folder))
    parters: dict[str, Parter] = {"as it is": lambda mix: (mix, mix), "mid and side": mid_side}
    parters[f"middle, sharpness {stems.SHARPNESS} (default)"] = by(stems.centre)
    if folder is not None:
        parters["Spleeter"] = by(Spleeter(folder))
    else:
        print("Spleeter is not installed: set RUSHES_MODELS to where it is.")
    for name, parter in parters.items():
        print(row(name, REPORTED, parter))


def row(name: str, seeds: Iterable[int], parter: Parter) -> str:
    """Return one line of the table."""
    cells = []
    for voice in ("sung", *(["read"] if shutil.which("flite") else [])):
        for width in WIDTHS:
            cells.append(f"{voice}, {width} {np.mean([score(seed, voice, width, parter) for seed in seeds]):.1f} dB")
    return f"| {name} | {' | '.join(cells)} |"


def score(seed: int, voice: str, width: str, parter: Parter) -> float:
    """Return the mean SDR of both stems of one tune."""
    truth = material(seed, voice, width)
    heard = parter(truth[0] + truth[1])
    return float(np.mean([sdr(one, other) for one, other in zip(heard, truth, strict=True)]))


@cache
def material(seed: int, voice: str, width: str) -> tuple[Sound, Sound]:
    """Return a tune's voice and music."""
    return tune(seed, SECONDS, width=WIDTHS[width], voice=read(seed) if voice == "read" else None)


def by(change: Change) -> Parter:
    """Return an engine of the product as a function on a whole tune."""

    def part(mix: Sound) -> tuple[Sound, Sound]:
        pairs = list(stems.Parted(blocks(mix), change))
        voice, rest = (np.concatenate([pair[side] for pair in pairs], axis=1) for side in (0, 1))
        return voice, rest

    return part


def mid_side(mix: Sound) -> tuple[Sound, Sound]:
    """Take what both sides share for the voice, and their difference for the music."""
    mid = (mix[0] + mix[1]) / 2
    return np.stack([mid, mid]), mix - mid


def blocks(mix: Sound) -> Iterator[Sound]:
    for at in range(0, mix.shape[1], BLOCK):
        yield mix[:, at : at + BLOCK]


def installed() -> Path | None:
    """Return the folder of Spleeter's weights, where they are."""
    root = os.environ.get("RUSHES_MODELS")
    model = weights.catalogue()["spleeter-2stems"]
    return model.folder(Path(root)) if root and weights.is_installed(model, Path(root)) else None


@cache
def read(seed: int) -> Sound:
    """Return a sentence of the lecture, read aloud, at our rate."""
    with tempfile.TemporaryDirectory() as folder:
        path = read_aloud(LECTURE[seed % len(LECTURE)], Path(folder) / "said.wav")
        samples = np.frombuffer(path.read_bytes()[44:], "<i2").astype(np.float32) / 32768
    places = np.arange(round(len(samples) * RATE / 16_000)) * 16_000 / RATE
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)


def costs(folder: Path | None) -> str:
    """Return what one minute costs in the box, decoding and encoding included.

    Measured before anything else: a child's peak counts from what its parent held when it was started.
    """
    lines = []
    with tempfile.TemporaryDirectory() as place:
        source = write(Path(place) / "a.wav", sum(tune(1, 60, width=1.0)))
        outputs = {name: str(Path(place) / f"{name}.m4a") for name in ("vocals", "instrumental")}
        for model in (None, folder)[: 2 if folder else 1]:
            params = {"path": str(source), **outputs, "model": str(model) if model else None}
            began = time.monotonic()
            made = sandbox.run_sync("stems", params, reads=[source, *([model] if model else [])], work_dir=Path(place))
            took, usage = time.monotonic() - began, made["usage"]
            lines.append(
                f"| {made['engine']} | RTF {took / 60:.3f} | peak {usage['peak_memory_bytes'] / 1e6:.0f} MB"
                f" | per hour of sound {took * 60:.0f} s, {usage['cpu_s'] * 60:.0f} s of processor |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
