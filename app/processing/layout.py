"""Tell how a recording is laid out: a screen, a camera, both side by side, or one within the other."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from av.video.reformatter import VideoReformatter

from app.core.texts import say
from app.processing.frame_index import FrameIndex
from app.processing.indexing import index_of
from app.processing.insets import Mask, Pairs, Rectangle, alive, framed, motion, moving_part
from app.processing.opening import open_media
from app.processing.reading import hurry, read_frames, require_picture

Report = Callable[[float, str], None]

DEFAULT_SAMPLES, LEAST_SAMPLES = 60, 4
WIDTH, HEIGHT = 320, 180
# What is alive has moved after so long; a cursor has mostly not.
LATER_S = 0.25
DARK, NEARLY_BLACK = 24, 0.9
# Screens are mostly flat colour with sharp edges; a camera sees hardly any two points alike.
FLAT, LEAST_FLAT = 1, 0.35
WHOLE = 0.85
SPANS = 0.92
BAR, BAR_SPREAD = 40, 3
OVERLAPS = 0.3
# A cursor moves all the time as well, but little at once.
LEAST_ALIVE = 0.02
MARGIN = 6


@dataclass(frozen=True)
class Layout:
    """What was found; regions are (x, y, width, height) as shares of the picture, ``ratio`` the screen's share."""

    kind: str
    screen: tuple[float, float, float, float] | None
    camera: tuple[float, float, float, float] | None
    ratio: float | None
    confidence: float


UNKNOWN = Layout("unknown", None, None, None, 0.0)
ALL = (0.0, 0.0, 1.0, 1.0)


