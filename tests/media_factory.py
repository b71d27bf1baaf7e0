"""Make tiny recordings for tests, each frame carrying its own number as a barcode.

``make_video(path)`` and ``make_audio(path)`` need no arguments; what they take is written on
``VideoSpec`` and ``AudioSpec``. ``frame_number(picture)`` reads the number back from a decoded frame.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

BITS = 16
Sound = Callable[[NDArray[np.float64]], NDArray[np.float64]]

OPTIONS = {
    "libx264": {"preset": "ultrafast", "bf": "2", "g": "12", "x264-params": "scenecut=0"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12:bframes=2"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "b": "600k", "g": "12"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "0", "g": "12"},
    "libsvtav1": {"preset": "12", "crf": "20", "g": "12", "svtav1-params": "lp=1"},
    "mpeg2video": {"q:v": "3", "qmin": "2", "qmax": "4", "bf": "2", "g": "12"},
    "mpeg4": {"qmin": "2", "qmax": "4", "g": "12"},
    "prores_ks": {"profile": "1"},
    "mjpeg": {"qmin": "2", "qmax": "4"},
}
PIXELS = {"prores_ks": "yuv422p10le", "mjpeg": "yuvj420p"}
SOUND_FOR = {".webm": "libopus", ".mkv": "flac", ".avi": "pcm_s16le", ".mxf": "pcm_s16le", ".ts": "mp2"}


def sweep(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """A rising tone with a click each half second: no stretch of it is like another."""
    tone = 0.3 * np.sin(2 * np.pi * (220 * seconds + 35 * seconds**2))
    return np.where(seconds % 0.5 < 0.002, 0.9, tone)


def silent_between(start: float, end: float, sound: Sound = sweep) -> Sound:
    """The same sound with digital silence from ``start`` to ``end`` seconds."""
    return lambda t: np.where((t >= start) & (t < end), 0.0, sound(t))


@dataclass(frozen=True)
class VideoSpec:
    """What to make; ``pts`` (in ``time_base``) makes the rate variable and sets the frame count."""

    seconds: float = 2
    rate: tuple[int, int] = (25, 1)
    size: tuple[int, int] = (160, 90)
    codec: str = "libx264"
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    mux_options: dict[str, str] = field(default_factory=dict)
    pixels: str | None = None
    pts: Sequence[int] | None = None
    time_base: tuple[int, int] | None = None
    timecode: str | None = None
    rotation: int = 0
    sound: Sound | None = sweep
    sound_codec: str | None = None
    sound_rate: int = 48_000
    draw: Callable[[int, tuple[int, int]], NDArray[np.uint8]] | None = None


@dataclass(frozen=True)
class AudioSpec:
    """What sound to make; the container follows the file name."""

    seconds: float = 2
    sample_rate: int = 48_000
    channels: int = 2
    codec: str | None = None
    format: str | None = None
    sound: Sound = sweep


AUDIO_CODECS = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "libmp3lame", ".m4a": "aac", ".aac": "aac"}
AUDIO_CODECS |= {".ogg": "libopus", ".opus": "libopus"}


def make_video(path: Path, **settings: Any) -> Path:
    """Write a recording as ``VideoSpec`` says and give its path back."""
    spec = VideoSpec(**settings)
    with _usual_priority(), av.open(str(path), "w", format=spec.format, options=spec.mux_options) as output:
        picture = _video_stream(output, spec)
        sound = _sound_stream(output, path, spec) if spec.sound else None
        for packet in _packets(picture, sound, spec):
            output.mux(packet)
    return path


def make_audio(path: Path, **settings: Any) -> Path:
    """Write a sound as ``AudioSpec`` says and give its path back."""
    spec = AudioSpec(**settings)
    with av.open(str(path), "w", format=spec.format) as output:
        codec = spec.codec or AUDIO_CODECS[path.suffix]
        stream = output.add_stream(codec, rate=spec.sample_rate)
        stream.layout = "mono" if spec.channels == 1 else "stereo"
        for frame in _sound_frames(stream, spec.sound, spec.seconds):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@contextmanager
def _usual_priority() -> Iterator[None]:
    """SVT-AV1, run as root, leaves the thread that opens it at real-time priority 99, and all it starts later."""
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


def numbered_picture(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw a frame: its number as black and white bars on top, a moving disc and a moving slope below."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = (columns * 2 + number * 7) % 256
    picture[..., 1] = (rows * 3 + number * 5) % 256
    picture[..., 2] = 96
    centre = (20 + number * 9) % width
    picture[(columns - centre) ** 2 + (rows - height * 2 // 3) ** 2 < (height // 5) ** 2] = (250, 240, 90)
    bars = np.repeat([255 * (number >> (BITS - 1 - bit) & 1) for bit in range(BITS)], width // BITS)
    picture[: height // 4, : len(bars)] = bars[None, :, None]
    return picture


def frame_number(frame: av.VideoFrame | NDArray[np.uint8]) -> int:
    """Read the number off a decoded frame, or off its luma or RGB as an array."""
    luma = frame if isinstance(frame, np.ndarray) else frame.to_ndarray(format="gray")
    luma = luma.mean(axis=2) if luma.ndim == 3 else luma
    height, width = luma.shape
    step = width // BITS
    row = luma[height // 16 : height // 6].mean(axis=0)
    bits = [row[step * bit + step // 4 : step * bit + step - step // 4].mean() > 127 for bit in range(BITS)]
    return int("".join("1" if bit else "0" for bit in bits), 2)


def frame_numbers(path: Path) -> list[int]:
    """Decode a whole file and read the number of every frame."""
    with av.open(str(path)) as container:
        return [frame_number(frame) for frame in container.decode(video=0)]


def _video_stream(output: av.container.OutputContainer, spec: VideoSpec) -> Any:
    rate = Fraction(*spec.rate)
    stream = output.add_stream(spec.codec, rate=rate, options=OPTIONS.get(spec.codec, {}) | spec.options)
    stream.width, stream.height = spec.size
    stream.pix_fmt = spec.pixels or PIXELS.get(spec.codec, "yuv420p")
    stream.codec_context.thread_count = 1
    if spec.time_base:
        stream.time_base = stream.codec_context.time_base = Fraction(*spec.time_base)
    if spec.timecode:
        stream.metadata["timecode"] = spec.timecode
    if spec.rotation:
        stream.set_display_rotation(spec.rotation)
    return stream


def _sound_stream(output: av.container.OutputContainer, path: Path, spec: VideoSpec) -> Any:
    stream = output.add_stream(spec.sound_codec or SOUND_FOR.get(path.suffix, "aac"), rate=spec.sound_rate)
    stream.layout = "stereo"
    return stream


def _packets(picture: Any, sound: Any, spec: VideoSpec) -> Iterator[Any]:
    """Yield the packets of both streams, picture and sound taking turns by time."""
    tick = Fraction(*(spec.time_base or spec.rate[::-1]))
    times = spec.pts if spec.pts is not None else range(round(spec.seconds * Fraction(*spec.rate)))
    pieces = iter(()) if sound is None else _sound_frames(sound, spec.sound or sweep, _length(times, tick, spec))
    heard = Fraction(0)
    for number, pts in enumerate(times):
        frame = av.VideoFrame.from_ndarray((spec.draw or numbered_picture)(number, spec.size), format="rgb24")
        frame = frame.reformat(format=picture.pix_fmt)
        frame.pts, frame.time_base = pts, tick
        yield from picture.encode(frame)
        while heard <= (pts - times[0]) * tick and (piece := next(pieces, None)) is not None:
            heard += Fraction(piece.samples, piece.sample_rate)
            yield from sound.encode(piece)
    yield from picture.encode(None)
    for piece in pieces:
        yield from sound.encode(piece)
    yield from [] if sound is None else sound.encode(None)


def _length(times: Sequence[int], tick: Fraction, spec: VideoSpec) -> float:
    return float((times[-1] - times[0] + 1) * tick) if spec.pts is not None else spec.seconds


def _sound_frames(stream: Any, sound: Sound, seconds: float) -> Iterator[av.AudioFrame]:
    context = stream.codec_context
    if not context.is_open:
        context.open()
    rate, total, size = stream.rate, round(seconds * stream.rate), context.frame_size or 1024
    for start in range(0, total, size):
        times = np.arange(start, min(start + size, total)) / rate
        samples = np.repeat((sound(times) * 32000).astype(np.int16)[None, :], context.layout.nb_channels, axis=0)
        piece = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1).copy(), format="s16", layout=context.layout.name)
        piece.sample_rate, piece.pts, piece.time_base = rate, start, Fraction(1, rate)
        yield piece
