"""Which stages each kind of job runs, in order, and each stage's share of the work; strings only."""

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
    "generate": "Making the sample recording",
    "fetch": "Fetching it",
    "reel": "Rendering the clips one after another",
    "probe": "Measuring",
    "pictures": "Making pictures",
    "waveform": "Drawing the sound",
    "proxy": "Making a copy browsers can play",
    "silence": "Listening for silence",
    "scenes": "Looking for scenes",
    "layout": "Looking for screen and camera",
    "captions": "Taking in captions",
    "transcript": "Writing down speech",
    "speakers": "Telling voices apart",
    "topics": "Finding topics",
    "stems": "Parting voice and instruments",
    "render": "Rendering",
    "certificate": "Proving the cut",
}
KIND_WORDS = {
    "ingest": "Take in",
    "demo": "Sample recording",
    "fetch": "Bring by address",
    "reel": "Reel",
    "captions": "Take in captions",
    "transcript": "Write down speech",
    "silence": "Listen for silence",
    "scenes": "Look for scenes",
    "layout": "Look for screen and camera",
    "speakers": "Tell voices apart",
    "topics": "Find topics",
    "stems": "Part voice and instruments",
    "song": "Take in a song",
    "render": "Render",
}
