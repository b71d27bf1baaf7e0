"""Whether a browser plays a recording as it is, or needs a proxy. Tried in Chromium 156."""

from typing import Any

EIGHT_BIT = {"yuv420p", "yuvj420p"}
TEN_BIT = EIGHT_BIT | {"yuv420p10le"}
H264_PROFILES = {"Baseline", "Constrained Baseline", "Main", "High", "Extended", "Progressive High", "Constrained High"}

# Picture codec -> pixel formats, by container. A MOV with these inside plays when served as video/mp4.
PICTURES = {
    "mp4": {"h264": EIGHT_BIT, "vp9": EIGHT_BIT, "av1": TEN_BIT},
    "mov": {"h264": EIGHT_BIT},
    "webm": {"vp8": EIGHT_BIT, "vp9": TEN_BIT, "av1": TEN_BIT},
}
SOUNDS_WITH_PICTURE = {
    "mp4": {"aac", "mp3", "opus", "flac"},
    "mov": {"aac", "mp3"},
    "webm": {"opus", "vorbis"},
}
SOUNDS = {
    "mp3": {"mp3"},
    "aac": {"aac"},
    "m4a": {"aac", "mp3", "flac"},
    "mp4": {"aac", "mp3", "flac", "opus"},
    "wav": {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"},
    "flac": {"flac"},
    "ogg": {"opus", "vorbis", "flac"},
    "webm": {"opus", "vorbis"},
}


def plays_in_browser(facts: dict[str, Any]) -> bool:
    """Judge from what ``probe`` found: container, codecs, profile and pixel format."""
    container, sound = facts["container"], facts["audio_codec"]
    if facts["kind"] == "audio":
        return sound in SOUNDS.get(container, set())
    if facts["pixel_format"] not in PICTURES.get(container, {}).get(facts["video_codec"], set()):
        return False
    if facts["video_codec"] == "h264" and facts["video_profile"] not in H264_PROFILES:
        return False
    return sound is None or sound in SOUNDS_WITH_PICTURE[container]
