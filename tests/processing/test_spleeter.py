"""The network's parts do what their makers' do, and its weights are read out of their own format."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.processing.spleeter import DATA, DEPTH, INDEX, MAGIC, Spleeter, read_weights

FILTERS = (2, 16, 32, 64, 128, 256, 512)
BATCH_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def block(entries: list[tuple[bytes, bytes]]) -> bytes:
    """Write a table's block; each name says only what differs from the one before."""
    out, before = b"", b""
    for name, value in entries:
        shared = next((at for at, pair in enumerate(zip(before, name, strict=False)) if pair[0] != pair[1]), 0)
        own = name[shared:]
        out += varint(shared) + varint(len(own)) + varint(len(value)) + own + value
        before = name
    return out + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")


def save(folder: Path, layers: dict[str, NDArray[np.float32]]) -> None:
    """Write a checkpoint as TensorFlow does: a sorted table of names over one file of numbers."""
    entries, numbers = [(b"", b"\x08\x01")], b""
    for name, layer in sorted(layers.items()):
        dims = b"".join(b"\x12" + varint(len(size := b"\x08" + varint(n))) + size for n in layer.shape)
        place = b"\x20" + varint(len(numbers)) + b"\x28" + varint(layer.nbytes)
        entries.append((name.encode(), b"\x08\x01\x12" + varint(len(dims)) + dims + place + b"\x35" + b"\0" * 4))
        numbers += layer.tobytes()
    half = len(entries) // 2
    blocks, handles, index = [block(entries[:half]), block(entries[half:])], [], b""
    for each, last in zip(blocks, (entries[half - 1][0], entries[-1][0]), strict=True):
        handles.append((last, varint(len(index)) + varint(len(each))))
        index += each + b"\0" * 5
    table = block(handles)
    footer = varint(0) + varint(0) + varint(len(index)) + varint(len(table))
    (folder / INDEX).write_bytes(index + table + b"\0" * 5 + footer.ljust(40, b"\0") + MAGIC)
    (folder / DATA).write_bytes(numbers)


def random_layers(seed: int) -> dict[str, NDArray[np.float32]]:
    """Return layers of the network's own shapes, both voices of it."""
    chance = np.random.default_rng(seed)
    layers: dict[str, NDArray[np.float32]] = {}

    def add(name: str, *shape: int) -> None:
        layers[name] = np.abs(chance.normal(0, 0.02, shape)).astype(np.float32)

    def nth(number: int) -> str:
        return f"_{number}" if number else ""

    for net in range(2):
        for depth in range(DEPTH):
            conv, up = nth(net * (DEPTH + 1) + depth), nth(net * DEPTH + depth)
            add(f"conv2d{conv}/kernel", 5, 5, FILTERS[depth], FILTERS[depth + 1])
            add(f"conv2d{conv}/bias", FILTERS[depth + 1])
            out = FILTERS[DEPTH - 1 - depth] if depth < DEPTH - 1 else 1
            taken = FILTERS[DEPTH] if depth == 0 else 2 * FILTERS[DEPTH - depth]
            add(f"conv2d_transpose{up}/kernel", 5, 5, out, taken)
            add(f"conv2d_transpose{up}/bias", out)
            for place, size in ((depth, FILTERS[depth + 1]), (DEPTH + depth, out)):
                for part in BATCH_PARTS:
                    add(f"batch_normalization{nth(net * 2 * DEPTH + place)}/{part}", size)
        add(f"conv2d{nth(net * (DEPTH + 1) + DEPTH)}/kernel", 4, 4, 1, 2)
        add(f"conv2d{nth(net * (DEPTH + 1) + DEPTH)}/bias", 2)
    return layers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with weights drawn from a seed."""
    place = tmp_path_factory.mktemp("weights")
    save(place, random_layers(1))
    return place


def test_weights_are_read_as_they_were_written(folder: Path) -> None:
    layers, found = random_layers(1), read_weights(folder)

    assert set(found) == set(layers) and len(found) == 148
    assert all(np.array_equal(found[name], layer) for name, layer in layers.items())


def test_widening_is_the_reverse_of_narrowing(folder: Path) -> None:
    chance = np.random.default_rng(2)
    kernel = chance.normal(size=(5, 5, 3, 4)).astype(np.float32)
    network = Spleeter(folder)
    zeros = {"a/bias": np.zeros(4, np.float32), "b/bias": np.zeros(3, np.float32)}
    network.weights = {"a/kernel": kernel, "b/kernel": kernel, **zeros}
    wide = chance.normal(size=(8, 6, 3)).astype(np.float32)
    small = chance.normal(size=(4, 3, 4)).astype(np.float32)

    narrowed, widened = network._narrow(wide, "a"), network._widen(small, "b")

    assert (narrowed.shape, widened.shape) == ((4, 3, 4), (8, 6, 3))
    assert float((narrowed * small).sum()) == pytest.approx(float((wide * widened).sum()), rel=1e-4)


def test_narrowing_looks_one_place_back_and_three_ahead(folder: Path) -> None:
    network = Spleeter(folder)
    kernel = np.zeros((5, 5, 1, 1), np.float32)
    kernel[0, 0], kernel[4, 4] = 1, 10
    network.weights = {"a/kernel": kernel, "a/bias": np.zeros(1, np.float32)}
    layer = np.arange(64, dtype=np.float32).reshape(8, 8, 1)

    out = network._narrow(layer, "a")[:, :, 0]

    assert out[1, 1] == layer[1, 1, 0] + 10 * layer[5, 5, 0]
    assert out[0, 0] == 10 * layer[3, 3, 0]


def test_the_voices_share_is_between_nothing_and_all(folder: Path) -> None:
    chance = np.random.default_rng(4)
    spectra = (chance.normal(size=(2, 64, 2049)) + 1j * chance.normal(size=(2, 64, 2049))).astype(np.complex64)

    voices = Spleeter(folder)(spectra)

    share = np.abs(voices) / np.abs(spectra)
    assert voices.shape == spectra.shape
    assert share.min() >= 0 and share.max() <= 1.0001
    assert np.ptp(share[:, :, 1024:], axis=2).max() < 1e-4
