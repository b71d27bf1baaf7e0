"""Which stages each kind of job runs, in order, and each stage's share of the work; strings only."""

from app.core.texts import later

# The weights are rough shares of wall time, so that one percentage can stand for the whole.
INGEST = {
    "probe": 2,
    "pictures": 4,
    "waveform": 4,
    "proxy": 60,
    "silence": 6,
    "scenes": 24,
    "layout": 4,
    "captions": 1,
    "transcript": 60,
    "speakers": 20,
    "topics": 1,
}

# Of these, one at a time runs on a recording.
HEAVY = frozenset({"proxy", "transcript", "speakers", "stems", "reel", "render"})

PIPELINES: dict[str, dict[str, int]] = {
    "ingest": INGEST,
    "demo": {"generate": 20, **INGEST},
    "fetch": {"fetch": 60, **INGEST},
    "reel": {"reel": 60, **INGEST},
    "captions": {"captions": 100},
    "transcript": {"transcript": 100},
    "silence": {"silence": 100},
    "scenes": {"scenes": 100},
    "layout": {"layout": 100},
    "speakers": {"speakers": 100},
    "topics": {"topics": 100},
    "stems": {"stems": 100},
    "song": {**INGEST, "stems": 40},
    "render": {"render": 70, "certificate": 30},
}


def stages_of(kind: str) -> dict[str, int]:
    """Return stage name to weight for a kind of job; raises KeyError for an unknown kind."""
    return PIPELINES[kind]


# What a person reads while a stage runs.
STAGE_WORDS = {
    "generate": later("Making the sample recording"),
    "fetch": later("Fetching it"),
    "reel": later("Rendering the clips one after another"),
    "probe": later("Measuring"),
    "pictures": later("Making pictures"),
    "waveform": later("Drawing the sound"),
    "proxy": later("Making a copy browsers can play"),
    "silence": later("Listening for silence"),
    "scenes": later("Looking for scenes"),
    "layout": later("Looking for screen and camera"),
    "captions": later("Taking in captions"),
    "transcript": later("Transcribing"),
    "speakers": later("Telling voices apart"),
    "topics": later("Finding topics"),
    "stems": later("Separating voice and instruments"),
    "render": later("Rendering"),
    "certificate": later("Proving the cut"),
}
KIND_WORDS = {
    "ingest": later("Take in"),
    "demo": later("Sample recording"),
    "fetch": later("Import by address"),
    "reel": later("Reel"),
    "captions": later("Take in captions"),
    "transcript": later("Transcribe"),
    "silence": later("Listen for silence"),
    "scenes": later("Look for scenes"),
    "layout": later("Look for screen and camera"),
    "speakers": later("Tell voices apart"),
    "topics": later("Find topics"),
    "stems": later("Separate voice and instruments"),
    "song": later("Take in a song"),
    "render": later("Render"),
}
