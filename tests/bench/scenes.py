"""Scenes: how many cuts and changes of slides are found at the very frame, from seeds no test uses.

    python -m tests.bench.scenes

Films of 40 s: shots that pan over random pictures at three speeds, with light flashes and noise in them; lectures of
slides with a moving speaker in the corner. A change counts as found at its own frame alone.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.processing.probe import probe
from app.processing.scenes import scenes
from tests.media_factory import make_video
from tests.processing.conftest import silently
from tests.processing.test_scenes import slide, world

SEEDS = range(401, 409)
FRAMES, RATE, SIZE = 1000, 25, (240, 136)
Draw = Callable[[int, tuple[int, int]], NDArray[np.uint8]]


def main() -> None:
    """Measure and print one line for each kind."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in KINDS.items():
            print(row(kind, make, Path(folder)))


def row(kind: str, make: Callable[[list[int], int], Draw], folder: Path) -> str:
    """Return one line of the table."""
    right = wanted = found = 0
    for seed in SEEDS:
        changes = changes_of(np.random.default_rng(seed), 50 if kind == "slides" else 18)
        path = make_video(folder / "a.mp4", seconds=FRAMES / RATE, size=SIZE, draw=make(changes, seed), sound=None)
        index = folder / "index.npz"
        probe({"path": str(path), "index": str(index)}, silently)
        told: dict[str, Any] = scenes({"path": str(path), "index": str(index)}, silently)
        starts = {scene["in_point"] for scene in told["scenes"]} - {0}
        right, wanted, found = right + len(starts & set(changes)), wanted + len(changes), found + len(starts)
    return f"| {kind} | {wanted} changes | precision {right / max(1, found):.1%} | recall {right / wanted:.1%} |"


def changes_of(chance: np.random.Generator, least: int) -> list[int]:
    """Return the frames at which something new begins, never closer than `least`."""
    changes, at = [], 0
    while (at := at + least + int(chance.integers(0, 100))) < FRAMES - least:
        changes.append(at)
    return changes


def shots(speed: int, noise: int, flashes: bool = False) -> Callable[[list[int], int], Draw]:
    def make(changes: list[int], seed: int) -> Draw:
        flash_at = set(np.random.default_rng(seed + 5).integers(0, FRAMES, 12).tolist()) if flashes else set()

        def draw(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
            shot = sum(number >= change for change in changes)
            moved = abs((number * speed) % (2 * size[1]) - size[1])
            picture = world(seed * 1000 + shot, size)[moved : moved + size[1], moved : moved + size[0]].astype(np.int16)
            if noise:
                picture = picture + np.random.default_rng(number).integers(-noise, noise + 1, picture.shape)
            picture = picture + (90 if number in flash_at else 0)
            return np.ascontiguousarray(picture.clip(0, 255).astype(np.uint8))

        return draw

    return make


def slides(changes: list[int], seed: int) -> Draw:
    def draw(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        page = slide(seed * 100 + sum(number >= change for change in changes), size)
        page[-34:-2, -50:-2] = np.random.default_rng(number).integers(60, 200, (32, 48, 3))
        return page

    return draw


KINDS: dict[str, Callable[[list[int], int], Draw]] = {
    "cuts, slow pan": shots(1, 0),
    "cuts, fast pan and noise": shots(6, 12),
    "cuts with light flashes": shots(2, 4, flashes=True),
    "slides": slides,
}

if __name__ == "__main__":
    main()
