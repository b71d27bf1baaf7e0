"""Speech with a known truth: read by a synthesiser from a fixed text, and recognised by the real model where it is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.processing import weights

# What is read; no number in it, since recognisers write those as digits.
LECTURE = (
    "Old builders did not use drawings. They would take a piece of chalk and draw the whole boat on the floor.",
    "If you stumbled, the line was not fair. I asked him once what happens when a plank splits.",
    "He looked at the plank, and then he went to get his coffee.",
    "Every morning we swept the floor before the lines were drawn again.",
    "The wood moves, the weather moves, and the builder grows older.",
    "In the spring the whole village came to watch us turn her over.",
)
MODEL = "whisper-tiny-en"


def models_root() -> Path:
    """Return where `make test` keeps models: beside the packages, so that no test needs a network."""
    return Path(os.environ.get("RUSHES_MODELS") or Path(sys.prefix) / "models")


def model_folder() -> Path:
    """Return the folder of the speech model; skips the test, or fails it where everything is promised."""
    model = weights.catalogue()[MODEL]
    if not weights.is_installed(model, models_root()):
        _missing(f"the speech model is not in {models_root()}: flask models install")
    return model.folder(models_root())


def read_aloud(text: str, path: Path, voice: str = "slt") -> Path:
    """Have a text read into a WAV file; skips the test, or fails it, where no synthesiser is installed."""
    flite = shutil.which("flite")
    if flite is None:
        _missing("flite is not installed")
    subprocess.run([str(flite), "-voice", voice, "-t", text, "-o", str(path)], check=True, capture_output=True)
    return path


def plain(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return re.findall(r"[a-z']+", text.lower())


def word_errors(wanted: list[str], heard: list[str]) -> int:
    """Return how many words must be changed, put in or left out to make one list the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(wanted, 1):
        last, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (word != other))
    return row[-1]


def _missing(words: str) -> None:
    if os.environ.get("RUSHES_REQUIRE_ALL") == "1":
        pytest.fail(words)
    pytest.skip(words)
