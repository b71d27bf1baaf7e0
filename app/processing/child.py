"""The confined process: reads one request, shuts itself in, does one task, answers, ends.

Started by ``sandbox`` as ``python -m app.processing.child PARENT_PID``. The request is one JSON object on
standard input; answers are JSON lines on what was standard output: ``{"progress": [0..1, text]}`` and
``{"part": {...}}``, then either ``{"result": {...}, "usage": {...}}`` or
``{"error": {"refused": bool, "reason": text}}``.
"""

import io
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

import av

from app.core.texts import ENGLISH, read_catalogues, read_usually_in, say
from app.processing import (
    certificate,
    demo,
    fetching,
    layout,
    pictures,
    probe,
    proxy,
    reel,
    render,
    scenes,
    self_check,
    silence,
    speech,
    stems,
    topics,
    voices,
    waveform,
)
from app.processing.confinement import Layers, Limits, confine, die_with
from app.processing.errors import MediaRefused, ProcessingFailed

Task = Callable[[dict[str, Any], "Reporter"], dict[str, Any]]

TASKS: dict[str, Task] = {
    "self_check": self_check.self_check,
    "probe": probe.probe,
    "probe_many": probe.probe_many,
    "proxy": proxy.proxy,
    "poster": pictures.poster,
    "filmstrip": pictures.filmstrip,
    "frames": pictures.frames,
    "waveform": waveform.waveform,
    "silence": silence.silence,
    "scenes": scenes.scenes,
    "layout": layout.layout,
    "speech": speech.speech,
    "stems": stems.stems,
    "topics": topics.topics,
    "voices": voices.voices,
    "render": render.render,
    "reel": reel.reel,
    "certificate": certificate.certificate,
    "demo": demo.demo,
    "fetch": fetching.fetch,
}

PROGRESS_EVERY_S = 0.25
SMALLEST_WAV = b"RIFF&\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x02\0\0\0\0\0"


def main() -> int:
    """Do the one task asked for on standard input; 0 when an answer was given, good or bad."""
    die_with(int(sys.argv[1]))
    answers = _take_over_output()
    request = json.load(sys.stdin)
    warm_up()
    _speak(os.environ)
    limits = Limits(**request["limits"])
    layers = confine([Path(path) for path in request["reads"]], Path(request["work_dir"]), limits)
    reporter = Reporter(answers)
    answer = _answer(TASKS[request["task"]], request["params"], reporter)
    if "result" in answer:
        answer["usage"] = _usage(layers)
    reporter.send(answer)
    return 0


def warm_up() -> None:
    """Decode a moment of silence, so that nothing is imported late from inside the box."""
    with av.open(io.BytesIO(SMALLEST_WAV), "r", format="wav") as container:
        for _ in container.decode(audio=0):
            break


def _speak(environment: Mapping[str, str]) -> None:
    """Say progress and faults in the language of the installation."""
    folder = environment.get("RUSHES_TEXTS")
    catalogues = read_catalogues(Path(folder) if folder else None)
    read_usually_in(catalogues.get(environment.get("RUSHES_LANGUAGE", ""), ENGLISH))


class Reporter:
    """Write answers, thinning out progress to a few lines a second."""

    def __init__(self, answers: TextIO) -> None:
        self.answers = answers
        self.last = 0.0

    def __call__(self, fraction: float, message: str) -> None:
        now = time.monotonic()
        if now - self.last >= PROGRESS_EVERY_S:
            self.last = now
            self.send({"progress": [min(1.0, max(0.0, fraction)), message]})

    def part(self, value: dict[str, Any]) -> None:
        """Tell a part of the result that can be kept before the rest is there."""
        self.send({"part": value})

    def send(self, answer: dict[str, Any]) -> None:
        self.answers.write(json.dumps(answer) + "\n")
        self.answers.flush()


def _take_over_output() -> TextIO:
    """Keep standard output for answers, and let whatever a library prints go to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(task: Task, params: dict[str, Any], report: Reporter) -> dict[str, Any]:
    try:
        return {"result": task(params, report)}
    except MediaRefused as error:
        return _error(True, error.reason)
    except ProcessingFailed as error:
        return _error(False, error.reason)
    except MemoryError:
        return _error(False, say("It needed more memory than the limit allows."))
    except Exception as error:
        # PyAV raises plain Python errors from inside on damaged files: none may end without a reason.
        traceback.print_exc()
        return _error(
            False,
            say("The %(name)s step stopped unexpectedly (%(name2)s).", name=task.__name__, name2=type(error).__name__),
        )


def _error(refused: bool, reason: str) -> dict[str, Any]:
    return {"error": {"refused": refused, "reason": reason}}


def _usage(layers: Layers) -> dict[str, Any]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "peak_memory_bytes": used.ru_maxrss * 1024,
        "cpu_s": round(used.ru_utime + used.ru_stime, 3),
        "layers": layers.as_dict(),
    }


if __name__ == "__main__":
    raise SystemExit(main())
