"""The one door through which recordings are opened.

One demuxer, chosen by our own look at the content; no protocols; a file object without a name, since a
name ending .m3u8 alone makes FFmpeg fetch URLs; limits on streams, pixels and sound before anything is
decoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from app.core.texts import say
from app.processing.errors import MediaRefused, ProcessingFailed
from app.processing.formats import READS, Format, recognise

MOST_STREAMS = 32
MOST_PIXELS = 8192 * 4352
LONGEST_SIDE = 16384
MOST_CHANNELS = 64
HIGHEST_SAMPLE_RATE = 768_000
BUFFER_BYTES = 1 << 16
PROBE_BYTES = 10 << 20

VIDEO_DECODERS = (
    *("h264", "hevc", "libdav1d", "av1", "vp8", "vp9", "libvpx", "libvpx-vp9", "vvc", "mpeg1video", "mpeg2video"),
    *("mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "h263", "prores", "dnxhd", "dvvideo", "mjpeg", "jpeg2000"),
    *("cfhd", "ffv1", "huffyuv", "utvideo", "rawvideo", "v210", "qtrle", "svq3", "hap", "theora"),
)
AUDIO_DECODERS = (
    *("aac", "aac_latm", "mp3float", "mp3", "mp2float", "mp2", "mp1float", "opus", "libopus", "vorbis", "flac", "alac"),
    *("ac3", "eac3", "dca", "truehd", "wavpack", "pcm_mulaw", "pcm_alaw", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt"),
    *("pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be"),
    *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_bluray", "pcm_dvd", "s302m", "pcm_s24daud"),
)


class _Nameless:
    """A file FFmpeg can read and seek in, and knows nothing else about."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.read = self._file.read
        self.seek = self._file.seek
        self.tell = self._file.tell

    def close(self) -> None:
        self._file.close()


@contextmanager
def open_media(path: Path, known: Format | None = None) -> Iterator[InputContainer]:
    """Open a recording for reading and close it again; ``known`` spares a second look at what it is.

    Raises MediaRefused, with a sentence saying why, when it is none we read; ProcessingFailed when it is
    not there.
    """
    if not path.is_file():
        raise ProcessingFailed(say("The file of this recording is not there any more."))
    with _open(path, known or recognise(path)) as container:
        _check_streams(container)
        yield container


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Give the first stream of moving pictures, passing over cover art; None when there is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def sound_streams(container: InputContainer) -> list[AudioStream]:
    """Give the streams of sound that can be decoded here."""
    return [stream for stream in container.streams.audio if _is_usable(stream.codec_context)]


def use_threads(stream: VideoStream, count: int = 2) -> None:
    """Decode with several threads; by default a stream is decoded with one."""
    stream.codec_context.thread_type = "AUTO"
    stream.codec_context.thread_count = count


def _is_usable(context: AudioCodecContext | None) -> bool:
    if context is None or context.name not in AUDIO_DECODERS:
        return False
    return context.sample_rate > 0 and context.channels > 0


@contextmanager
def _open(path: Path, known: Format) -> Iterator[InputContainer]:
    options = {
        "format_whitelist": known.demuxer,
        "protocol_whitelist": "none",
        "codec_whitelist": ",".join(VIDEO_DECODERS + AUDIO_DECODERS),
        "max_streams": str(MOST_STREAMS),
        "probesize": str(PROBE_BYTES),
    }
    file = _Nameless(path)
    try:
        # Besides FFmpegError, damaged files make plain Python errors come out of PyAV.
        try:
            container = av.open(
                file,
                "r",
                format=known.demuxer.split(",")[0],
                options=options,
                buffer_size=BUFFER_BYTES,
                metadata_errors="replace",
            )
        except MemoryError as error:
            raise MediaRefused(say("The file asks for more memory than a recording may. It is damaged.")) from error
        except Exception as error:
            raise MediaRefused(
                say(
                    "The file begins like %(upper)s but cannot be read. %(reads)s",
                    upper=known.name.upper(),
                    reads=READS,
                )
            ) from error
        with container:
            yield container
    finally:
        file.close()


def _check_streams(container: InputContainer) -> None:
    """Refuse what would not fit in memory, by what the file declares; set the limit for what it does not."""
    _check_codecs(container)
    for stream in container.streams.video:
        context: VideoCodecContext | None = stream.codec_context
        if context is None:
            continue
        if context.width * context.height > MOST_PIXELS or max(context.width, context.height) > LONGEST_SIDE:
            raise MediaRefused(
                say(
                    "The picture is %(width)s by %(height)s. Up to 8192 by 4352 is read.",
                    width=context.width,
                    height=context.height,
                )
            )
        context.options = {"max_pixels": str(MOST_PIXELS)}
        context.thread_type, context.thread_count = "NONE", 1
    for sound in sound_streams(container):
        if sound.codec_context.sample_rate > HIGHEST_SAMPLE_RATE or sound.codec_context.channels > MOST_CHANNELS:
            raise MediaRefused(
                say(
                    "The sound has more than %(most_channels)s channels or %(highest_sample_rate)s Hz.",
                    most_channels=MOST_CHANNELS,
                    highest_sample_rate=HIGHEST_SAMPLE_RATE,
                )
            )


def _check_codecs(container: InputContainer) -> None:
    """Refuse pictures in a code we do not promise; sounds in such a code are left out by ``sound_streams``."""
    for stream in container.streams.video:
        name = stream.codec_context.name if stream.codec_context else None
        if name not in VIDEO_DECODERS and not stream.disposition & Disposition.attached_pic:
            raise MediaRefused(
                say(
                    "The picture is coded as %(value)s, which Rushes does not read.",
                    value=name or say("something unknown"),
                )
            )
    if picture_stream(container) is None and not sound_streams(container):
        raise MediaRefused(
            say("There is neither picture nor sound in this file that Rushes reads. %(reads)s", reads=READS)
        )