def layout(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Look at ``params["samples"]`` moments of the recording at ``params["path"]``, and at each a little later.

    Gives ``layout_type`` (side_by_side, picture_in_picture, screen_only, camera_only, unknown), ``screen_region``
    and ``camera_region`` ({x, y, width, height} as shares of the picture as displayed, or None), ``split_ratio``
    (the screen's share of the width side by side, else of the picture), ``confidence`` (0 for unknown), and
    ``frame`` and ``frame_ms``, the number of a frame that shows it well and when it is on screen.
    """
    path, index = Path(params["path"]), index_of(params)
    numbers, pairs = _sample(path, index, int(params.get("samples") or DEFAULT_SAMPLES), report)
    if len(pairs) == 0:
        return _answer(UNKNOWN, 0, 0)
    turns = -(int(params.get("rotation") or 0) // 90) % 4
    pairs = np.rot90(pairs, turns, axes=(2, 3))
    bright = [float(pair[0].std()) for pair in pairs]
    frame = numbers[int(np.argmax(bright))]
    return _answer(judge(pairs), frame, math.ceil(index.offset(frame) * 1000))


def judge(pairs: Pairs) -> Layout:
    """Tell the layout from pairs of small pictures."""
    lit = pairs[(pairs[:, 0] > DARK).mean(axis=(1, 2)) > 1 - NEARLY_BLACK]
    if len(lit) < LEAST_SAMPLES:
        return UNKNOWN
    often = motion(lit)
    moving = moving_part(often)
    flat = _flatness(lit)
    if moving is None or alive(lit, moving) < LEAST_ALIVE:
        still = float((often == 0).mean())
        return Layout("screen_only", ALL, None, 1.0, _sure(still, 0.5 + flat / 2))
    if moving.area >= WHOLE * often.size:
        return Layout("camera_only", None, ALL, 0.0, _sure(moving.area / often.size, 1 - flat))
    camera = framed(lit, moving)
    return _of_two(lit, camera, float(often[moving.place].mean()))


def _of_two(pairs: Pairs, camera: Rectangle, liveliness: float) -> Layout:
    """Judge a rectangle that moves: a camera's, all there is, or only a part of a screen or of a camera's picture."""
    height, width = pairs.shape[2:]
    outside = np.ones((height, width), bool)
    outside[camera.place] = False
    spans = camera.bottom - camera.top >= SPANS * height or camera.right - camera.left >= SPANS * width
    is_framed = camera.seen >= (1 if spans else 2) and camera.area < WHOLE * height * width
    flat = _flatness(pairs, outside)
    if flat < LEAST_FLAT or not outside.any():
        return Layout("camera_only", None, ALL, 0.0, _sure(1 - flat, 0.6 if is_framed else 0.9))
    if not is_framed:
        return Layout("screen_only", ALL, None, 1.0, _sure(flat, 0.6))
    sure = _sure(sum(camera.sides) / max(1, camera.seen), 0.5 + flat / 2, 0.5 + min(0.5, liveliness))
    content = outside & ~_bars(pairs, camera, outside)
    if _beyond(content.T, camera.turned) >= OVERLAPS:
        ratio = 1 - camera.area / (height * width)
        screen = _box(content | ~outside) or camera
        return Layout("picture_in_picture", _shares(screen, pairs), _shares(camera, pairs), ratio, sure)
    screen, camera = _apart(content, camera)
    ratio = (screen.right - screen.left) / (screen.right - screen.left + camera.right - camera.left)
    return Layout("side_by_side", _shares(screen, pairs), _shares(camera, pairs), ratio, sure)


def _bars(pairs: Pairs, camera: Rectangle, outside: Mask) -> Mask:
    """Mark the dark bars around screen and camera: the colour of the frame's ends, which never changes."""
    first, last = pairs[:, 0].min(axis=0).astype(np.int16), pairs[:, 0].max(axis=0).astype(np.int16)
    ends = np.zeros_like(outside)
    ends[[0, -1], :] = ends[:, [0, -1]] = True
    bar = int(np.median(last[ends & outside])) if (ends & outside).any() else BAR + 1
    bars = outside & (first >= bar - BAR_SPREAD) & (last <= bar + BAR_SPREAD)
    beside = outside & ~bars
    beside[
        max(0, camera.top - MARGIN) : camera.bottom + MARGIN, max(0, camera.left - MARGIN) : camera.right + MARGIN
    ] = False
    rest = _box(beside)
    # A dark slide is as dark as a bar, and lies behind its own words.
    is_slide = rest is None or bars[rest.place].sum() > OVERLAPS * rest.area
    return np.zeros_like(bars) if bar > BAR or is_slide else bars


def _beyond(content: Mask, camera: Rectangle) -> float:
    """Give how far the screen goes on to the left or right of the camera, in widths of the camera."""
    band = content[camera.top : camera.bottom]
    left, right = band[:, : camera.left].mean(axis=0), band[:, camera.right :].mean(axis=0)
    return max(float((left > 0.5).sum()), float((right > 0.5).sum())) / (camera.right - camera.left)


def _apart(content: Mask, camera: Rectangle) -> tuple[Rectangle, Rectangle]:
    """Give the screen as the box on the camera's wider side; a narrow strip on the other is the camera's too."""
    width = content.shape[1]
    on_left = camera.left >= width - camera.right
    side = content.copy()
    side[:, camera.left :] = side[:, camera.left :] & (not on_left)
    side[:, : camera.right] = side[:, : camera.right] & on_left
    strip = (
        content[camera.top : camera.bottom, camera.right :]
        if on_left
        else content[camera.top : camera.bottom, : camera.left]
    )
    reaches = bool(strip.size) and float(strip.mean()) > 0.5
    left, right = (
        (camera.left, width if reaches else camera.right) if on_left else (0 if reaches else camera.left, camera.right)
    )
    return _box(side) or camera, Rectangle(camera.top, left, camera.bottom, right, camera.sides)


def _box(mask: Mask) -> Rectangle | None:
    rows, columns = np.flatnonzero(mask.mean(axis=1) > 0.05), np.flatnonzero(mask.mean(axis=0) > 0.05)
    if not len(rows) or not len(columns):
        return None
    return Rectangle(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _flatness(pairs: Pairs, where: Mask | None = None) -> float:
    """Give the share of points like their neighbours to the right and below."""
    frames = pairs[:, 0].astype(np.int16)
    right = np.abs(frames[:, :-1, 1:] - frames[:, :-1, :-1])
    below = np.abs(frames[:, 1:, :-1] - frames[:, :-1, :-1])
    alike = (np.maximum(right, below) <= FLAT).mean(axis=0)
    chosen = alike if where is None else alike[where[:-1, :-1]]
    return float(chosen.mean()) if chosen.size else 0.0


def _sure(*parts: float) -> float:
    """Join how sure several signs are, as their geometric mean."""
    return float(np.prod([min(1.0, max(0.01, part)) for part in parts]) ** (1 / len(parts)))


def _shares(box: Rectangle, pairs: Pairs) -> tuple[float, float, float, float]:
    height, width = pairs.shape[2:]
    return (
        *(box.left / width, box.top / height),
        *((box.right - box.left) / width, (box.bottom - box.top) / height),
    )


def _sample(path: Path, index: FrameIndex, count: int, report: Report) -> tuple[list[int], Pairs]:
    """Give frame numbers over the whole recording, and each frame with the one a little later."""
    numbers, pairs, small = [], [], VideoReformatter()
    with open_media(path) as container:
        hurry(require_picture(container))
        for place, number in enumerate(_places(index, count)):
            later = max(number + 1, index.on_screen(index.seconds(number) + LATER_S))
            found = [*read_frames(container, index, number, later + 1)]
            if len(found) > 1:
                both = (
                    small.reformat(each.frame, WIDTH, HEIGHT, "gray", interpolation="AREA")
                    for each in found[:: len(found) - 1]
                )
                numbers.append(found[0].number)
                pairs.append([each.to_ndarray() for each in both])
            report(place / count, say("Looking at moment %(value)s of %(n)s", value=place + 1, n=count))
    return numbers, np.array(pairs, np.uint8)


def _places(index: FrameIndex, count: int) -> list[int]:
    """Give frames evenly over the recording, on key frames where those are near."""
    last = max(0, index.on_screen(index.seconds(len(index)) - LATER_S) - 1)
    even = [round((place + 0.5) * last / count) for place in range(count)]
    keys = [index.key_before(number) for number in even]
    return sorted(set(keys if len(set(keys)) >= count // 2 else even))


def _answer(found: Layout, frame: int, frame_ms: int) -> dict[str, Any]:
    names = ("x", "y", "width", "height")
    screen, camera = (
        dict(zip(names, (round(share, 4) for share in region), strict=True)) if region else None
        for region in (found.screen, found.camera)
    )
    return {
        "layout_type": found.kind,
        "screen_region": screen,
        "camera_region": camera,
        "split_ratio": None if found.ratio is None else round(found.ratio, 4),
        "confidence": round(found.confidence, 3),
        "frame": frame,
        "frame_ms": frame_ms,
    }
