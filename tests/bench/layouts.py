"""Layout: how often it is told right on generated recordings, and how well the camera's box fits.

    python -m tests.bench.layouts [tune]

Each recording is 12 s of slides, of a person before a wall, of both side by side, or of one within the other, at
sizes, ratios, corners, frames and noises drawn by a seed; slides change, words come in, a cursor wanders, the
person sways and the camera's noise goes through a codec. The seeds the numbers were set on (1 to 120) are kept
apart from those that are reported (301 to 380). IoU is the overlap of the true and the found camera box.
"""

import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.processing.layout import layout
from tests.media_factory import make_video

TUNING, REPORTED = range(1, 121), range(301, 381)
KINDS = ("screen_only", "camera_only", "picture_in_picture", "side_by_side")
SECONDS, RATE = 12, 10
SIZES = ((640, 360), (480, 270), (480, 360))

Picture = NDArray[np.uint8]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Plan:
    """What a seed makes: the kind, the size, and where screen and camera lie as (x, y, width, height)."""

    seed: int
    kind: str
    size: tuple[int, int]
    screen: Box | None
    camera: Box | None
    ratio: float
    noise: float
    ground: int
    border: int


def main() -> None:
    """Print one line for each kind and one for all."""
    seeds = TUNING if "tune" in sys.argv else REPORTED
    told: Counter[tuple[str, str]] = Counter()
    fits: dict[str, list[float]] = {kind: [] for kind in KINDS}
    ratios: list[float] = []
    took = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            plan = plan_of(seed)
            path = film(plan, Path(folder) / f"{seed}.mp4")
            began = time.perf_counter()
            found = layout({"path": str(path)}, lambda fraction, words: None)
            took += time.perf_counter() - began
            path.unlink()
            told[plan.kind, found["layout_type"]] += 1
            if plan.camera and plan.screen and found["camera_region"]:
                fits[plan.kind].append(fit(plan, found["camera_region"]))
                ratios.append(abs(plan.ratio - (found["split_ratio"] or 0)))
            if "tune" in sys.argv and (found["layout_type"] != plan.kind or (fits[plan.kind] or [1])[-1] < 0.7):
                print(plan, found)
    for kind in KINDS:
        print(row(kind, told, fits[kind]))
    right = sum(count for (true, said), count in told.items() if true == said)
    error = f"split ratio off by {np.mean(ratios):.3f}" if ratios else ""
    print(f"| all | {right} of {len(seeds)} | {error} | {1000 * took / len(seeds):.0f} ms each |")


def row(kind: str, told: Counter[tuple[str, str]], fits: list[float]) -> str:
    """Return one kind's line: how many were told right, what the others were taken for, how well boxes fit."""
    all_of = sum(count for (true, _), count in told.items() if true == kind)
    wrong = ", ".join(f"{count} {said}" for (true, said), count in sorted(told.items()) if true == kind != said)
    box = f"IoU median {np.median(fits):.2f}, least {min(fits):.2f}" if fits else ""
    return f"| {kind} | {told[kind, kind]} of {all_of} | {box} | {wrong} |"


def fit(plan: Plan, region: dict[str, float]) -> float:
    """Return how well a found camera box lies on the true one, from 0 to 1."""
    assert plan.camera is not None
    width, height = plan.size
    x, y, w, h = plan.camera
    left, right = region["x"] * width, (region["x"] + region["width"]) * width
    top, bottom = region["y"] * height, (region["y"] + region["height"]) * height
    both = max(0, min(x + w, right) - max(x, left)) * max(0, min(y + h, bottom) - max(y, top))
    return float(both / (w * h + (right - left) * (bottom - top) - both))


