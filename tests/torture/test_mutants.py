"""Damaged recordings by the thousand, in the real box: each is read or refused in words, and the box never breaks."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from app.processing.errors import ProcessingFailed
from app.processing.sandbox import run_sync
from tests.media_factory import make_audio, make_video
from tests.torture.preparing import SEED
from tests.torture.tally import Tally

MUTANTS = int(os.environ.get("RUSHES_MUTANTS", "8"))
BATCH = 250
# So many readable ones of a large batch are decoded as well, each in a child of its own.
DECODED = min(2, MUTANTS // 50)
SHORT: dict[str, Any] = {"seconds": 0.4, "size": (96, 64)}
VIDEOS: dict[str, dict[str, Any]] = {
    "h264.mp4": {},
    "h264.mov": {"timecode": "01:00:00:00"},
    "h264.mkv": {},
    "h264.ts": {},
    "h264.avi": {},
    "rotated.mp4": {"rotation": 90},
    "fragmented.mp4": {"mux_options": {"movflags": "frag_keyframe+empty_moov"}},
    "variable.mkv": {"pts": [0, 40, 90, 120, 200, 240, 310, 350], "time_base": (1, 1000)},
    "hevc.mp4": {"codec": "libx265"},
    "hevc.mkv": {"codec": "libx265"},
    "vp8.webm": {"codec": "libvpx"},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "av1.mp4": {"codec": "libsvtav1", "sound_codec": "libopus"},
    "prores.mov": {"codec": "prores_ks"},
    "mpeg2.ts": {"codec": "mpeg2video"},
    "mpeg2.mxf": {"codec": "mpeg2video"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "mjpeg.mov": {"codec": "mjpeg"},
}
SOUNDS = ("tone.wav", "tone.flac", "tone.mp3", "tone.m4a", "tone.ogg", "tone.opus")


def seed_of(name: str, folder: Path) -> bytes:
    """Return a sound recording of this kind."""
    path = folder / name
    return (make_video(path, **SHORT, **VIDEOS[name]) if name in VIDEOS else make_audio(path, seconds=0.3)).read_bytes()


def mutant(whole: bytes, chance: random.Random) -> bytes:
    """Return the recording with bytes flipped, parts doubled, removed, zeroed or swapped, or cut short."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, length = chance.randrange(len(data)), chance.choice((1, 4, 16, 200))
        kind = chance.randrange(6)
        if kind == 0:
            data[at : at + length] = chance.randbytes(len(data[at : at + length]))
        elif kind == 1:
            data[at : at + length] = bytes(len(data[at : at + length]))
        elif kind == 2:
            data[at:at] = data[at : at + length]
        elif kind == 3 and len(data) > length + 64:
            del data[at : at + length]
        elif kind == 4:
            data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x01", b"moov"))
        else:
            data = data[: max(64, at)]
    return bytes(data)


def decode(path: Path, index: Path, facts: dict[str, Any]) -> str | None:
    """Decode one that was read, as the jobs would; return what was wrong, a refusal in words is right."""
    task = {"path": str(path), "index": str(index), "folder": str(index.parent), "output": str(index.parent / "peaks")}
    try:
        run_sync("probe", task, reads=[path], work_dir=index.parent)
        run_sync("waveform", task | {"kind": facts["kind"]}, reads=[path], work_dir=index.parent)
    except ProcessingFailed as refusal:
        return None if refusal.reason.endswith(".") else f"no words: {refusal.reason!r}"
    return None


@pytest.mark.timeout(120 + MUTANTS)
@pytest.mark.parametrize("name", [*VIDEOS, *SOUNDS])
def test_a_damaged_recording_is_read_or_refused(name: str, tmp_path: Path, tally: Tally) -> None:
    whole, chance, wrong = seed_of(name, tmp_path), random.Random(f"{SEED} {name}"), []
    folder = tmp_path / "mutants"
    folder.mkdir()

    with tally(f"damaged recordings, {name}") as row:
        for start in range(0, MUTANTS, BATCH):
            paths = [folder / f"{number}-{name}" for number in range(start, min(start + BATCH, MUTANTS))]
            for path in paths:
                path.write_bytes(mutant(whole, chance))
            wrong += batch(paths, folder)
            row.tried += len(paths)
            for path in paths:
                path.unlink()
        row.bad = len(wrong)

    assert not wrong, "\n".join(wrong[:10])


def batch(paths: list[Path], folder: Path) -> list[str]:
    """Look at a batch in one child, decode some of it; return what was wrong."""
    files = [{"path": str(path), "index": str(folder / "index.npz")} for path in paths]
    answers = run_sync("probe_many", {"files": files}, reads=[folder], work_dir=folder)["files"]
    wrong = [
        f"{path.name}: {answer}"
        for path, answer in zip(paths, answers, strict=True)
        if not (answer.get("reason") or answer.get("duration_frames", 0) > 0)
    ]
    readable = [(path, answer) for path, answer in zip(paths, answers, strict=True) if "reason" not in answer]
    for path, answer in readable[:DECODED]:
        fault = decode(path, folder / "index.npz", answer)
        wrong += [f"{path.name}: {fault}"] if fault else []
    return wrong
