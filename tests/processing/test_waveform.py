"""The waveform shows the loudness that is there, where it is."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.processing.errors import MediaRefused
from app.processing.waveform import Level, Peaks, read_peaks, svg_path, waveform
from tests.media_factory import make_audio, make_video, silent_between
from tests.processing.conftest import look_at, silently


def loud_second(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Full scale from 1 to 2 s, a hundredth of it elsewhere."""
    return np.sin(2 * np.pi * 1000 * times) * np.where((times >= 1) & (times < 2), 1.0, 0.01)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.m4a", "a.mp3", "a.opus"])
def test_peaks_follow_the_sound_at_every_level(name: str, tmp_path: Path) -> None:
    source = make_audio(tmp_path / name, seconds=4, sound=loud_second)

    found = waveform({"path": str(source), "output": str(tmp_path / "wave")}, silently)

    peaks = read_peaks(tmp_path / "wave")
    assert found["peak"] > 0.9
    assert found["seconds"] == pytest.approx(4, abs=0.06)
    for level in peaks.levels[:2]:
        per_s = peaks.sample_rate / level.samples_per_point
        heights = level.data[:, 1].astype(int)
        assert heights[int(1.1 * per_s) : int(1.9 * per_s)].min() > 100
        assert heights[: int(0.8 * per_s)].max() < 12
        assert heights[int(2.2 * per_s) : int(3.8 * per_s)].max() < 12


def test_a_wave_of_whole_numbers_is_measured_exactly(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.wav", seconds=1, sound=lambda t: np.full_like(t, 0.5))

    waveform({"path": str(source), "output": str(tmp_path / "wave")}, silently)

    finest = read_peaks(tmp_path / "wave").levels[0].data
    assert set(finest.ravel()) == {round(0.5 * 32000 / 32768 * 127)}


def test_zero_is_the_first_frame_of_the_picture(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.ts", seconds=4, sound=silent_between(0, 2.0))
    look_at(source, tmp_path)
    params = {"path": str(source), "index": str(tmp_path / "frame_index.npz"), "output": str(tmp_path / "wave")}

    waveform(params, silently)

    finest = read_peaks(tmp_path / "wave").levels[0].data[:, 1]
    assert int(np.argmax(finest > 20)) in range(197, 203)


def test_a_path_fills_its_box_and_closes() -> None:
    peaks = read_peaks_of(np.array([[-127, 127], [-64, 64]] * 500, np.int8))

    path = svg_path(peaks, points=100, width=100)

    points = [tuple(map(float, pair.split(","))) for pair in path.strip("MZ").split("L")]
    assert path.startswith("M") and path.endswith("Z")
    assert len(points) == 200
    assert {x for x, _ in points} >= {0.0, 100.0}
    assert (min(y for _, y in points), max(y for _, y in points)) == (0, 100)


def test_a_path_of_a_part_shows_only_that_part() -> None:
    data = np.zeros((1000, 2), np.int8)
    data[500:] = (-127, 127)
    peaks = read_peaks_of(data)

    quiet, loud = svg_path(peaks, start=0, end=4.9, points=50), svg_path(peaks, start=5.1, end=10, points=50)

    assert set(quiet.strip("MZ").replace("L", " ").split()) == {f"{x:.4g},50" for x in np.linspace(0, 100, 50)}
    assert ",0" in loud and ",100" in loud
    assert svg_path(peaks, start=20, end=30) == ""


def test_quiet_sound_is_raised_but_not_without_end() -> None:
    path = svg_path(read_peaks_of(np.array([[-2, 2]] * 100, np.int8)), points=10)

    heights = {float(pair.split(",")[1]) for pair in path.strip("MZ").split("L")}
    assert heights == {44, 56}


def test_a_silent_film_has_no_waveform(tmp_path: Path) -> None:
    source = make_video(tmp_path / "mute.mp4", sound=None)

    with pytest.raises(MediaRefused, match="no sound"):
        waveform({"path": str(source), "output": str(tmp_path / "wave")}, silently)


def test_another_file_is_no_waveform(tmp_path: Path) -> None:
    (tmp_path / "wave").write_bytes(b"something else entirely")

    with pytest.raises(ValueError, match="not a waveform"):
        read_peaks(tmp_path / "wave")


def read_peaks_of(data: NDArray[np.int8]) -> Peaks:
    return Peaks(48_000, (Level(480, data),))
