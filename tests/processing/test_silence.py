"""Silence and black pictures are found where they are, to a few hundredths of a second."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.processing.sandbox import run_sync
from app.processing.silence import otsu, silence
from tests.media_factory import Sound, make_audio, make_video, numbered_picture, silent_between, sweep
from tests.processing.conftest import look_at, silently

GAPS = [(0.8, 1.5), (3.0, 3.4), (5.0, 8.0)]


def speech_with(gaps: Sequence[tuple[float, float]], noise: float = 0.0) -> Sound:
    """Something like syllables, with gaps in it and noise over all of it."""

    def sound(times: NDArray[np.float64]) -> NDArray[np.float64]:
        voice = 0.4 * np.sin(2 * np.pi * 180 * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))
        for start, end in gaps:
            voice = np.where((times >= start) & (times < end), 0.0, voice)
        hiss = np.random.default_rng(3).normal(0, noise, len(times)) if noise else 0.0
        return np.asarray(voice + hiss)

    return sound


def regions_of(path: Path, **params: Any) -> list[tuple[int, int, str]]:
    found = silence({"path": str(path)} | params, silently)
    return [(region["start_ms"], region["end_ms"], region["silence_type"]) for region in found["regions"]]


@pytest.mark.parametrize("name", ["a.wav", "a.m4a", "a.mp3", "a.ogg"])
@pytest.mark.parametrize("noise", [0.0, 0.003, 0.02])
def test_gaps_are_found_without_a_level_being_set(name: str, noise: float, tmp_path: Path) -> None:
    source = make_audio(tmp_path / name, seconds=10, sound=speech_with(GAPS, noise))

    found = regions_of(source)

    assert len(found) == len(GAPS)
    for (start, end, kind), (begin, stop) in zip(found, GAPS, strict=True):
        assert kind == "audio_silence"
        assert abs(start - begin * 1000) <= 60 and abs(end - stop * 1000) <= 60


def test_short_gaps_count_only_when_asked_for(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.wav", seconds=4, sound=speech_with([(1.0, 1.2), (2.0, 2.5)]))

    assert len(regions_of(source)) == 1
    assert len(regions_of(source, min_ms=150)) == 2


def test_a_level_that_is_set_is_used(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.wav", seconds=3, sound=lambda t: np.where(t < 1.5, 0.5, 0.01) * np.sin(2000 * t))

    assert regions_of(source, threshold_db=-70) == []
    assert regions_of(source, threshold_db=-30)[0][0] == pytest.approx(1500, abs=20)


def test_even_sound_has_no_silence_and_silence_is_all_silence(tmp_path: Path) -> None:
    even = make_audio(tmp_path / "even.wav", seconds=3, sound=lambda t: 0.3 * np.sin(2000 * t))
    mute = make_audio(tmp_path / "mute.wav", seconds=3, sound=lambda t: 0.0 * t)

    assert regions_of(even) == []
    assert regions_of(mute) == [(0, 3000, "audio_silence")]


def test_the_level_between_two_is_found() -> None:
    levels = np.r_[np.full(700, -20.0), np.full(300, -50.0)] + np.random.default_rng(1).normal(0, 2, 1000)

    assert -46 < otsu(levels) < -24


def test_black_and_silence_are_told_apart_and_together(tmp_path: Path) -> None:
    def draw(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        black = 75 <= number < 150
        return np.zeros((size[1], size[0], 3), np.uint8) if black else numbered_picture(number, size)

    source = make_video(tmp_path / "a.mp4", seconds=8, draw=draw, sound=silent_between(4.0, 7.0))
    look_at(source, tmp_path)

    found = regions_of(source, index=str(tmp_path / "frame_index.npz"))

    assert [kind for _, _, kind in found] == ["blank_screen", "both", "audio_silence"]
    times = [time for start, end, _ in found for time in (start, end)]
    assert times == pytest.approx([3000, 4000, 4000, 6000, 6000, 7000], abs=60)
    assert (found[0][0], found[1][1]) == (3000, 6000)


def test_silence_is_found_inside_the_box(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.wav", seconds=4, sound=silent_between(1, 3, sweep))

    found = run_sync("silence", {"path": str(source)}, reads=[source], work_dir=tmp_path)

    assert found["regions"][0]["start_ms"] == pytest.approx(1000, abs=30)
