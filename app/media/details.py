"""What is known of a recording's file, as its page of details says it."""

from dataclasses import dataclass
from datetime import datetime

from app.core.texts import later, plural, say
from app.core.timecode import Rate, format_duration
from app.core.words import size
from app.media.files import rendition_url
from app.media.models import Media, MediaKind, MediaSource, Rendition, RenditionKind

SOURCES = {
    MediaSource.UPLOAD: later("Uploaded"),
    MediaSource.SCAN: later("Registered in the project’s folder, where it stays"),
    MediaSource.LOCAL: later("Made here"),
    MediaSource.YOUTUBE: later("Brought by its address"),
}
MADE = {
    RenditionKind.PROXY: later("Copy that browsers can play"),
    RenditionKind.POSTER: later("Still picture"),
    RenditionKind.THUMBNAIL: later("Small picture"),
    RenditionKind.FRAME_INDEX: later("Index of frames"),
    RenditionKind.FILMSTRIP: later("Pictures of the timeline"),
    RenditionKind.WAVEFORM: later("Waveform"),
    RenditionKind.VOCALS: later("Voice"),
    RenditionKind.INSTRUMENTAL: later("Instruments"),
    RenditionKind.CAPTIONS: later("Captions"),
}


@dataclass(frozen=True)
class Fact:
    """One thing that is known; `is_code` where it is to be compared letter by letter."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True)
class Made:
    """A file made from the recording."""

    label: str
    size_text: str
    made_at: datetime
    url: str


def file_facts(media: Media) -> list[Fact]:
    """Return what the original is, and where it came from."""
    facts = [
        Fact(say("File name"), media.filename),
        Fact(say("Type"), media.content_type),
        Fact(say("Size"), say("%(size)s (%(count)s bytes)", size=size(media.file_size), count=f"{media.file_size:,}")),
        Fact(say("Origin"), SOURCES[media.source]),
    ]
    if media.source_url:
        facts.append(Fact(say("Address"), media.source_url))
    if media.sha256:
        facts.append(Fact(say("SHA-256"), media.sha256, is_code=True))
    return facts


def picture_facts(media: Media) -> list[Fact]:
    """Return how the picture counts; nothing for sound alone, or before it was measured."""
    if media.kind is not MediaKind.VIDEO or not media.duration_frames:
        return []
    rate = Rate(media.rate_num, media.rate_den)
    facts = [
        Fact(say("Codec"), media.video_codec or say("unknown")),
        Fact(say("Frame rate"), _rate(rate, media.variable_rate)),
        Fact(say("Length"), _length(media, rate)),
        Fact(say("Numbering"), say("Drop-frame") if media.drop_frame else say("Every label, none dropped")),
    ]
    if media.width:
        facts.insert(1, Fact(say("Picture"), f"{media.width} × {media.height}"))
    if media.start_timecode:
        facts.append(Fact(say("Start timecode"), media.start_timecode, is_code=True))
    rotation = (media.probe_json or {}).get("rotation")
    if rotation:
        facts.append(Fact(say("Turned"), say("by %(degrees)s°", degrees=rotation)))
    return facts


def sound_facts(media: Media) -> list[Fact]:
    """Return what the sound is; nothing where there is none."""
    if not media.audio_codec:
        return []
    facts = [Fact(say("Codec"), media.audio_codec)]
    if media.audio_channels:
        facts.append(Fact(say("Channels"), str(media.audio_channels)))
    if media.sample_rate:
        facts.append(Fact(say("Sample rate"), f"{media.sample_rate:,} Hz"))
    if media.kind is MediaKind.AUDIO and media.duration_frames:
        facts.append(Fact(say("Length"), format_duration(media.duration_frames, media.rate_num, media.rate_den)))
    return facts


def made_from(media: Media, renditions: dict[RenditionKind, Rendition]) -> list[Made]:
    """Return the files made from the recording, the largest first."""
    made = sorted(renditions.values(), key=lambda each: -each.file_size)
    return [Made(MADE[each.kind], size(each.file_size), each.created_at, rendition_url(media, each)) for each in made]


def _rate(rate: Rate, variable: bool) -> str:
    exact = f" ({rate.num}/{rate.den})" if rate.den != 1 else ""
    if not variable:
        return say("%(rate)s fps", rate=rate) + exact
    return say("%(rate)s fps on average; each frame is shown at its own time", rate=rate)


def _length(media: Media, rate: Rate) -> str:
    frames = plural(media.duration_frames, "frame", "frames")
    if media.variable_rate:
        return frames
    return f"{format_duration(media.duration_frames, rate.num, rate.den)}, {frames}"
