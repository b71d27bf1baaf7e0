"""Tunes of known truth: a sung voice in the middle over plucked chords, a bass and a rattle, drawn from a seed."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
# Where vowels resonate, in Hz, and how strongly.
VOWELS = (
    ((730, 1.0), (1090, 0.5), (2440, 0.2)),
    ((270, 1.0), (2290, 0.4), (3010, 0.2)),
    ((300, 1.0), (870, 0.4), (2240, 0.1)),
    ((530, 1.0), (1840, 0.5), (2480, 0.2)),
)
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
NOTE_S = 0.5

Sound = NDArray[np.float32]


def tune(seed: int, seconds: float, *, width: float, voice: Sound | None = None) -> tuple[Sound, Sound]:
    """Return (voice, music), each (2, samples), equally loud; `width` from 0 (all in the middle) to 1.

    `voice`: one of your own instead of the sung one, mono, repeated until it is long enough.
    """
    chance, count = np.random.default_rng(seed), round(seconds * RATE)
    mono = _sing(chance, count) if voice is None else np.resize(voice, count)
    music = _play(chance, count, width)
    loud = 0.1 / max(1e-9, float(np.sqrt(np.square(mono).mean())))
    soft = 0.1 / float(np.sqrt(np.square(music).mean()))
    return np.stack([mono * loud] * 2).astype(np.float32), (music * soft).astype(np.float32)


def write(path: Path, sound: Sound) -> Path:
    """Write (channels, samples) as a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sound))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound.T, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def sdr(heard: Sound, truth: Sound) -> float:
    """Return how many decibels the truth lies above what is wrong with what was heard."""
    count = min(heard.shape[1], truth.shape[1])
    wrong = heard[:, :count] - truth[:, :count]
    return float(10 * np.log10(np.square(truth[:, :count]).sum() / (np.square(wrong).sum() + 1e-12)))


def _sing(chance: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Sing notes of half a second with vibrato, each on a vowel of its own, some left out for breath."""
    voice = np.zeros(count)
    for start in range(0, count, round(NOTE_S * RATE)):
        times = np.arange(min(round(NOTE_S * RATE), count - start)) / RATE
        base = 220 * 2 ** (chance.choice(SCALE) / 12)
        vowel, breath = VOWELS[chance.integers(len(VOWELS))], chance.random() < 0.15
        phase = 2 * np.pi * base * (times + 0.004 * np.sin(2 * np.pi * 5.5 * times) / 5.5)
        note = sum(
            _resonance(base * number, vowel) * np.sin(number * phase) for number in range(1, int(9000 / base))
        ) * np.minimum(1, np.minimum(times / 0.03, (times[-1] - times) / 0.05))
        voice[start : start + len(times)] = 0 if breath else note
    return voice


def _resonance(frequency: float, vowel: tuple[tuple[int, float], ...]) -> float:
    return sum(gain / (1 + ((frequency - centre) / 90) ** 2) for centre, gain in vowel) + 0.01


def _play(chance: np.random.Generator, count: int, width: float) -> NDArray[np.float64]:
    music = np.zeros((2, count))
    for start in range(0, count, round(NOTE_S / 2 * RATE)):
        root = 110 * 2 ** (chance.choice(SCALE) / 12)
        for step in (0, 4, 7):
            _add(music, start, _pluck(root * 2 ** (step / 12), 0.9, chance), chance.uniform(-1, 1) * width)
        if start % round(2 * NOTE_S * RATE) == 0:
            _add(music, start, 1.5 * _pluck(root / 2, 1.2, chance), 0.0)
        rattle = chance.normal(0, 0.4, round(0.05 * RATE)) * np.exp(-np.arange(round(0.05 * RATE)) / 400)
        _add(music, start, rattle, chance.uniform(-0.6, 0.6) * width)
    return music


def _pluck(frequency: float, seconds: float, chance: np.random.Generator) -> NDArray[np.float64]:
    times = np.arange(round(seconds * RATE)) / RATE
    phases = chance.uniform(0, 2 * np.pi, 12)
    parts = [np.sin(2 * np.pi * frequency * n * times + phases[n - 1]) / n**1.3 for n in range(1, 12)]
    return np.asarray(sum(parts) * np.exp(-times * 4))


def _add(music: NDArray[np.float64], start: int, sound: NDArray[np.float64], place: float) -> None:
    """Add a sound at a place from -1 (left) to 1 (right), equally loud everywhere."""
    end = min(music.shape[1], start + len(sound))
    angle = (place + 1) * np.pi / 4
    music[0, start:end] += np.cos(angle) * sound[: end - start]
    music[1, start:end] += np.sin(angle) * sound[: end - start]
