"""Files that are not recordings, or that point elsewhere, are refused with a sentence that helps."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.processing.sandbox import run_sync
from tests.media_factory import make_video
from tests.processing.conftest import Make

NAMES = ("upload.mp4", "upload.m3u8", "upload")


class Canary(BaseHTTPRequestHandler):
    """Count every request: none may ever come."""

    hits = 0

    def do_GET(self) -> None:
        Canary.hits += 1
        self.send_error(404)

    def log_message(self, *args: Any) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def canary() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def hostile_files(canary: str, sibling: Path) -> dict[str, bytes]:
    """Playlists and descriptions that would make a careless demuxer open or fetch something else."""
    hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"
    mpd = '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{}</BaseURL></MPD>'
    texts = {
        "hls local": hls.format(sibling.name),
        "hls absolute": hls.format(sibling),
        "hls file url": hls.format(f"file://{sibling}"),
        "hls http": hls.format(f"{canary}/a.ts"),
        "hls concat": hls.format(f"concat:{sibling}|{sibling}"),
        "hls crypto": hls.format(f"crypto+file://{sibling}"),
        "ffconcat relative": f"ffconcat version 1.0\nfile {sibling.name}\n",
        "ffconcat absolute": f"ffconcat version 1.0\nfile '{sibling}'\n",
        "ffconcat http": f"ffconcat version 1.0\nfile {canary}/a.ts\n",
        "dash local": mpd.format(sibling.name),
        "dash http": mpd.format(canary),
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{canary}/a.png"/></svg>',
        "lavfi": "movie=" + str(sibling),
    }
    return {name: text.encode() for name, text in texts.items()}


def test_no_playlist_is_opened_under_any_name(tmp_path: Path, canary: str) -> None:
    sibling = make_video(tmp_path / "sibling.ts")
    files = []
    for kind, content in hostile_files(canary, sibling).items():
        for name in NAMES:
            place = tmp_path / kind.replace(" ", "-")
            place.mkdir(exist_ok=True)
            (place / name).write_bytes(content)
            files.append({"path": str(place / name), "index": str(tmp_path / "index.npz")})

    result = run_sync("probe_many", {"files": files}, reads=[tmp_path], work_dir=tmp_path)

    assert len(result["files"]) == 42
    assert all(answer.get("refused") for answer in result["files"]), result["files"]
    assert Canary.hits == 0


def picture(kind: str, folder: Path) -> bytes:
    place = folder / f"picture.{kind}"
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(place)
    return place.read_bytes()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("empty", "The file is empty"),
        ("png", "a PNG picture, not a recording. Rushes reads MP4"),
        ("jpeg", "a JPEG picture"),
        ("gif", "a GIF picture"),
        ("webp", "a WebP picture"),
        ("text", "a text file"),
        ("zip", "a ZIP archive"),
        ("noise", "a kind unknown here"),
        ("mp3 junk", "begins like MP3 but cannot be read"),
        ("no index", "cut off before its index"),
        ("cut mp4", "The file stops after"),
        ("wav junk", "begins like WAV but cannot be read"),
    ],
)
def test_a_refusal_says_what_it_is(what: str, words: str, tmp_path: Path, recording: Path) -> None:
    path = tmp_path / "upload.mp4"
    path.write_bytes(refused_content(what, tmp_path, recording))

    answer = probe_one(path, tmp_path)

    assert answer["refused"]
    assert words in answer["reason"]


def refused_content(what: str, folder: Path, recording: Path) -> bytes:
    if what in ("png", "jpeg", "gif", "webp"):
        return picture(what, folder)
    whole = recording.read_bytes()
    moov = whole.index(b"moov") - 4
    return {
        "empty": b"",
        "text": b"Dear all,\nplease find attached\n",
        "zip": b"PK\x03\x04" + bytes(200),
        "noise": bytes(np.random.default_rng(1).integers(0, 256, 5000, np.uint8) | 1),
        "mp3 junk": b"\xff\xfb\x90\x00" + bytes(5000),
        "no index": whole[:moov],
        "cut mp4": whole[moov:] + whole[:moov][: moov // 2],
        "wav junk": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(100),
    }[what]


def probe_one(path: Path, work: Path) -> dict[str, Any]:
    files = [{"path": str(path), "index": str(work / "index.npz")}]
    answer: dict[str, Any] = run_sync("probe_many", {"files": files}, reads=[path], work_dir=work)["files"][0]
    return answer


def test_a_picture_too_large_is_refused_before_decoding(tmp_path: Path) -> None:
    path = make_video(tmp_path / "huge.mkv", codec="ffv1", size=(16400, 16), seconds=0.04, sound=None)

    answer = probe_one(path, tmp_path)

    assert answer["refused"]
    assert "16400 by 16" in answer["reason"]


def test_damaged_recordings_never_break_the_probe(tmp_path: Path, shelf: Make) -> None:
    random = np.random.default_rng(7)
    files = []
    for name, settings in SEEDS.items():
        whole = np.frombuffer(shelf(name, **settings).read_bytes(), np.uint8)
        for number in range(12):
            mutant = whole.copy()
            mutant[random.integers(0, len(mutant), 40)] = random.integers(0, 256, 40)
            path = tmp_path / f"{number}-{name}"
            path.write_bytes(mutant[: len(mutant) - int(random.integers(0, 2000))].tobytes())
            files.append({"path": str(path), "index": str(tmp_path / "index.npz")})

    result = run_sync("probe_many", {"files": files}, reads=[tmp_path], work_dir=tmp_path)

    assert len(result["files"]) == len(files)
    assert all("reason" in answer or answer["duration_frames"] > 0 for answer in result["files"])


SEEDS: dict[str, dict[str, Any]] = {
    "a.mp4": {"seconds": 1},
    "b.mkv": {"seconds": 1, "codec": "libx265"},
    "c.webm": {"seconds": 1, "codec": "libvpx-vp9"},
    "d.ts": {"seconds": 1, "codec": "mpeg2video"},
    "e.avi": {"seconds": 1, "codec": "mpeg4"},
    "f.mxf": {"seconds": 1, "codec": "mpeg2video"},
}
