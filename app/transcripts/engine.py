"""Choose the speech model: what the operator named, else what is installed and understands the language."""

from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.core.texts import later, say
from app.processing import weights
from app.processing.weights import Model

NONE_HERE = later("No speech model is installed. Whoever runs this server can add one: flask models install")
ENGLISH_ONLY = later(
    "The speech model here understands English only, and this project’s spoken language is "
    "another. Whoever runs this server can add one of many languages: flask models install "
    "whisper-base"
)
NOT_THERE = later("The speech model {name} is not installed here. Whoever runs this server can add it.")


class NoModel(Exception):
    """Nothing here can do it; its text is the sentence that would fix it."""


@dataclass(frozen=True)
class SpeechModel:
    """A model that can be used now. ``language``: two letters it will listen for; None lets the sound decide."""

    name: str
    folder: Path
    language: str | None


def choose(settings: Settings, language: str | None, wanted: str | None = None) -> SpeechModel:
    """Return the model for a spoken language ("nb", "en-GB", None where nobody said); raises `NoModel`.

    `wanted` names one of the catalogue, in place of the operator's.
    """
    spoken = language.split("-")[0].lower() if language else None
    named = wanted if wanted in weights.catalogue() else settings.speech_model
    if named:
        return _named(settings, named, spoken)
    here = models_here(settings)
    if not here:
        raise NoModel(NONE_HERE)
    fitting = [model for model in here if _understands(model, spoken)]
    if not fitting:
        raise NoModel(ENGLISH_ONLY)
    return _ready(fitting[0], settings, spoken)


def is_ready(settings: Settings, language: str | None) -> str | None:
    """Return None where speech can be recognised, else the sentence that would fix it."""
    try:
        choose(settings, language)
    except NoModel as missing:
        return str(missing)
    return None


def speech_models() -> list[Model]:
    """Return the listed models for speech; those of one language come first, for it they are the better."""
    listed = [model for model in weights.catalogue().values() if model.purpose == "speech"]
    return sorted(listed, key=lambda model: not model.languages)


def models_here(settings: Settings) -> list[Model]:
    """Return the listed models for speech that are installed."""
    return [model for model in speech_models() if weights.is_installed(model, settings.models_root)]


def _named(settings: Settings, name: str, spoken: str | None) -> SpeechModel:
    known = weights.catalogue().get(name)
    if known is None:
        folder = Path(name)
        if not (folder / "model.bin").is_file():
            raise NoModel(NOT_THERE.format(name=folder.name))
        return SpeechModel(folder.name, folder, "en" if folder.name.endswith(".en") else spoken)
    if not weights.is_installed(known, settings.models_root):
        raise NoModel(say("%(format)s flask models install %(name)s", format=NOT_THERE.format(name=name), name=name))
    if not _understands(known, spoken):
        raise NoModel(ENGLISH_ONLY)
    return _ready(known, settings, spoken)


def _ready(model: Model, settings: Settings, spoken: str | None) -> SpeechModel:
    only = model.languages[0] if len(model.languages) == 1 else None
    return SpeechModel(model.name, model.folder(settings.models_root), only or spoken)


def _understands(model: Model, spoken: str | None) -> bool:
    return not model.languages or spoken is None or spoken in model.languages
