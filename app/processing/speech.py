"""Write down what is said in a recording: words with their times and how sure the recogniser is of each.

The sound is taken in chunks of five minutes, cut where it is quietest, so that memory does not grow with the
recording and each chunk can be kept before the next begins.
"""

import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.errors import ProcessingFailed
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.sound import SoundCut, beginning_of, cut_sound
from app.processing.word_times import Word, pauses, snap

RATE = 16_000
CHUNK_S = 300
# Where in the end of a chunk the cut may fall, and how long the quiet there must be judged.
CUT_WITHIN_S = 20
CUT_QUIET_S = 0.3
STEP_S = 0.01
# Where a line ends: see `sentences`.
LONG_PAUSE_MS = 1500
FEWEST_WORDS, MANY_WORDS, MOST_WORDS = 3, 25, 40
# Hums and hisses came out at -1.21 and at most 0.46 a word; synthetic speech at -0.44 and 0.83, or better.
GUESSED_LOGPROB, GUESSED_PROBABILITY = -1.0, 0.5
# How much a text shrinks when it is compressed; the recogniser's own makers take this for a loop.
MOST_REPETITION = 2.4
THREADS = 2
BEAM = 5


class Reporting(Protocol):
    """Takes progress, and each part of the result as soon as it is whole."""

    def __call__(self, fraction: float, message: str) -> None: ...
    def part(self, value: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class Chunk:
    """Mono sound at 16 kHz that begins ``start_ms`` after the first tick."""

    start_ms: int
    samples: NDArray[np.float32]

    @property
    def end_ms(self) -> int:
        return self.start_ms + len(self.samples) * 1000 // RATE


def speech(params: dict[str, Any], report: Reporting) -> dict[str, Any]:
    """Recognise the speech in ``params["path"]``.

    ``params``: ``model`` (a folder with a CTranslate2 Whisper model), ``language`` (two letters; None lets the
    first chunk decide), ``from_ms`` (where to begin, after chunks that are kept already), ``length_ms`` (for
    progress), ``index`` (for video), ``chunk_s`` (300). Tells each chunk as a part: ``start_ms``, ``end_ms``,
    ``language`` and ``segments``, each with ``start_ms``, ``end_ms``, ``confidence`` (0 to 1) and ``words``:
    lists of start and end in milliseconds from the first tick, text, and probability. Gives ``end_ms`` and
    ``language``.
    """
    model = _load(Path(params["model"]))
    language, end_ms = params.get("language"), int(params.get("from_ms", 0))
    for chunk in chunks(params):
        segments, language = _recognise(model, chunk, language, _teller(report, chunk, params))
        end_ms = chunk.end_ms
        report.part({"start_ms": chunk.start_ms, "end_ms": end_ms, "language": language, "segments": segments})
    return {"end_ms": end_ms, "language": language}


def chunks(params: dict[str, Any]) -> Iterator[Chunk]:
    """Yield the sound from ``from_ms`` on in chunks that end where it is quietest."""
    start_ms, size = int(params.get("from_ms", 0)), int(params.get("chunk_s", CHUNK_S)) * RATE
    held = np.zeros(0, np.float32)
    with open_media(Path(params["path"])) as container:
        stream = sound_streams(container)[0]
        begin = beginning_of(stream, params.get("index") if picture_stream(container) else None)
        cut = SoundCut(begin + Fraction(start_ms, 1000), None, RATE, "mono")
        for block in cut_sound(container, stream, cut):
            held = np.concatenate([held, block[0]])
            while len(held) >= size:
                at = quietest(held[:size])
                yield Chunk(start_ms, held[:at])
                start_ms, held = start_ms + at * 1000 // RATE, held[at:]
    if len(held):
        yield Chunk(start_ms, held)


def quietest(samples: NDArray[np.float32]) -> int:
    """Give where to cut: the middle of the quietest 0.3 s of the last 20 s, on a whole hundredth of a second."""
    step, reach = round(STEP_S * RATE), min(CUT_WITHIN_S * RATE, len(samples) // 2)
    tail = samples[len(samples) - reach // step * step :]
    power = np.square(tail, dtype=np.float64).reshape(-1, step).mean(axis=1)
    width = round(CUT_QUIET_S / STEP_S)
    smooth = np.convolve(power, np.ones(width), "valid")
    place = len(samples) - len(tail) + (int(np.argmin(smooth)) + width // 2) * step
    return place // step * step


def _load(folder: Path) -> Any:
    if not (folder / "model.bin").is_file():
        raise ProcessingFailed(say("The speech model is not where it was."))
    # Nothing is fetched, and the box would not let it: this only saves the library the attempt.
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Imported inside the box, and only here: it takes seconds and starts threads.
    engine = importlib.import_module("faster_whisper")
    return engine.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=THREADS)


def _teller(report: Reporting, chunk: Chunk, params: dict[str, Any]) -> Any:
    length_ms = max(int(params.get("length_ms") or 0), chunk.end_ms, 1)

    def tell(seconds: float) -> None:
        at_ms = min(chunk.start_ms + round(seconds * 1000), chunk.end_ms)
        report(
            at_ms / length_ms,
            say(
                "Transcribing: %(minutes)s min %(seconds)s s",
                minutes=at_ms // 60_000,
                seconds=at_ms // 1000 % 60,
            ),
        )

    return tell


def _recognise(model: Any, chunk: Chunk, language: str | None, tell: Any) -> tuple[list[dict[str, Any]], str]:
    tell(0)
    found, info = model.transcribe(
        chunk.samples,
        language=language,
        beam_size=BEAM,
        # No second tries at random: the same sound gives the same words, and what is doubted is left out below.
        temperature=0.0,
        vad_filter=True,
        word_timestamps=True,
        condition_on_previous_text=False,
    )
    words: list[Word] = []
    for segment in found:
        pieces = [(word.start, word.end, word.word, float(word.probability)) for word in segment.words or []]
        if not _is_guessed(segment, pieces):
            words += joined(pieces)
        tell(segment.end)
    placed = snap(words, pauses(chunk.samples, RATE))
    return [_segment(line, chunk.start_ms) for line in sentences(placed)], str(info.language)


def _is_guessed(segment: Any, pieces: list[tuple[float, float, str, float]]) -> bool:
    """Say whether the recogniser made words up where there are none.

    Then it says one thing over and over, or doubts the whole and most of its words.
    """
    mean = sum(piece[3] for piece in pieces) / max(1, len(pieces))
    doubted = segment.avg_logprob < GUESSED_LOGPROB and mean < GUESSED_PROBABILITY
    return doubted or segment.compression_ratio > MOST_REPETITION


def joined(pieces: list[tuple[float, float, str, float]]) -> list[Word]:
    """Give whole words in milliseconds: a piece that does not begin with a space belongs to the word before."""
    words: list[Word] = []
    for start, end, text, sure in pieces:
        plain = "".join(text.split())
        if not plain:
            continue
        if words and not text.startswith(" "):
            before = words[-1]
            words[-1] = (before[0], round(end * 1000), before[2] + plain, min(before[3], sure))
        else:
            words.append((round(start * 1000), round(end * 1000), plain, sure))
    return words


def sentences(words: list[Word]) -> list[list[Word]]:
    """Part words into lines people like to read: at the end of a sentence, at a long pause, or when it grows long.

    A long line ends at a comma where there is one in time.
    """
    lines: list[list[Word]] = []
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        if before is None or _ends_line(lines[-1], word[0] - before[1]):
            lines.append([])
        lines[-1].append(word)
    return lines


def _ends_line(line: list[Word], pause_ms: int) -> bool:
    last, size = line[-1][2], len(line)
    if pause_ms >= LONG_PAUSE_MS or size >= MOST_WORDS:
        return True
    if last.endswith((".", "?", "!", "。", "？", "！")):
        return size >= FEWEST_WORDS
    return size >= MANY_WORDS and last.endswith((",", ";", ":"))


def _segment(words: list[Word], shift_ms: int) -> dict[str, Any]:
    told = [[start + shift_ms, end + shift_ms, text, round(float(sure), 2)] for start, end, text, sure in words]
    sure = sum(word[3] for word in words) / len(words)
    return {
        "start_ms": told[0][0],
        "end_ms": told[-1][1],
        "confidence": round(min(1.0, max(0.0, float(sure))), 3),
        "words": told,
    }
