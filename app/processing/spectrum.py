"""Change sound by its frequencies: overlapping windows, taken apart and put together again block by block."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

WINDOW, HOP = 4096, 1024
# So many windows at a time: 11.9 s at 44.1 kHz.
FRAMES = 512
BLOCK = FRAMES * HOP
BINS = WINDOW // 2 + 1
# What of a window lies over the ones behind it.
TAIL = WINDOW - HOP
# Periodic Hann, before and after: where four windows lie over each other their squares make 1.5.
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
SUM_OF_SQUARES = np.float32(1.5)

Sound = NDArray[np.float32]
Spectra = NDArray[np.complexfloating[Any, Any]]
Change = Callable[[Spectra], Spectra]


def changed(blocks: Iterator[Sound], change: Change) -> Iterator[Sound]:
    """Yield the sound as ``change`` leaves it, as long as it came in.

    ``blocks`` are (channels, BLOCK) samples, the last one shorter; ``change`` gets and gives the spectra of
    (channels, FRAMES, BINS).
    """
    carried = unfinished = np.zeros((0, TAIL), np.float32)
    came = gave = 0
    skip = TAIL
    for block in _padded(blocks):
        if not len(carried):
            carried = unfinished = np.zeros((len(block.samples), TAIL), np.float32)
        came += block.real
        held = np.concatenate([carried, block.samples], axis=1)
        carried = held[:, BLOCK:]
        whole = _together(change(_apart(held)))
        whole[:, :TAIL] += unfinished
        unfinished = whole[:, BLOCK:].copy()
        ready = whole[:, skip:BLOCK][:, : came - gave]
        # The first window begins in the silence before the sound.
        skip = 0
        gave += ready.shape[1]
        yield ready


class _Block:
    """A whole block, and how many of its samples are real."""

    def __init__(self, samples: Sound) -> None:
        self.real = samples.shape[1]
        self.samples = np.pad(samples, ((0, 0), (0, BLOCK - self.real)))


def _padded(blocks: Iterator[Sound]) -> Iterator[_Block]:
    """Yield whole blocks, and silence behind them until the last window has come out."""
    last: _Block | None = None
    for samples in blocks:
        last = _Block(samples)
        yield last
    if last is not None and last.real > BLOCK - TAIL:
        yield _Block(np.zeros((len(last.samples), 0), np.float32))


def _apart(sound: Sound) -> Spectra:
    windows = sliding_window_view(sound, WINDOW, axis=1)[:, ::HOP]
    return np.fft.rfft(windows * HANN, axis=-1)


def _together(spectra: Spectra) -> Sound:
    windows = np.fft.irfft(spectra, WINDOW, axis=-1).astype(np.float32) * (HANN / SUM_OF_SQUARES)
    sound = np.zeros((len(windows), BLOCK + TAIL), np.float32)
    for number in range(WINDOW // HOP):
        # Every fourth window: they stand side by side.
        side = windows[:, number :: WINDOW // HOP].reshape(len(windows), -1)
        begin = number * HOP
        sound[:, begin : begin + side.shape[1]] += side
    return sound
