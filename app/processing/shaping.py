"""Give frames the size, the pixel format and the turn the output needs."""

from dataclasses import dataclass
from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from app.core.texts import say
from app.processing.errors import ProcessingFailed

THREADS = 2


@dataclass(frozen=True)
class Shape:
    """What frames should become: the size as displayed, after turning by ``rotation`` degrees clockwise."""

    width: int
    height: int
    rotation: int = 0
    pixels: str = "yuv420p"

    @property
    def before_turning(self) -> tuple[int, int]:
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)


def fit(width: int, height: int, longest: int, even: bool = True) -> tuple[int, int]:
    """Scale a size down, never up, until its longer side is at most ``longest``; even numbers for video."""
    scale = min(Fraction(1), Fraction(longest, max(width, height)))
    step = 2 if even else 1
    return tuple(max(step, round(side * scale / step) * step) for side in (width, height))  # type: ignore[return-value]


class Shaper:
    """Shape frame after frame, also when the source changes its size or format on the way."""

    def __init__(self, shape: Shape, interpolation: str = "BILINEAR") -> None:
        self.shape = shape
        self._interpolation = interpolation
        self._reformatter = VideoReformatter()
        self._turn = self._build() if shape.rotation else None

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        width, height = self.shape.before_turning
        if (frame.width, frame.height, frame.format.name) != (width, height, self.shape.pixels):
            frame = self._reformat(frame, width, height)
        if self._turn is None:
            return frame
        self._turn.vpush(frame)
        return self._turn.vpull()

    def _reformat(self, frame: VideoFrame, width: int, height: int) -> VideoFrame:
        pixels, how = self.shape.pixels, self._interpolation
        try:
            return self._reformatter.reformat(frame, width, height, pixels, interpolation=how, threads=THREADS)
        except OSError as error:
            reason = say("Pictures of the kind %(name)s cannot be shown here.", name=frame.format.name)
            raise ProcessingFailed(reason) from error

    def _build(self) -> Graph:
        graph = Graph()
        width, height = self.shape.before_turning
        pixels = VideoFrame(width, height, self.shape.pixels).format
        source = graph.add_buffer(width=width, height=height, format=pixels, time_base=Fraction(1, 1000))
        if self.shape.rotation == 180:
            steps = [graph.add("hflip"), graph.add("vflip")]
        else:
            steps = [graph.add("transpose", "clock" if self.shape.rotation == 90 else "cclock")]
        graph.link_nodes(source, *steps, graph.add("buffersink")).configure()
        return graph
