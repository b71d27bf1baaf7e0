"""Hear with numbers: the samples of a file, and how late one sound is against another."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


def sound_of(path: Path, begins: float | None = None, stream: int = 0) -> NDArray[np.float32]:
    """Decode one sound to mono at 48 kHz, from ``begins`` seconds of the file's clock, or its first sample, on."""
    blocks, first = [], None
    resampler = av.AudioResampler("fltp", "mono", RATE)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=stream):
            first = frame.time if first is None else first
            frame.pts = None
            blocks += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    samples = np.concatenate(blocks)
    if begins is None:
        return samples
    offset = round((begins - (first or 0.0)) * RATE)
    return samples[offset:] if offset >= 0 else np.concatenate([np.zeros(-offset, np.float32), samples])


def lag_of(heard: NDArray[np.float32], wanted: NDArray[np.float32]) -> int:
    """Give by how many samples the first sound is late against the second (negative: early)."""
    length = 1 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, length) * np.conj(np.fft.rfft(wanted, length)))
    place = int(np.argmax(product))
    return place if place < length // 2 else place - length
