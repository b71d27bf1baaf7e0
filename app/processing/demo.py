"""Make the sample recording: a short talk with slides, film and pauses, drawn and sounded here.

Nothing in it is anyone's: it shows what Rushes finds (cuts, slides, silence, black) on the first day.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.core.timecode import format_timecode, parse_timecode
from app.processing.demo_pictures import HEIGHT, WIDTH, Painter, Part
from app.processing.demo_sound import SAMPLE_RATE, music, voice
from app.processing.film import MP4
from app.processing.sound import SoundCut, SoundTrack

Report = Callable[[float, str], None]

RATE = 25
START = "10:00:00:00"
ENCODER = {"preset": "superfast", "crf": "21", "bf": "2"}
SOUND_BITS = 128_000
BLOCK = 4096

# Seconds each part lasts, what is seen, and whether a voice, music or nothing is heard.
PARTS: tuple[tuple[int, Part, str], ...] = (
    (11, Part("slide", 0), "voice"),
    (12, Part("slide", 1), "voice"),
    (8, Part("film", 0), "music"),
    (12, Part("slide", 2), "voice"),
    (6, Part("film", 1), "music"),
    (3, Part("black", 0), "nothing"),
    (11, Part("slide", 3), "voice"),
    (5, Part("film", 2), "music"),
    (7, Part("slide", 4), "voice"),
)


def demo(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Write the sample recording to ``params["output"]``: MP4, 1280 by 720, 25 frames a second, 75 seconds.

    Gives ``frames``, ``cuts`` (the first frame of each part but the first), ``start_timecode``, ``file_size``.
    """
    output = Path(params["output"])
    lengths = [seconds * RATE for seconds, _, _ in PARTS]
    total = sum(lengths)
    with av.open(str(output), "w", format="mp4", options=MP4) as target:
        target.metadata["title"] = "Sample recording"
        picture: Any = target.add_stream("libx264", rate=RATE, options={"g": str(2 * RATE), **ENCODER})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.metadata["timecode"] = START
        length = Fraction(total, RATE)
        sound = SoundTrack(target, _blocks(), SoundCut(Fraction(0), length, SAMPLE_RATE, "stereo"), SOUND_BITS)
        for number, frame in enumerate(_frames()):
            sound.until(Fraction(number, RATE))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            target.mux(picture.encode(frame))
            report(
                number / total,
                say(
                    "Drawing the sample recording: second %(value)s of %(value2)s",
                    value=number // RATE,
                    value2=total // RATE,
                ),
            )
        target.mux(picture.encode(None))
        sound.finish()
    cuts = np.cumsum(lengths)[:-1].tolist()
    return {"frames": total, "cuts": cuts, "start_timecode": START, "file_size": output.stat().st_size}


def _frames() -> Iterator[av.VideoFrame]:
    painter = Painter()
    start = parse_timecode(START, RATE, 1)
    number = 0
    for seconds, part, _ in PARTS:
        for within in range(seconds * RATE):
            label = format_timecode(number, RATE, 1, start_frames=start)
            yield av.VideoFrame.from_ndarray(painter.paint(part, within / RATE, label), format="yuv420p")
            number += 1


def _blocks() -> Iterator[NDArray[np.float32]]:
    """Yield the sound in small blocks, the same on both sides."""
    for number, (seconds, _, kind) in enumerate(PARTS):
        if kind == "voice":
            samples = voice(seconds, seed=number)
        elif kind == "music":
            samples = music(seconds, seed=number)
        else:
            samples = np.zeros(seconds * SAMPLE_RATE, np.float32)
        for begin in range(0, len(samples), BLOCK):
            yield np.repeat(samples[None, begin : begin + BLOCK], 2, axis=0)
