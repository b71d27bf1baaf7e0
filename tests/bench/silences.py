"""Silence: how far its edges are off on generated sound of known gaps, from seeds no test uses.

    python -m tests.bench.silences

Each sound is 60 s of a voice-like tone with gaps of 0.4 to 3 s, under hiss of three strengths, in four formats.
"""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.processing.silence import silence
from tests.media_factory import Sound, make_audio

SEEDS = range(101, 106)
SECONDS = 60
HISS = {"clean": 0.0, "hiss 40 dB below": 0.003, "hiss 24 dB below": 0.02}


def main() -> None:
    """Measure and print one line for each strength of hiss."""
    with tempfile.TemporaryDirectory() as folder:
        for name, strength in HISS.items():
            print(row(name, Path(folder), strength))


def row(name: str, folder: Path, strength: float) -> str:
    """Return one line of the table."""
    off: list[int] = []
    missed = added = count = 0
    for seed in SEEDS:
        gaps = gaps_of(np.random.default_rng(seed))
        for ending in ("wav", "m4a", "mp3", "ogg"):
            path = make_audio(folder / f"a.{ending}", seconds=SECONDS, sound=voice(gaps, strength, seed))
            found = silence({"path": str(path)}, lambda fraction, message: None)["regions"]
            count, pairs = count + len(gaps), matched(gaps, [(each["start_ms"], each["end_ms"]) for each in found])
            off += [abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True)]
            missed, added = missed + len(gaps) - len(pairs), added + len(found) - len(pairs)
    off.sort()
    return (
        f"| {name} | {count} gaps | missed {missed}, added {added} | edges off by {off[len(off) // 2]} ms,"
        f" p95 {off[len(off) * 95 // 100]} ms, at most {off[-1]} ms |"
    )


def gaps_of(chance: np.random.Generator) -> list[tuple[int, int]]:
    """Return where nothing is said, in milliseconds."""
    gaps, at = [], 0
    while True:
        start = at + int(chance.integers(1500, 6000))
        at = start + int(chance.integers(400, 3000))
        if at > SECONDS * 1000 - 1500:
            return gaps
        gaps.append((start, at))


def voice(gaps: list[tuple[int, int]], strength: float, seed: int) -> Sound:
    """Return something like syllables, with gaps in it and hiss over all of it."""
    chance = np.random.default_rng(seed + 1000)

    def sound(times: NDArray[np.float64]) -> NDArray[np.float64]:
        said = 0.4 * np.sin(2 * np.pi * 180 * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))
        for start, end in gaps:
            said = np.where((times >= start / 1000) & (times < end / 1000), 0.0, said)
        return said + (chance.normal(0, strength, len(times)) if strength else 0.0)

    return sound


def matched(gaps: list[tuple[int, int]], found: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return each gap with the silence that lies over its middle."""
    middles = [(gap, (gap[0] + gap[1]) // 2) for gap in gaps]
    return [(gap, each) for gap, middle in middles for each in found if each[0] <= middle < each[1]]


if __name__ == "__main__":
    main()
