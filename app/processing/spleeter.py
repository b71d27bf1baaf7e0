"""Tell voices from instruments by a learned network: Spleeter's two stems (Hennequin et al. 2020), run by numpy.

The weights are data in TensorFlow's checkpoint format, read here without it: an index, which is a sorted table of
names, and one file of numbers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.errors import ProcessingFailed
from app.processing.spectrum import Spectra

INDEX, DATA = "model.index", "model.data-00000-of-00001"
MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER = 48
# The network looks at the lower half of the frequencies, up to 11 kHz.
SEEN = 1024
DEPTH = 6
EPSILON, SMALLEST = 1e-3, 1e-10
LEAK = np.float32(0.2)

Layer = NDArray[np.float32]
Weights = dict[str, Layer]


class Spleeter:
    """Two networks, one for voices and one for all else; what they claim divides the sound."""

    def __init__(self, folder: Path) -> None:
        self.weights = read_weights(folder)

    def __call__(self, spectra: Spectra) -> Spectra:
        """Give the voices' share of spectra of (2, FRAMES, BINS)."""
        seen = np.abs(spectra[:, :, :SEEN]).transpose(1, 2, 0).astype(np.float32)
        voice, rest = (np.square(self._claim(seen, number)) for number in range(2))
        share = (voice + SMALLEST / 2) / (voice + rest + SMALLEST)
        above = np.repeat(share.mean(axis=1, keepdims=True), spectra.shape[2] - SEEN, axis=1)
        mask = np.concatenate([share, above], axis=1).transpose(2, 0, 1)
        voices: Spectra = spectra * mask
        return voices

    def _claim(self, seen: Layer, number: int) -> Layer:
        skips, layer = [], seen
        for depth in range(DEPTH):
            skips.append(self._narrow(layer, f"conv2d{_nth(number * (DEPTH + 1) + depth)}"))
            layer = self._even(skips[-1], number * 2 * DEPTH + depth)
            layer = np.maximum(layer, LEAK * layer)
        layer = skips.pop()
        for depth in range(DEPTH):
            layer = self._widen(layer, f"conv2d_transpose{_nth(number * DEPTH + depth)}")
            layer = self._even(np.maximum(layer, 0), number * 2 * DEPTH + DEPTH + depth)
            if skips:
                layer = np.concatenate([skips.pop(), layer], axis=-1)
        return seen * self._judge(layer, f"conv2d{_nth(number * (DEPTH + 1) + DEPTH)}")

    def _narrow(self, layer: Layer, name: str) -> Layer:
        """Convolve by 5 by 5 and keep every other place; one row of silence before, two after."""
        padded = np.pad(layer, ((1, 2), (1, 2), (0, 0)))
        patches = sliding_window_view(padded, (5, 5), axis=(0, 1))[::2, ::2]
        return self._weighed(patches, name)

    def _judge(self, layer: Layer, name: str) -> Layer:
        """Convolve by 4 by 4 with a gap of one, and bring the result between 0 and 1."""
        padded = np.pad(layer, ((3, 3), (3, 3), (0, 0)))
        patches = sliding_window_view(padded, (7, 7), axis=(0, 1))[..., ::2, ::2]
        # Beyond it there is no difference that a number of this size could hold.
        judged = np.clip(self._weighed(patches, name), -80, 80)
        claimed: Layer = (1 / (1 + np.exp(-judged))).astype(np.float32)
        return claimed

    def _weighed(self, patches: Layer, name: str) -> Layer:
        kernel, bias = self.weights[f"{name}/kernel"], self.weights[f"{name}/bias"]
        rows, columns = patches.shape[:2]
        flat = patches.transpose(0, 1, 3, 4, 2).reshape(rows * columns, -1)
        result: Layer = (flat @ kernel.reshape(-1, kernel.shape[-1]) + bias).reshape(rows, columns, -1)
        return result

    def _widen(self, layer: Layer, name: str) -> Layer:
        """Do the reverse of `_narrow`: every place gives to the 5 by 5 around it."""
        kernel, bias = self.weights[f"{name}/kernel"], self.weights[f"{name}/bias"]
        rows, columns, _ = layer.shape
        out = kernel.shape[2]
        spread = layer.reshape(rows * columns, -1) @ kernel.transpose(3, 0, 1, 2).reshape(kernel.shape[3], -1)
        parts = spread.reshape(rows, columns, 5, 5, out)
        wide = np.zeros((2 * rows + 3, 2 * columns + 3, out), np.float32)
        for row in range(5):
            for column in range(5):
                wide[row : row + 2 * rows : 2, column : column + 2 * columns : 2] += parts[:, :, row, column]
        return wide[1 : 2 * rows + 1, 1 : 2 * columns + 1] + bias

    def _even(self, layer: Layer, number: int) -> Layer:
        """Bring a layer to the level it was learned at."""
        name = f"batch_normalization{_nth(number)}"
        mean, variance = self.weights[f"{name}/moving_mean"], self.weights[f"{name}/moving_variance"]
        scale = self.weights[f"{name}/gamma"] / np.sqrt(variance + EPSILON)
        evened: Layer = layer * scale + (self.weights[f"{name}/beta"] - mean * scale)
        return evened


def read_weights(folder: Path) -> Weights:
    """Return every layer by its name; raises ProcessingFailed where the files are not what they should be."""
    try:
        index, numbers = (folder / INDEX).read_bytes(), np.fromfile(folder / DATA, np.uint8)
    except OSError as error:
        raise ProcessingFailed(say("The model for stems is not where it was.")) from error
    if index[-8:] != MAGIC:
        raise ProcessingFailed(say("The model for stems is damaged. flask models verify says more."))
    found = {}
    for name, entry in _table(index):
        if name and entry.get(1) == 1:
            shape = [_fields(dim).get(1, 0) for dim in _dims(entry.get(2, b""))]
            begin, size = entry.get(4, 0), entry[5]
            found[name] = numbers[begin : begin + size].view(np.float32).reshape(shape)
    return found


def _nth(number: int) -> str:
    return f"_{number}" if number else ""


def _table(index: bytes) -> Iterator[tuple[str, dict[int, Any]]]:
    """Yield the entries of a sorted table in the order of their names."""
    footer = index[-FOOTER:]
    _, place = _varint(footer, 0)
    _, place = _varint(footer, place)
    begin, place = _varint(footer, place)
    size, _ = _varint(footer, place)
    for _, handle in _block(index[begin : begin + size]):
        at, place = _varint(handle, 0)
        length, _ = _varint(handle, place)
        for name, value in _block(index[at : at + length]):
            yield name.decode(), _fields(value)


def _block(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values; a name says only where it differs from the one before."""
    restarts = int.from_bytes(block[-4:], "little")
    end, place, name = len(block) - 4 * (restarts + 1), 0, b""
    while place < end:
        shared, place = _varint(block, place)
        own, place = _varint(block, place)
        length, place = _varint(block, place)
        name = name[:shared] + block[place : place + own]
        yield name, block[place + own : place + own + length]
        place += own + length


def _fields(message: bytes) -> dict[int, Any]:
    """Return a message's fields by number, the last of each."""
    return dict(_each_field(message))


def _dims(shape: bytes) -> list[bytes]:
    return [value for number, value in _each_field(shape) if number == 2]


def _each_field(message: bytes) -> Iterator[tuple[int, Any]]:
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == 0:
            value, place = _varint(message, place)
            yield key >> 3, value
        elif kind == 2:
            length, place = _varint(message, place)
            yield key >> 3, message[place : place + length]
            place += length
        else:
            place += 4 if kind == 5 else 8


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place, seven bits a byte, and the place behind it."""
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
