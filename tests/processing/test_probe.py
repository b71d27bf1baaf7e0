"""The probe counts frames exactly, whatever the container, the codec and the rate."""

import os
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.processing.frame_index import FrameIndex
from app.processing.opening import open_media
from app.processing.probe import probe
from app.processing.reading import read_frames
from tests.media_factory import frame_number, make_audio, make_video
from tests.processing.conftest import Make, look_at, silently

RATES = [(24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1)]
FILES: dict[str, dict[str, Any]] = {
    "h264.mp4": {},
    "hevc.mkv": {"codec": "libx265"},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "vp8.webm": {"codec": "libvpx"},
    "av1.mp4": {"codec": "libsvtav1", "sound_codec": "libopus"},
    "prores.mov": {"codec": "prores_ks"},
    "mpeg2.ts": {"codec": "mpeg2video"},
    "mpeg2.mxf": {"codec": "mpeg2video"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "h264.ts": {},
    "h264.avi": {},
    "mjpeg.mov": {"codec": "mjpeg"},
    "fragmented.mp4": {"mux_options": {"movflags": "frag_keyframe+empty_moov"}},
}


@pytest.mark.parametrize("name", FILES)
def test_every_frame_of_every_kind_of_file_is_counted_and_found(name: str, shelf: Make, tmp_path: Path) -> None:
    path = shelf(name, **FILES[name])

    facts, index = look_at(path, tmp_path)

    assert facts["duration_frames"] == 50
    assert (facts["rate_num"], facts["rate_den"], facts["variable_rate"]) == (25, 1, False)
    with open_media(path) as container:
        read = [(number, frame_number(frame)) for number, frame in read_frames(container, index)]
        assert read == [(number, number) for number in range(50)]


@pytest.mark.parametrize("name", FILES)
def test_any_frame_can_be_read_alone(name: str, shelf: Make, tmp_path: Path) -> None:
    path = shelf(name, **FILES[name])
    _, index = look_at(path, tmp_path)

    with open_media(path) as container:
        for wanted in (49, 0, 13, 36, 24, 11, 12):
            [(number, frame)] = read_frames(container, index, wanted, wanted + 1)
            assert (number, frame_number(frame)) == (wanted, wanted)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_the_rate_is_the_standard_one_in_every_clock(
    name: str, rate: tuple[int, int], shelf: Make, tmp_path: Path
) -> None:
    facts, _ = look_at(shelf(name, rate=rate), tmp_path)

    assert (facts["rate_num"], facts["rate_den"]) == rate
    assert facts["duration_frames"] == round(2 * Fraction(*rate))
    assert not facts["variable_rate"]


def test_a_variable_rate_keeps_the_time_of_each_frame(tmp_path: Path) -> None:
    times = [0, 40, 90, 110, 200, 240, 290, 400, 410, 480]
    path = make_video(tmp_path / "vfr.mp4", pts=times, time_base=(1, 1000))

    facts, index = look_at(path, tmp_path)

    assert facts["variable_rate"]
    assert facts["duration_frames"] == len(times)
    assert [index.offset(n) for n in range(len(times))] == [Fraction(t, 1000) for t in times]


def test_frames_hidden_by_an_edit_list_are_not_counted(shelf: Make, tmp_path: Path) -> None:
    path = tmp_path / "edited.mp4"
    source = shelf("h264.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-ss", "0.6", "-i", str(source), "-c", "copy", str(path)], check=True)

    facts, index = look_at(path, tmp_path)

    with open_media(path) as container:
        shown = [frame_number(frame) for _, frame in read_frames(container, index)]
    assert facts["duration_frames"] == len(shown)
    assert shown == list(range(shown[0], shown[0] + len(shown)))


def test_frames_that_lean_on_missing_pictures_are_not_counted(tmp_path: Path) -> None:
    options = {"g": "25", "x264-params": "open-gop=1:scenecut=0"}
    whole = make_video(tmp_path / "whole.ts", seconds=4, options=options).read_bytes()
    path = tmp_path / "joined-late.ts"
    path.write_bytes(whole[188 * 120 :])

    facts, index = look_at(path, tmp_path)

    with open_media(path) as container:
        shown = [frame_number(frame) for _, frame in read_frames(container, index)]
    assert facts["duration_frames"] == len(shown)
    assert shown[-1] == 99
    assert shown[0] % 25 == 0


def test_a_start_offset_is_kept(shelf: Make, tmp_path: Path) -> None:
    facts, index = look_at(shelf("h264.ts"), tmp_path)

    assert facts["first_pts"] > 0
    assert index.offset(0) == 0
    assert index.offset(50) == 2