def plan_of(seed: int) -> Plan:
    """Return what a seed makes; the four kinds follow each other."""
    chance = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    width, height = size = SIZES[int(chance.integers(len(SIZES)))]
    noise = float(chance.choice([0.0, 1.5, 4.0]))
    ground = int(chance.choice([245, 225, 30, 12]))
    border = int(chance.choice([0, 0, 2]))
    screen: Box | None = (0, 0, width, height)
    camera: Box | None = screen
    ratio = 1.0
    if kind == "picture_in_picture":
        wide = round(width * chance.uniform(0.16, 0.34))
        high = round(wide * chance.choice([9 / 16, 3 / 4, 1.0]))
        gap = round(width * chance.choice([0.0, 0.02, 0.04]))
        x, y = chance.choice([gap, width - wide - gap]), chance.choice([gap, height - high - gap])
        camera, ratio = (int(x), int(y), wide, high), 1 - wide * high / (width * height)
    if kind == "side_by_side":
        ratio, bars = float(chance.uniform(0.5, 0.78)), bool(chance.integers(2))
        wide = round(width * ratio)
        high = round(min(height, wide * 9 / 16)) if bars else height
        camera_high = round(min(height, (width - wide) * chance.choice([9 / 16, 3 / 4, 1.0]))) if bars else height
        on_left = bool(chance.integers(2))
        screen = (width - wide if on_left else 0, (height - high) // 2, wide, high)
        camera = (0 if on_left else wide, (height - camera_high) // 2, width - wide, camera_high)
    screen = None if kind == "camera_only" else screen
    camera = None if kind == "screen_only" else camera
    return Plan(seed, kind, size, screen, camera, ratio, noise, ground, border)


def film(plan: Plan, path: Path) -> Path:
    """Write the recording a plan describes."""
    codec = {"preset": "veryfast", "crf": "23", "g": "20"}
    return make_video(
        path,
        seconds=SECONDS,
        rate=(RATE, 1),
        size=plan.size,
        sound=None,
        options=codec,
        draw=lambda n, _: draw(plan, n),
    )


def draw(plan: Plan, number: int) -> Picture:
    """Return one frame."""
    width, height = plan.size
    page = np.full((height, width, 3), 8, np.uint8)
    if plan.screen:
        x, y, w, h = plan.screen
        page[y : y + h, x : x + w] = slide(plan, number, w, h)
    if plan.camera:
        x, y, w, h = plan.camera
        if plan.border and plan.screen:
            page[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2] = 128
        page[y : y + h, x : x + w] = person(plan, number, w, h)
    return page


def slide(plan: Plan, number: int, width: int, height: int) -> Picture:
    """Return a slide: a heading, lines of words that come one by one, perhaps a photograph, and a cursor."""
    which, since = divmod(number, 30)
    chance = np.random.default_rng(1000 * plan.seed + which)
    page = np.full((height, width, 3), plan.ground, np.uint8)
    ink = 20 if plan.ground > 128 else 220
    page[height // 14 : height // 14 + height // 18, width // 12 : int(width * chance.uniform(0.4, 0.8))] = ink
    for line in range(min(8, 3 + since // 6)):
        top, end = height // 5 + line * height // 12, width * chance.uniform(0.3, 0.9)
        for left in np.arange(width / 12, end, width / 16):
            page[top : top + height // 30, int(left) : int(left + width / 22)] = ink
    if chance.random() < 0.3:
        coarse = chance.integers(0, 255, (4, 6, 3), dtype=np.uint8)
        photo = coarse.repeat(height // 12, axis=0).repeat(width // 18, axis=1)
        page[height // 2 : height // 2 + photo.shape[0], width // 2 : width // 2 + photo.shape[1]] = photo
    cx, cy = int(width * (0.5 + 0.4 * np.sin(number / 9))), int(height * (0.5 + 0.3 * np.cos(number / 14)))
    page[cy : cy + 8, cx : cx + 5] = 128
    return page


def person(plan: Plan, number: int, width: int, height: int) -> Picture:
    """Return somebody who sways and speaks before a wall with a shelf, as a camera sees it."""
    chance = np.random.default_rng(plan.seed)
    y, x = np.mgrid[0:height, 0:width] / np.array([[[height]], [[width]]])
    wall = chance.uniform(60, 190) + 50 * (x - 0.5) * chance.uniform(-1, 1) - 40 * y + 9 * np.sin(17 * x + 11 * y)
    shelf = chance.uniform(0.05, 0.3)
    wall = np.where((x > shelf) & (x < shelf + 0.12) & (y > 0.15) & (y < 0.6), wall - 45 + 30 * np.sin(60 * y), wall)
    grain = np.random.default_rng(plan.seed * 7919).normal(0, 3, (height, width))
    sway = 0.5 + 0.06 * np.sin(number / 4) + 0.02 * np.sin(number * 1.3)
    nod = 0.42 + 0.02 * np.sin(number / 2.3)
    body = ((x - sway) / 0.3) ** 2 + ((y - 1.05) / 0.42) ** 2 < 1
    head = ((x - sway) / 0.13) ** 2 + ((y - nod) / 0.2) ** 2 < 1
    mouth = ((x - sway) / 0.05) ** 2 + ((y - nod - 0.1) / (0.012 + 0.02 * (number % 3))) ** 2 < 1
    light = wall + grain + np.random.default_rng(plan.seed * 131 + number).normal(0, plan.noise + 0.01, wall.shape)
    light = np.where(body, 70 + 15 * np.sin(30 * (x - sway)), light)
    light = np.where(head, 165 + 20 * (x - sway) / 0.13 - 25 * (y - nod), light)
    light = np.where(mouth, 60, light)
    return np.clip(light, 0, 255).astype(np.uint8)[:, :, None].repeat(3, axis=2)


if __name__ == "__main__":
    main()
