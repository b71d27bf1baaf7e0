"""The sample recording has what it promises: cuts, slides, pauses and a black stretch, at known frames."""

from pathlib import Path

import av
import numpy as np
import pytest

from app.processing import demo as room
from app.processing.demo import demo
from app.processing.demo_pictures import HEIGHT, SLIDES, WIDTH, Painter, Part
from app.processing.demo_sound import SAMPLE_RATE, music, voice
from app.processing.scenes import scenes
from app.processing.silence import silence
from tests.processing.conftest import look_at, silently

SHORT = ((3, Part("slide", 0), "voice"), (3, Part("slide", 1), "voice"), (2, Part("film", 0), "music"))
SHORT += ((2, Part("black", 0), "nothing"), (3, Part("slide", 2), "voice"))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PARTS", SHORT)


def test_what_rushes_finds_in_it_is_what_was_put_there(short: None, tmp_path: Path) -> None:
    made = demo({"output": str(tmp_path / "demo.mp4")}, silently)

    facts, _ = look_at(tmp_path / "demo.mp4", tmp_path)
    params = {"path": str(tmp_path / "demo.mp4"), "index": str(tmp_path / "frame_index.npz")}
    found = scenes(params, silently)["scenes"]
    quiet = silence(params, silently)["regions"]
    assert (facts["duration_frames"], facts["start_timecode"], facts["plays_in_browser"]) == (325, "10:00:00:00", True)
    assert made["cuts"] == [75, 150, 200, 250]
    assert [scene["in_point"] for scene in found] == [0, *made["cuts"]]
    assert [region["start_ms"] for region in quiet if region["silence_type"] == "both"] == [8000]
    assert sum(region["silence_type"] == "audio_silence" for region in quiet) >= 3


def test_sound_and_picture_are_equally_long(short: None, tmp_path: Path) -> None:
    demo({"output": str(tmp_path / "demo.mp4")}, silently)

    with av.open(str(tmp_path / "demo.mp4")) as container:
        lengths = [
            stream.duration * stream.time_base for stream in (*container.streams.video, *container.streams.audio)
        ]
    assert lengths == [13, 13]


def test_every_part_can_be_painted() -> None:
    painter = Painter()
    parts = [Part("slide", number) for number in range(len(SLIDES))] + [Part("film", number) for number in range(3)]

    frames = [painter.paint(part, seconds, "10:00:00:00") for part in parts for seconds in (0.0, 7.9)]

    assert {frame.shape for frame in frames} == {(HEIGHT * 3 // 2, WIDTH)}
    assert all(frame[:HEIGHT].std() > 5 for frame in frames)


def test_the_talk_pauses_and_never_clips() -> None:
    for sound in (voice(8, seed=1), music(5, seed=2)):
        assert 0.1 < np.abs(sound).max() <= 1
    spoken = voice(8, seed=1)
    tenths = np.abs(spoken).reshape(-1, SAMPLE_RATE // 10).max(axis=1)
    assert 10 < int((tenths == 0).sum()) < 50


def test_the_whole_is_over_a_minute_and_short_enough() -> None:
    assert 60 <= sum(seconds for seconds, _, _ in room.PARTS) <= 90