@pytest.mark.parametrize(
    ("rate", "label", "drop"), [((25, 1), "10:00:00:00", False), ((30000, 1001), "01:00:00;00", True)]
)
def test_the_files_own_timecode_decides_about_drop_frame(
    rate: tuple[int, int], label: str, drop: bool, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "labelled.mov", rate=rate, timecode=label)

    facts, _ = look_at(path, tmp_path)

    assert (facts["start_timecode"], facts["drop_frame"]) == (label, drop)


def test_2997_without_a_flag_is_not_drop_frame(shelf: Make, tmp_path: Path) -> None:
    facts, _ = look_at(shelf("a.mp4", rate=(30000, 1001)), tmp_path)

    assert (facts["start_timecode"], facts["drop_frame"]) == (None, False)


def test_a_turned_picture_is_described_upright(tmp_path: Path) -> None:
    facts, _ = look_at(make_video(tmp_path / "turned.mp4", rotation=90), tmp_path)

    assert (facts["width"], facts["height"], facts["rotation"]) == (90, 160, 270)


@pytest.mark.parametrize(
    ("name", "plays"),
    [
        ("h264.mp4", True),
        ("vp9.webm", True),
        ("av1.mp4", True),
        ("hevc.mkv", False),
        ("prores.mov", False),
        ("mpeg2.ts", False),
        ("h264.avi", False),
    ],
)
def test_what_a_browser_plays_is_known(name: str, plays: bool, shelf: Make, tmp_path: Path) -> None:
    facts, _ = look_at(shelf(name, **FILES[name]), tmp_path)

    assert facts["plays_in_browser"] is plays


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.m4a", "a.ogg", "a.opus"])
def test_sound_is_measured_in_milliseconds(name: str, tmp_path: Path) -> None:
    path = make_audio(tmp_path / name, seconds=1.5, sample_rate=48_000)

    facts = probe({"path": str(path), "index": str(tmp_path / "none.npz")}, silently)

    assert (facts["kind"], facts["rate_num"], facts["rate_den"]) == ("audio", 1000, 1)
    assert abs(facts["duration_frames"] - 1500) <= 1
    assert (facts["audio_channels"], facts["sample_rate"]) == (2, 48_000)
    assert not (tmp_path / "none.npz").exists()


def test_cover_art_does_not_make_a_song_a_film(tmp_path: Path) -> None:
    sound, cover, song = make_audio(tmp_path / "a.mp3"), tmp_path / "cover.png", tmp_path / "song.mp3"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", str(cover)]
    subprocess.run(command, check=True)
    both = ["-i", str(sound), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy", "-metadata", "title=Dawn"]
    subprocess.run(["ffmpeg", "-v", "error", *both, "-disposition:v", "attached_pic", str(song)], check=True)

    facts = probe({"path": str(song), "index": str(tmp_path / "none.npz")}, silently)

    assert facts["kind"] == "audio"
    assert facts["tags"]["title"] == "Dawn"


def test_an_index_reads_back_as_it_was(tmp_path: Path) -> None:
    index = FrameIndex(np.array([5, 9, 30]), np.array([True, False, True]), Fraction(1, 90000), 44)

    index.save(tmp_path / "index.npz")
    again = FrameIndex.load(tmp_path / "index.npz")

    assert (list(again.pts), list(again.keys), again.time_base, again.end_pts) == (
        [5, 9, 30],
        [True, False, True],
        Fraction(1, 90000),
        44,
    )


def test_the_index_of_an_hour_is_small(tmp_path: Path) -> None:
    pts = np.arange(108_000, dtype=np.int64) * 1001
    index = FrameIndex(pts, pts % 60 == 0, Fraction(1, 30000), int(pts[-1]) + 1001)

    index.save(tmp_path / "index.npz")

    assert (tmp_path / "index.npz").stat().st_size < 16_000


def test_frames_are_found_by_time() -> None:
    index = FrameIndex(np.array([100, 140, 200]), np.array([True, False, True]), Fraction(1, 1000), 260)

    assert [index.nearest(pts) for pts in (0, 120, 121, 199, 900)] == [0, 0, 1, 2, 2]
    assert [index.on_screen(Fraction(t, 1000)) for t in (0, 39, 40, 99, 100, 159)] == [0, 0, 1, 1, 2, 2]
    assert (index.key_before(1), index.key_after(1), index.key_after(3)) == (0, 2, None)
    assert index.offset(3) == Fraction(160, 1000)


def test_times_that_do_not_rise_are_no_index() -> None:
    with pytest.raises(ValueError, match="rise"):
        FrameIndex(np.array([5, 5]), np.array([True, True]), Fraction(1, 25), 9)


def test_making_av1_leaves_this_process_at_its_usual_priority(tmp_path: Path) -> None:
    before = os.sched_getscheduler(0)

    make_video(tmp_path / "av1.mp4", codec="libsvtav1", sound=None, seconds=0.4)

    assert os.sched_getscheduler(0) == before
