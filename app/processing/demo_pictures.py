"""Pictures for the sample recording: slides with a speaker in the corner, and three short films of shapes.

Painted straight into the planes the encoder takes (all brightness rows, then both colours at half size),
so that 75 seconds are made in a few.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720
CAMERA = (984, 496, 256, 184)
LABEL_AT = (32, 664)
PAPER, INK, ACCENT, QUIET = (246, 244, 239), (34, 36, 38), (0, 104, 112), (120, 122, 124)

SLIDES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Every frame has a name", ("A sample recording,", "drawn and sounded here.", "Cut it as you like.")),
    ("Timecode", ("Hours, minutes, seconds, frames", "Here 25 frames make a second.", "Frames count from 00 to 24.")),
    ("Drop-frame", ("29.97 frames a second is not 30.", "Two labels a minute are left out,", "and never a frame.")),
    ("In and out", ("The first frame kept is the in point.", "The last one kept is the one you see.", "Both show.")),
    ("What to try", ("Mark a clip with I and O.", "Render it, read its certificate.", "Then see who changed what.")),
)
# Three colours of each film: ground, shapes and accents, as RGB.
FILMS = (
    ((28, 44, 68), (222, 120, 60), (240, 214, 120)),
    ((56, 84, 60), (206, 222, 170), (120, 40, 60)),
    ((92, 52, 84), (120, 200, 214), (250, 240, 220)),
)

Planes = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """What is seen in a stretch: "slide", "film" or "black", and which of them."""

    kind: str
    number: int


class Painter:
    """Paint frame after frame."""

    def __init__(self) -> None:
        self._glyphs = _glyphs("0123456789:")
        self._columns = np.arange(WIDTH)
        self._rows = np.arange(HEIGHT)[:, None]

    def paint(self, part: Part, seconds: float, label: str) -> Planes:
        """Give one frame as planes of (1080, 1280): ``seconds`` into its part, with a timecode in the corner."""
        if part.kind == "black":
            return _blank(16)
        planes = self._slide(part.number, seconds) if part.kind == "slide" else self._film(part.number, seconds)
        strip = np.hstack([self._glyphs[character] for character in label])
        left, top = LABEL_AT
        area = planes[top : top + strip.shape[0], left : left + strip.shape[1]]
        area[:] = np.where(strip > 0, strip, 24)
        return planes

    def _slide(self, number: int, seconds: float) -> Planes:
        planes = _slide_planes(number).copy()
        left, top, width, height = CAMERA
        rows, columns = self._rows[:height], self._columns[:width]
        sway = 14 * np.sin(1.7 * seconds + number)
        nod = 5 * np.sin(4.1 * seconds)
        head = (columns - width / 2 - sway) ** 2 + (rows - 74 - nod) ** 2 < 40**2
        body = ((columns - width / 2 - sway / 2) / 84) ** 2 + ((rows - 190) / 72) ** 2 < 1
        speaking = 4 + 7 * abs(np.sin(9.0 * seconds))
        mouth = ((columns - width / 2 - sway) / 13) ** 2 + ((rows - 92 - nod) / speaking) ** 2 < 1
        camera = np.where(body, 70, 108 + rows // 8)
        camera = np.where(head, 178, camera)
        planes[top : top + height, left : left + width] = np.where(mouth, 60, camera)
        return planes

    def _film(self, number: int, seconds: float) -> Planes:
        ground, shape, accent = (_as_yuv(colour) for colour in FILMS[number])
        planes = _blank(ground[0], ground[1], ground[2])
        luma = planes[:HEIGHT]
        across = np.rint(10 * np.sin(self._columns / 90 + 1.3 * seconds)).astype(np.int16)
        down = np.rint(10 * np.sin(self._rows / 70 - 0.9 * seconds)).astype(np.int16)
        # Every ground is bright enough for the waves not to pass below black.
        luma[:] = ground[0] + across + down
        for place in range(3):
            x = 160 + (220 * seconds * (1 + 0.3 * place) + 380 * place) % (WIDTH - 320)
            y = HEIGHT / 2 + 190 * np.sin(1.1 * seconds + 2.1 * place)
            self._disc(planes, (x, y, 96 - 20 * place), accent if place == 1 else shape)
        return planes

    def _disc(self, planes: Planes, circle: tuple[float, float, float], colour: tuple[int, int, int]) -> None:
        x, y, radius = circle
        # Only the square around it is looked at; even edges, so that the colours' half size fits.
        left, top, size = int(x - radius) // 2 * 2, int(y - radius) // 2 * 2, int(radius) * 2 + 4
        rows, columns = np.ogrid[top : top + size, left : left + size]
        inside = (columns - x) ** 2 + (rows - y) ** 2 < radius**2
        planes[top : top + size, left : left + size][inside] = colour[0]
        half = (slice(top // 2, (top + size) // 2), slice(left // 2, (left + size) // 2))
        for plane, value in zip(_colour_planes(planes), colour[1:], strict=True):
            plane[half][inside[::2, ::2]] = value


def _blank(luma: int, blue: int = 128, red: int = 128) -> Planes:
    planes = np.full((HEIGHT * 3 // 2, WIDTH), luma, np.uint8)
    for plane, value in zip(_colour_planes(planes), (blue, red), strict=True):
        plane[:] = value
    return planes


def _colour_planes(planes: Planes) -> tuple[Planes, Planes]:
    """Give views of both colour planes as (360, 640)."""
    flat = planes[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    return flat[0], flat[1]


def _as_yuv(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Turn a colour into brightness and two colour differences, BT.601 in the range of television."""
    red, green, blue = colour
    luma = 16 + (65.738 * red + 129.057 * green + 25.064 * blue) / 256
    u = 128 + (-37.945 * red - 74.494 * green + 112.439 * blue) / 256
    v = 128 + (112.439 * red - 94.154 * green - 18.285 * blue) / 256
    return round(luma), round(u), round(v)


