"""Take still pictures: the poster and thumbnail, the filmstrip of the timeline, and exact frames."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.core.texts import say
from app.processing.errors import MediaRefused
from app.processing.frame_index import FrameIndex
from app.processing.indexing import index_of
from app.processing.opening import open_media
from app.processing.reading import Numbered, read_frames, read_keys
from app.processing.shaping import Shape, Shaper, fit

Report = Callable[[float, str], None]

POSTER_CANDIDATES = 8
POSTER_SIDE = 1280
THUMBNAIL = (640, 360)
TILE_HEIGHT = 90
MOST_TILES = 100
MOST_FRAMES = 200
LONGEST_FRAME_SIDE = 1920
# A recording of so few pixels is decoded whole, since it may have fewer key frames than tiles.
FEW_PIXELS = 500_000_000
GAP_WORTH_DECODING = 48
QUALITY = {"quality": 82, "optimize": False}


def poster(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Write the most telling of eight key frames to ``params["poster"]`` and ``params["thumbnail"]``.

    ``params``: ``path``, ``index``, ``width``, ``height``, ``rotation`` as the probe gave them. The poster has
    a long side of at most 1280; the thumbnail fills 640 by 360, cut at the edges. The most telling is the one
    whose brightness varies most, which passes over black and blank ones. Gives ``frame``, ``width``, ``height``.
    """
    index = index_of(params)
    width, height = fit(params["width"], params["height"], POSTER_SIDE)
    shaper = Shaper(Shape(width, height, params["rotation"], "rgb24"), "AREA")
    with open_media(Path(params["path"])) as container:
        candidates = sorted(set(_spread(index, POSTER_CANDIDATES, short=False)))
        variety = {number: _variety(frame) for number, frame in _frames_at(container, index, candidates)}
        best = max(variety, key=variety.__getitem__, default=0)
        picture = next((_pixels(shaper(frame)) for _, frame in read_frames(container, index, best, best + 1)), None)
    if picture is None:
        raise MediaRefused(say("Not one frame of this recording can be decoded."))
    image = Image.fromarray(picture)
    image.save(params["poster"], "JPEG", **QUALITY)
    ImageOps.fit(image, THUMBNAIL).save(params["thumbnail"], "JPEG", **QUALITY)
    report(1.0, say("Chose the poster"))
    return {"frame": best, "width": width, "height": height}


