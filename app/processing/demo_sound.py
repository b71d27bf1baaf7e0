"""Sound for the sample recording: something that speaks in sentences with pauses, and a little music."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
SYLLABLES_PER_S = 4.2
HARMONICS = 24
# Where two vowels have their strength, in Hz; the voice glides between such pairs.
VOWELS = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870))
SCALE = (220.0, 261.63, 293.66, 329.63, 392.0, 440.0, 523.25)
NOTE_S = 0.4
LEVEL = 0.5

Sound = NDArray[np.float32]


def voice(seconds: int, seed: int) -> Sound:
    """Give a hummed talk: sentences of two to three seconds, pauses of three quarters of a second or more."""
    random = np.random.default_rng(seed)
    whole = np.zeros(seconds * SAMPLE_RATE, np.float32)
    at = 0.4
    while at < seconds - 1.5:
        lasting = min(float(random.uniform(1.8, 3.0)), seconds - 0.8 - at)
        sentence = _sentence(lasting, random)
        begin = round(at * SAMPLE_RATE)
        whole[begin : begin + len(sentence)] += sentence
        at += lasting + float(random.uniform(0.75, 1.3))
    return whole


def music(seconds: int, seed: int) -> Sound:
    """Give plucked notes of a pentatonic scale over a low tone, fading at the end."""
    random = np.random.default_rng(seed)
    times = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    whole = 0.12 * np.sin(2 * np.pi * 110 * times) * (0.8 + 0.2 * np.sin(2 * np.pi * 0.5 * times))
    note = np.arange(round(2 * NOTE_S * SAMPLE_RATE)) / SAMPLE_RATE
    for step in range(int(seconds / NOTE_S) - 2):
        pitch = float(random.choice(SCALE))
        pluck = 0.2 * np.exp(-4 * note) * (np.sin(2 * np.pi * pitch * note) + 0.4 * np.sin(4 * np.pi * pitch * note))
        begin = round(step * NOTE_S * SAMPLE_RATE)
        whole[begin : begin + len(pluck)] += pluck
    fade = np.minimum(1, (seconds - times) / 0.8)
    return (LEVEL * 1.6 * whole * fade).astype(np.float32)


def _sentence(seconds: float, random: np.random.Generator) -> Sound:
    """Hum harmonics of a falling pitch, shaped by vowels and cut into syllables."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 128 - 22 * times / seconds + 6 * np.sin(2 * np.pi * 0.9 * times)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    count = max(2, round(seconds * SYLLABLES_PER_S))
    vowels = np.array([VOWELS[number] for number in random.integers(0, len(VOWELS), count)], float)
    place = np.linspace(0, count - 1, len(times))
    first, second = (np.interp(place, np.arange(count), vowels[:, formant]) for formant in (0, 1))
    hum = np.zeros(len(times))
    for harmonic in range(1, HARMONICS + 1):
        height = pitch * harmonic
        strength = np.exp(-(((height - first) / 140) ** 2)) + 0.5 * np.exp(-(((height - second) / 220) ** 2))
        hum += (0.08 / harmonic + strength) * np.sin(harmonic * phase)
    syllables = 0.35 + 0.65 * np.abs(np.sin(np.pi * place * count / max(1, count - 1)))
    edges = np.minimum(1, np.minimum(times, seconds - times) / 0.06)
    shaped = hum * syllables * edges
    sentence: Sound = (LEVEL * shaped / np.abs(shaped).max()).astype(np.float32)
    return sentence