@lru_cache(maxsize=len(SLIDES))
def _slide_planes(number: int) -> Planes:
    """Draw a slide once; a round border marks the speaker's place."""
    title, lines = SLIDES[number]
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 18, HEIGHT), fill=ACCENT)
    draw.text((90, 84), title, INK, ImageFont.load_default(72))
    for row, line in enumerate(lines):
        top = 236 + 92 * row
        draw.ellipse((94, top + 16, 112, top + 34), fill=ACCENT)
        draw.text((140, top), line, INK, ImageFont.load_default(40))
    draw.text((1180, 44), f"{number + 1}", QUIET, ImageFont.load_default(34))
    left, top, width, height = CAMERA
    draw.rectangle((left - 4, top - 4, left + width + 3, top + height + 3), outline=QUIET, width=2)
    return _to_planes(np.asarray(page))


def _to_planes(picture: NDArray[np.uint8]) -> Planes:
    red, green, blue = (picture[..., channel].astype(np.float32) for channel in range(3))
    luma = 16 + (65.738 * red + 129.057 * green + 25.064 * blue) / 256
    u = 128 + (-37.945 * red - 74.494 * green + 112.439 * blue) / 256
    v = 128 + (112.439 * red - 94.154 * green - 18.285 * blue) / 256
    colours = np.stack([plane[::2, ::2] for plane in (u, v)]).reshape(HEIGHT // 2, WIDTH)
    planes: Planes = np.rint(np.vstack([luma, colours])).astype(np.uint8)
    return planes


def _glyphs(characters: str) -> dict[str, NDArray[np.uint8]]:
    """Draw the digits of the timecode, all equally wide, in brightness alone."""
    font = ImageFont.load_default(26)
    glyphs = {}
    for character in characters:
        box = Image.new("L", (18, 36), 0)
        ImageDraw.Draw(box).text((9, 18), character, 235, font, anchor="mm")
        glyphs[character] = np.asarray(box)
    return glyphs
