"""Choose what parts voices from instruments: the network where its weights are installed, else the middle."""

from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.core.texts import later
from app.processing import weights

MODEL = "spleeter-2stems"
CENTRE = "centre"
NEEDS_MODEL = later(
    "Left and right are the same here, so voice and instruments cannot be told apart by their "
    "place. Whoever runs this server can add what hears the difference: flask models install "
    "spleeter-2stems"
)
WORDS = {CENTRE: later("place: what comes from the middle"), MODEL: "Spleeter"}


@dataclass(frozen=True)
class StemEngine:
    """What will be used. ``folder``: of its weights; None for the engine that needs none."""

    name: str
    folder: Path | None


def choose(settings: Settings) -> StemEngine:
    """Return the best engine that is here."""
    model = weights.catalogue()[MODEL]
    if weights.is_installed(model, settings.models_root):
        return StemEngine(MODEL, model.folder(settings.models_root))
    return StemEngine(CENTRE, None)
