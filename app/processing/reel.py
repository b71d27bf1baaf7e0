"""Render several stretches of one recording one after another into one file: every frame and every sound of each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.errors import ProcessingFailed
from app.processing.film import MP4, Film
from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media, sound_streams
from app.processing.reading import Filled, every_frame, require_picture
from app.processing.render import SOUND_BITS, Order, coding_of, count_sounds, keep_looks
from app.processing.sound import SoundCut, SoundTrack, aac_cut, cut_sound

Report = Callable[[float, str], None]
Span = tuple[int, int]


def reel(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Render ``params["ranges"]`` ([in, out) frames, in the order wanted) of ``path`` into ``output``, an MP4.

    ``index``, ``rate_num`` and ``rate_den`` as for a render. Gives ``frames`` and ``repeated`` (damaged ones, where the
    one before stands in). Raises ProcessingFailed where a range does not lie in the recording.
    """
    source, output = Path(params["path"]), Path(params["output"])
    index = FrameIndex.load(Path(params["index"]))
    spans: list[Span] = [(int(start), int(stop)) for start, stop in params["ranges"]]
    if not spans or not all(0 <= start < stop <= len(index) for start, stop in spans):
        raise ProcessingFailed(
            say("Every clip must lie within the %(index)s frames of the recording.", index=f"{len(index):,}")
        )
    order = Order(source, output, 0, 0, "exact", None)
    whole = joined(index, spans)
    with ExitStack() as stack:
        container = stack.enter_context(open_media(source))
        target = stack.enter_context(av.open(str(output), "w", format="mp4", options=MP4))
        film = Film(target, whole, 0, coding_of(order, Fraction(params["rate_num"], params["rate_den"])))
        keep_looks(film.picture, require_picture(container), order)
        film.add_sounds([_sound(source, index, spans, number, target) for number in range(count_sounds(source))])
        for number in film.write(_frames(source, index, spans)):
            report(
                (number + 1) / len(whole),
                say("Rendering frame %(value)s of %(whole)s", value=f"{number + 1:,}", whole=f"{len(whole):,}"),
            )
    if film.frames != len(whole):
        raise ProcessingFailed(
            say("Only %(frames)s of %(whole)s frames came out.", frames=f"{film.frames:,}", whole=f"{len(whole):,}")
        )
    return {"frames": film.frames, "repeated": film.repeated}


def joined(index: FrameIndex, spans: list[Span]) -> FrameIndex:
    """Give the index of the whole: each frame as long as it is in the recording, one stretch right after another."""
    times, end = [], 0
    for start, stop in spans:
        times.append(index.pts[start:stop] - index.pts[start] + end)
        end += index.boundary(stop) - index.boundary(start)
    pts = np.concatenate(times)
    return replace(index, pts=pts, keys=np.zeros(len(pts), bool), end_pts=end, by_order=False)


def _frames(source: Path, index: FrameIndex, spans: list[Span]) -> Iterator[Filled]:
    done = 0
    for start, stop in spans:
        with open_media(source) as container:
            for found in every_frame(container, index, start, stop):
                yield Filled(done + found.number - start, found.frame, found.repeated)
        done += stop - start


def _sound(source: Path, index: FrameIndex, spans: list[Span], number: int, target: Any) -> SoundTrack:
    """Make one track of all stretches of a sound."""
    with open_media(source) as container:
        form = aac_cut(sound_streams(container)[number], Fraction(0), None)
    zero = Fraction(0) if index.by_order else index.first_pts * index.time_base
    cuts = [
        SoundCut(zero + index.offset(start), zero + index.offset(stop), form.rate, form.layout) for start, stop in spans
    ]
    return SoundTrack(target, _blocks(source, cuts, number), form, SOUND_BITS)


def _blocks(source: Path, cuts: list[SoundCut], number: int) -> Iterator[NDArray[np.float32]]:
    for cut in cuts:
        with open_media(source) as container:
            yield from cut_sound(container, sound_streams(container)[number], cut)
