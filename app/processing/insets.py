"""Find the camera's picture within a picture: a rectangle that moves, with edges that stay."""

from collections import deque
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

# Pairs of pictures of a moment and a little later: (pairs, 2, rows, columns) of luma.
Pairs = NDArray[np.uint8]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

# A pixel moves when it changes by more than coding does, in so many of the pairs.
MOVES, MOVES_OFTEN = 3, 0.25
CELL = 4
BRIDGED = 3
LEAST_CELLS = 12
EDGE = 5.0
SIDES_TRIED = 5
REACH = 0.9
INWARD = 6
# A side counts as seen when its edge stays along so much of it.
SIDE_SEEN = 0.6
SIDE_OF_THE_FRAME = 0.5
SMALLER_IS_BETTER = 0.15


@dataclass(frozen=True)
class Rectangle:
    """Rows [top, bottom) and columns [left, right) of the small picture; ``sides``: how sure each seen edge is."""

    top: int
    left: int
    bottom: int
    right: int
    sides: tuple[float, ...] = ()

    @property
    def area(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def place(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def turned(self) -> "Rectangle":
        """Give the same with rows and columns exchanged."""
        return Rectangle(self.left, self.top, self.right, self.bottom)

    @property
    def seen(self) -> int:
        return sum(side >= SIDE_SEEN for side in self.sides)


def motion(pairs: Pairs) -> Plane:
    """Give, for each pixel, the share of the pairs in which it moves."""
    step = np.abs(pairs[:, 0].astype(np.int16) - pairs[:, 1])
    share: Plane = (step > MOVES).mean(axis=0).astype(np.float32)
    return share


def alive(pairs: Pairs, box: Rectangle) -> float:
    """Give the share of a box that moves at once, in the middle one of the pairs."""
    part = pairs[:, :, box.top : box.bottom, box.left : box.right].astype(np.int16)
    return float(np.median((np.abs(part[:, 0] - part[:, 1]) > MOVES).mean(axis=(1, 2))))


def moving_part(often: Plane) -> Rectangle | None:
    """Give the box around the part of the picture that moves most; None where nothing moves for long."""
    rows, columns = often.shape[0] // CELL, often.shape[1] // CELL
    cells = often[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL).max(axis=(1, 3))
    moving = cells >= MOVES_OFTEN
    joined = _grown(_shrunk(_grown(moving, BRIDGED), BRIDGED), 0)
    best, most = None, 0.0
    for part in _parts(joined):
        own = [place for place in part if moving[place]]
        weight = float(sum(cells[place] for place in own))
        if len(own) >= LEAST_CELLS and weight > most:
            best, most = own, weight
    if best is None:
        return None
    ys, xs = [y for y, _ in best], [x for _, x in best]
    return Rectangle(min(ys) * CELL, min(xs) * CELL, (max(ys) + 1) * CELL, (max(xs) + 1) * CELL)


def framed(pairs: Pairs, moving: Rectangle) -> Rectangle:
    """Widen what moves to the rectangle whose edges stay while all else changes; the frame's own edges count less."""
    frames = pairs[:, 0].astype(np.float32)
    across = np.median(np.abs(np.diff(frames, axis=2)), axis=0) >= EDGE
    down = np.median(np.abs(np.diff(frames, axis=1)), axis=0) >= EDGE
    height, width = frames.shape[1:]
    lefts = _candidates(across, moving, (moving.left, moving.right), outward=-1, end=0)
    rights = _candidates(across, moving, (moving.right, moving.left), outward=1, end=width)
    turned = moving.turned
    tops = _candidates(down.T, turned, (moving.top, moving.bottom), outward=-1, end=0)
    bottoms = _candidates(down.T, turned, (moving.bottom, moving.top), outward=1, end=height)
    best, most = moving, -1.0
    for left, right, top, bottom in product(lefts, rights, tops, bottoms):
        if right - left < 8 or bottom - top < 8:
            continue
        sides = (
            _side(across, left, (top, bottom), width),
            _side(across, right, (top, bottom), width),
            _side(down.T, top, (left, right), height),
            _side(down.T, bottom, (left, right), height),
        )
        score = sum(sides) - SMALLER_IS_BETTER * (right - left) * (bottom - top) / (width * height)
        if score > most:
            at_ends = (left == 0, right == width, top == 0, bottom == height)
            real = tuple(0.0 if end else side for side, end in zip(sides, at_ends, strict=True))
            best, most = Rectangle(top, left, bottom, right, real), score
    return best


def _candidates(edges: Mask, box: Rectangle, sides: tuple[int, int], *, outward: int, end: int) -> list[int]:
    """Give where a side may lie: where it was, the frame's end, and the strongest edges on the way there."""
    at, other = sides
    reach = max(16, round(REACH * abs(at - other)))
    span = range(max(1, min(at - INWARD, at + outward * reach, at + INWARD)), edges.shape[1])
    far = at + outward * reach
    low, high = (far, at + INWARD) if outward < 0 else (at - INWARD, far)
    places = [place for place in span if low <= place <= high]
    strength = sorted(places, key=lambda place: -_along(edges, place, (box.top, box.bottom)))
    near_end = [end] if abs(at - end) <= reach else []
    return sorted({at, *near_end, *strength[:SIDES_TRIED]})


def _side(edges: Mask, place: int, span: tuple[int, int], end: int) -> float:
    return SIDE_OF_THE_FRAME if place in (0, end) else _along(edges, place, span)


def _along(edges: Mask, place: int, span: tuple[int, int]) -> float:
    """Give the share of a side along which an edge stays; between two pixels it may fall on either."""
    near = edges[span[0] : span[1], max(0, place - 2) : place + 1]
    return float(near.any(axis=1).mean()) if near.size else 0.0


def _grown(mask: Mask, by: int) -> Mask:
    grown = mask
    for _ in range(by):
        wide = np.pad(grown, 1)
        grown = wide[1:-1, 1:-1] | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]
    return grown


def _shrunk(mask: Mask, by: int) -> Mask:
    return ~_grown(~mask, by)


def _parts(mask: Mask) -> list[list[tuple[int, int]]]:
    """Give the cells of each connected part."""
    left = mask.copy()
    parts = []
    for start in zip(*np.nonzero(mask), strict=True):
        if not left[start]:
            continue
        left[start] = False
        part, queue = [], deque([(int(start[0]), int(start[1]))])
        while queue:
            y, x = queue.popleft()
            part.append((y, x))
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if 0 <= near[0] < mask.shape[0] and 0 <= near[1] < mask.shape[1] and left[near]:
                    left[near] = False
                    queue.append(near)
        parts.append(part)
    return parts
