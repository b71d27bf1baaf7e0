"""Say in plain values what a file's streams are."""

from fractions import Fraction
from typing import Any

from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.processing.opening import sound_streams

LONGEST_TAG = 500
TAGS = ("title", "artist", "album", "genre", "date", "comment", "creation_time")
TIMECODE_TAGS = ("timecode", "TIMECODE", "Timecode")


def describe_picture(container: InputContainer, stream: VideoStream, first: VideoFrame) -> dict[str, Any]:
    """Give the facts of the picture as people see it: turned upright, with square pixels."""
    turn = round(-first.rotation / 90) * 90 % 360
    shape = stream.sample_aspect_ratio or Fraction(1)
    width, height = round(first.width * shape) if shape > 0 else first.width, first.height
    timecode = start_timecode(container, stream)
    return {
        "width": height if turn in (90, 270) else width,
        "height": width if turn in (90, 270) else height,
        "rotation": turn,
        "video_codec": stream.codec_context.codec.canonical_name,
        "video_profile": stream.codec_context.profile,
        "pixel_format": first.format.name,
        "interlaced": first.interlaced_frame,
        "start_timecode": timecode,
        "drop_frame": timecode is not None and ";" in timecode,
    }


def describe_audio(container: InputContainer) -> dict[str, Any]:
    """Give the facts of the first sound; None throughout when there is none."""
    if not sound_streams(container):
        return {"audio_codec": None, "audio_channels": None, "sample_rate": None}
    sound = sound_streams(container)[0].codec_context
    return {
        "audio_codec": sound.codec.canonical_name,
        "audio_channels": sound.channels,
        "sample_rate": sound.sample_rate,
    }


def describe_streams(container: InputContainer) -> dict[str, Any]:
    """Give ``streams``, a line for each, and the bit rate of the whole in bits per second."""
    return {
        "streams": [_describe(stream) for stream in container.streams],
        "bit_rate": container.bit_rate or None,
    }


def tags_of(container: InputContainer) -> dict[str, Any]:
    """Give ``tags``: title, artist and the like, from the file or its first sound, cut to a sane length."""
    found = {key.lower(): value for sound in sound_streams(container)[:1] for key, value in sound.metadata.items()}
    found |= {key.lower(): value for key, value in container.metadata.items()}
    return {"tags": {name: found[name].strip()[:LONGEST_TAG] for name in TAGS if found.get(name, "").strip()}}


def start_timecode(container: InputContainer, stream: VideoStream) -> str | None:
    """Give the label of the first frame where the file has one; ``;`` in it is the file's drop-frame flag."""
    places = [stream.metadata, container.metadata, *(data.metadata for data in container.streams.data)]
    for tags in places:
        for name in TIMECODE_TAGS:
            if tags.get(name):
                return str(tags[name])[:11]
    return None


def _describe(stream: Stream) -> dict[str, Any]:
    facts: dict[str, Any] = {"index": stream.index, "type": stream.type, "language": stream.language}
    context: CodecContext | None = stream.codec_context
    # A stream in a code unknown to the decoder has no more to tell.
    if context is None:
        return facts
    facts |= {"codec": context.codec.canonical_name, "profile": context.profile}
    if isinstance(context, VideoCodecContext):
        facts |= {"width": context.width, "height": context.height}
        facts["cover_art"] = bool(stream.disposition & Disposition.attached_pic)
    if isinstance(context, AudioCodecContext):
        facts |= {"channels": context.channels, "sample_rate": context.sample_rate}
    return facts
