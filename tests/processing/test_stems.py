"""Voices are parted from instruments: better than leaving them together, in step, and adding up to the whole."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.processing.errors import ProcessingFailed
from app.processing.sandbox import run_sync
from app.processing.spectrum import BLOCK, TAIL, changed
from app.processing.spleeter import DATA, INDEX, read_weights
from app.processing.stems import centre, stems
from tests.processing.conftest import silently
from tests.processing.sounds import lag_of
from tests.sung import RATE, Sound, sdr, tune, write


def decoded(path: Path) -> Sound:
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.asarray(np.concatenate(blocks, axis=1), np.float32)


def part(path: Path, folder: Path, **params: Any) -> dict[str, Any]:
    outputs = {name: str(folder / f"{name}.m4a") for name in ("vocals", "instrumental")}
    return stems({"path": str(path), **outputs, **params}, silently)


@pytest.mark.parametrize("count", [100, BLOCK - TAIL, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 7])
def test_what_is_not_changed_comes_out_as_it_went_in(count: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (2, count)).astype(np.float32)
    blocks = [sound[:, at : at + BLOCK] for at in range(0, count, BLOCK)]

    out = np.concatenate(list(changed(iter(blocks), lambda spectra: spectra)), axis=1)

    assert out.shape == sound.shape
    assert np.abs(out - sound).max() < 1e-6


def test_a_voice_in_the_middle_is_parted_from_wide_instruments(tmp_path: Path) -> None:
    voice, music = tune(31, 8, width=1.0)
    source = write(tmp_path / "song.wav", voice + music)

    made = part(source, tmp_path)

    vocals, rest = decoded(tmp_path / "vocals.m4a"), decoded(tmp_path / "instrumental.m4a")
    assert (made["engine"], made["one_sided"], made["seconds"]) == ("centre", False, 8.0)
    assert sdr(vocals, voice) > 3 and sdr(rest, music) > 3
    assert sdr(vocals + rest, voice + music) > 20
    assert lag_of((vocals + rest)[0], (voice + music)[0]) == 0
    assert abs(vocals.shape[1] - 8 * RATE) < 2048 and vocals.shape == rest.shape


def test_a_sound_alike_on_both_sides_is_said_to_be_so(tmp_path: Path) -> None:
    voice, music = tune(32, 2, width=0.0)
    source = write(tmp_path / "mono.wav", (voice + music)[:1])

    assert part(source, tmp_path)["one_sided"] is True


def test_silence_and_a_moment_can_be_parted(tmp_path: Path) -> None:
    for name, sound in (("silence", np.zeros((2, RATE), np.float32)), ("moment", tune(33, 0.05, width=1)[0])):
        made = part(write(tmp_path / f"{name}.wav", sound), tmp_path)

        assert made["seconds"] == sound.shape[1] / RATE


def test_it_runs_in_the_box(tmp_path: Path) -> None:
    voice, music = tune(34, 1, width=1.0)
    source = write(tmp_path / "song.wav", voice + music)
    outputs = {name: str(tmp_path / f"{name}.m4a") for name in ("vocals", "instrumental")}

    made = run_sync("stems", {"path": str(source), **outputs}, reads=[source], work_dir=tmp_path)

    assert made["content_type"] == "audio/mp4"
    assert (tmp_path / "vocals.m4a").stat().st_size > 0


def test_the_middle_leaves_low_sounds_to_the_instruments() -> None:
    spectra = np.ones((2, 4, 2049), np.complex64)

    voices = centre(spectra)

    assert np.abs(voices[:, :, :8]).max() == 0
    assert np.allclose(voices[:, :, 40:], 1)


@pytest.mark.parametrize("index", [b"", b"x" * 100])
def test_weights_that_are_missing_or_damaged_are_refused_in_words(index: bytes, tmp_path: Path) -> None:
    if index:
        (tmp_path / INDEX).write_bytes(index)
        (tmp_path / DATA).write_bytes(b"")

    with pytest.raises(ProcessingFailed, match="The model for stems"):
        read_weights(tmp_path)
