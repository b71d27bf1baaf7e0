"""Tell what a file is from its first bytes, and say in words why one is not a recording we read.

The name and the declared type of an upload prove nothing; this table decides which single demuxer may
open it, so that a playlist or a picture never reaches a demuxer that would follow it elsewhere.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.core.texts import later, say
from app.processing.errors import MediaRefused

READS = later("Rushes reads MP4, MOV, MKV, WebM, AVI, MPEG-TS, MXF, MP3, M4A, AAC, WAV, FLAC, Ogg and Opus.")
HEAD_BYTES = 4096
TS_PACKET, M2TS_PACKET = 188, 192


@dataclass(frozen=True)
class Format:
    """A kind of file we read: our name for it, FFmpeg's demuxer, and the type it is served as."""

    name: str
    demuxer: str
    video_type: str
    audio_type: str


MOV_DEMUXER = "mov,mp4,m4a,3gp,3g2,mj2"
MATROSKA_DEMUXER = "matroska,webm"
MP4 = Format("mp4", MOV_DEMUXER, "video/mp4", "audio/mp4")
MOV = Format("mov", MOV_DEMUXER, "video/quicktime", "audio/mp4")
M4A = Format("m4a", MOV_DEMUXER, "video/mp4", "audio/mp4")
WEBM = Format("webm", MATROSKA_DEMUXER, "video/webm", "audio/webm")
MKV = Format("mkv", MATROSKA_DEMUXER, "video/x-matroska", "audio/x-matroska")
AVI = Format("avi", "avi", "video/x-msvideo", "audio/x-msvideo")
TS = Format("mpegts", "mpegts", "video/mp2t", "audio/mp2t")
MXF = Format("mxf", "mxf", "application/mxf", "application/mxf")
MP3 = Format("mp3", "mp3", "audio/mpeg", "audio/mpeg")
AAC = Format("aac", "aac", "audio/aac", "audio/aac")
WAV = Format("wav", "wav", "audio/wav", "audio/wav")
FLAC = Format("flac", "flac", "audio/flac", "audio/flac")
OGG = Format("ogg", "ogg", "video/ogg", "audio/ogg")

QUICKTIME_BOXES = {b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
PICTURE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"}
OGG_CODECS = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC")
MXF_PARTITION = bytes.fromhex("060e2b34020501010d0102010102")

# What is often sent by mistake, in the words a person would use for it.
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS", later("a Photoshop picture")),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", later("a gzip archive")),
    (b"7z\xbc\xaf", later("a 7-Zip archive")),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"FLV", later("a Flash video")),
    (b"\x30\x26\xb2\x75", later("a Windows Media file")),
    (b".RMF", later("a RealMedia file")),
    (b"\0\0\x01\xba", later("an MPEG program stream")),
    (b"\0\0\x01\xb3", "a bare MPEG stream"),
    (b"\0\0\0\x01", "a bare H.264 or HEVC stream"),
    (b"FORM", "an AIFF sound"),
    (b"#!AMR", "an AMR sound"),
    (b"\x0b\x77", "a bare AC-3 sound"),
    (b"#EXTM3U", later("a playlist, which only names recordings kept elsewhere")),
    (b"ffconcat", later("a list of files, not a recording")),
    (b"WEBVTT", "subtitles"),
)


def recognise(path: Path) -> Format:
    """Give the format of a file by its content.

    Raises MediaRefused, with a sentence that says what it is instead and what would pass.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not head:
            raise MediaRefused(say("The file is empty. Send it again, or check that it was copied completely."))
        found = _by_magic(head)
        if found is None and head.startswith(b"ID3"):
            found = _after_id3(file, head)
        if found is None:
            raise MediaRefused(
                say("This is %(what_else)s, not a recording. %(reads)s", what_else=_what_else(head), reads=READS)
            )
        if found.demuxer == MOV_DEMUXER:
            _refuse_cut_off(file, os.fstat(file.fileno()).st_size)
    return found


def _refuse_cut_off(file: BinaryIO, size: int) -> None:
    """Walk the outer boxes of an MP4 or MOV; raise MediaRefused when it was cut off.

    A fragmented file may end anywhere, since each fragment has its own index.
    """
    kinds: set[bytes] = set()
    position = 0
    while position + 8 <= size:
        file.seek(position)
        length, kind = _box(file.read(16))
        if length == 0 or not kind.isascii():
            break
        kinds.add(kind)
        position += max(length, 8)
    if b"moov" not in kinds:
        raise MediaRefused(
            say(
                "The recording was cut off before its index was written, so no frame can be found in it. "
                "Copy it from the camera again, or repair it there."
            )
        )
    if position > size and b"moof" not in kinds:
        raise MediaRefused(
            say(
                "The file stops after %(size)s of %(position)s bytes. Send it again, or check that it was "
                "copied completely.",
                size=f"{size:,}",
                position=f"{position:,}",
            )
        )


def _box(header: bytes) -> tuple[int, bytes]:
    """Read the length and the kind of a box; 0 when it reaches to the end of the file."""
    length, kind = int.from_bytes(header[:4]), header[4:8]
    return (int.from_bytes(header[8:16]) if length == 1 else length), kind


def _by_magic(head: bytes) -> Format | None:
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in QUICKTIME_BOXES:
        return MOV
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MKV
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"AVI ": AVI, b"WAVE": WAV}.get(head[8:12])
    if head.startswith(b"OggS"):
        return OGG if any(codec in head[:128] for codec in OGG_CODECS) else None
    if head.startswith(b"fLaC"):
        return FLAC
    if head.startswith(MXF_PARTITION):
        return MXF
    return _by_sync(head)


def _by_brand(head: bytes) -> Format | None:
    brand = head[8:12]
    if brand in PICTURE_BRANDS:
        return None
    return {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A}.get(brand, MP4)


def _by_sync(head: bytes) -> Format | None:
    """Find the formats that have no name in them but a mark that returns at known distances."""
    for packet, first in ((TS_PACKET, 0), (M2TS_PACKET, 4)):
        marks = head[first : first + packet * 8 : packet]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return TS
    if len(head) > 3 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return AAC
        if head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 not in (0, 0xF0) and head[2] & 0x0C != 0x0C:
            return MP3
    return None


def _after_id3(file: BinaryIO, head: bytes) -> Format | None:
    """Look behind the tag that MP3, and sometimes AAC and FLAC, begin with."""
    length = 0
    for byte in head[6:10]:
        length = length << 7 | byte & 0x7F
    file.seek(10 + length)
    body = file.read(HEAD_BYTES)
    found = _by_magic(body.lstrip(b"\0"))
    return found if found in (MP3, AAC, FLAC) else None


def _what_else(head: bytes) -> str:
    for magic, words in OTHERS:
        if head.startswith(magic):
            return words
    if head[8:12] == b"WEBP":
        return "a WebP picture"
    if head[4:8] == b"ftyp":
        return "a HEIF or AVIF picture"
    if head.startswith(b"OggS"):
        return say("an Ogg file without Opus, Vorbis or FLAC sound")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"<svg", b"<?xml", b"<MPD", b"<!DOCTYPE", b"<html")):
        return say("an XML or web document")
    if b"\0" not in head and text[:64].isascii():
        return say("a text file")
    return say("a file of a kind unknown here")