def filmstrip(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Write rows of small pictures, evenly spread over the recording, one JPEG for each density.

    ``params``: as for ``poster``, and ``strips``, a list of ``{"output": path, "tiles": 1..100}``. Gives
    ``tile_width``, ``tile_height`` and ``strips``: for each ``tiles``, the list of the frame really shown in
    each tile (a key frame near the tile's middle). Tile k of n stands for frames [k*len/n, (k+1)*len/n).
    """
    index = index_of(params)
    width, height = tile_size(params["width"], params["height"])
    shaper = Shaper(Shape(width, height, params["rotation"], "rgb24"), "AREA")
    short = len(index) * params["width"] * params["height"] <= FEW_PIXELS
    wanted = [_spread(index, min(MOST_TILES, strip["tiles"]), short) for strip in params["strips"]]
    tiles: dict[int, NDArray[np.uint8]] = {}
    with open_media(Path(params["path"])) as container:
        numbers = sorted(set().union(*wanted))
        for number, frame in _frames_at(container, index, numbers):
            tiles[number] = _pixels(shaper(frame))
            report(len(tiles) / len(numbers), f"Filmstrip: {len(tiles)} of {len(numbers)} pictures")
    if not tiles:
        raise MediaRefused(say("Not one frame of this recording can be decoded."))
    shown = [[_nearest(tiles, number) for number in row] for row in wanted]
    for strip, row in zip(params["strips"], shown, strict=True):
        Image.fromarray(np.hstack([tiles[number] for number in row])).save(strip["output"], "JPEG", **QUALITY)
    return {"tile_width": width, "tile_height": height, "strips": [{"tiles": row} for row in shown]}


def frames(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Write exact frames by number, as one JPEG each or side by side in one.

    ``params``: ``path``, ``index``, ``width``, ``height``, ``rotation``, ``numbers`` (at most 200),
    ``longest`` (the long side of each picture, at most 1920), and either ``folder`` (files are named
    ``frame-NUMBER.jpg``) or ``output`` (one row in the order of the numbers). Gives ``width``, ``height`` of
    one picture and ``frames``, the numbers written; one that cannot be decoded is left out.
    """
    index = index_of(params)
    numbers = sorted({number for number in params["numbers"] if 0 <= number < len(index)})[:MOST_FRAMES]
    width, height = fit(params["width"], params["height"], min(params["longest"], LONGEST_FRAME_SIDE))
    shaper = Shaper(Shape(width, height, params["rotation"], "rgb24"), "AREA")
    written: dict[int, NDArray[np.uint8]] = {}
    with open_media(Path(params["path"])) as container:
        for number, frame in exact_frames(container, index, numbers):
            picture = _pixels(shaper(frame))
            if "folder" in params:
                Image.fromarray(picture).save(Path(params["folder"]) / f"frame-{number}.jpg", "JPEG", **QUALITY)
            written[number] = picture
            report(len(written) / len(numbers), f"Frame {number}")
    if "output" in params and written:
        Image.fromarray(np.hstack(list(written.values()))).save(params["output"], "JPEG", **QUALITY)
    return {"width": width, "height": height, "frames": list(written)}


def tile_size(width: int, height: int) -> tuple[int, int]:
    """Give the size of a filmstrip's tile: 90 high, as wide as the picture's shape asks."""
    return max(16, min(320, round(TILE_HEIGHT * width / height))), TILE_HEIGHT


def exact_frames(container: InputContainer, index: FrameIndex, numbers: Sequence[int]) -> Iterator[Numbered]:
    """Yield the frames asked for, sorted, decoding on between those that lie close together."""
    for group in _groups(numbers):
        wanted = set(group)
        for found in read_frames(container, index, group[0], group[-1] + 1):
            if found.number in wanted:
                yield found


def _groups(numbers: Sequence[int]) -> list[list[int]]:
    groups: list[list[int]] = [list(numbers[:1])] if numbers else []
    for before, number in pairwise(numbers):
        if number - before > GAP_WORTH_DECODING:
            groups.append([])
        groups[-1].append(number)
    return groups


def _spread(index: FrameIndex, count: int, short: bool) -> list[int]:
    """Choose the frame for each of ``count`` tiles: the one in its middle, or the key frame nearest to it."""
    count = min(count, len(index))
    middles = [(2 * tile + 1) * len(index) // (2 * count) for tile in range(count)]
    keys = np.flatnonzero(index.keys)
    if index.by_order or (short and len(keys) < count):
        return middles
    return [int(keys[np.argmin(np.abs(keys - middle))]) for middle in middles]


def _frames_at(container: InputContainer, index: FrameIndex, numbers: Sequence[int]) -> Iterator[Numbered]:
    """Yield frames by the cheapest way: key frames alone by seeking, others by decoding."""
    if index.by_order or not all(index.keys[number] for number in numbers):
        wanted = set(numbers)
        yield from (found for found in read_frames(container, index, 0, max(numbers) + 1) if found.number in wanted)
        return
    yield from read_keys(container, index, numbers)


def _nearest(tiles: dict[int, NDArray[np.uint8]], number: int) -> int:
    return number if number in tiles else min(tiles, key=lambda tile: abs(tile - number))


def _variety(frame: VideoFrame) -> float:
    """Give how much the brightness varies over a picture."""
    small = frame.reformat(width=160, height=90, format="gray", interpolation="AREA")
    return float(small.to_ndarray().std())


def _pixels(frame: VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(), np.uint8)
